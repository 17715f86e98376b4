package org.tributary.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.config.Method;
import org.tributary.optim.OptimizerRun.End;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/**
 * The optimizers compared with their formulas in plain doubles, over steps with a changing rate.
 */
class OptimizersTest {
  private static final int STEPS = 20;
  private static final double TOLERANCE = 1e-5;
  private static final Map<String, long[]> SHAPES =
      new TreeMap<>(
          Map.of("a.weight", new long[] {3, 7}, "a.bias", new long[] {3}, "b", new long[] {11, 2}));
  private NDManager manager;

  @BeforeEach
  void open() {
    Torch.prepareThread(1);
    manager = Torch.manager(Device.cpu());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static OptimizerSettings adamw(double decay) {
    return new OptimizerSettings("adamw", new AdamSettings(0.9, 0.95, 1e-8), decay, 0);
  }

  private static OptimizerSettings sgd(double momentum, double decay) {
    return new OptimizerSettings("sgd", new SgdSettings(momentum), decay, 0);
  }

  private static double rate(int step) {
    return 0.05 * (1 - step / 40.0);
  }

  private static Map<String, HostTensor> random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> made = new TreeMap<>();
    SHAPES.forEach(
        (name, shape) -> {
          float[] values = new float[(int) HostTensor.elements(shape)];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
          }
          made.put(name, HostTensor.of(values, shape));
        });
    return made;
  }

  private static Map<String, HostTensor> gradients(int step) {
    return random(1000 + step);
  }

  private static End run(
      OptimizerSettings settings,
      Map<String, HostTensor> start,
      Map<String, HostTensor> remembered,
      int from,
      int to) {
    return new OptimizerRun(settings, OptimizersTest::gradients, OptimizersTest::rate)
        .steps(start, remembered, from, to);
  }

  private static void assertClose(Map<String, HostTensor> actual, Map<String, double[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach(
        (name, tensor) -> {
          float[] is = tensor.toFloats();
          for (int i = 0; i < is.length; i++) {
            assertThat((double) is[i])
                .as("%s[%d]", name, i)
                .isCloseTo(expected.get(name)[i], within(TOLERANCE));
          }
        });
  }

  private static Map<String, double[]> doubles(Map<String, HostTensor> tensors) {
    Map<String, double[]> values = new TreeMap<>();
    tensors.forEach(
        (name, t) -> {
          double[] x = new double[(int) t.elements()];
          for (int i = 0; i < x.length; i++) {
            x[i] = t.floats().get(i);
          }
          values.put(name, x);
        });
    return values;
  }

  @ParameterizedTest
  @CsvSource({"0", "0.01", "0.5"})
  void adamwIsItsFormula(double decay) {
    Map<String, double[]> w = doubles(random(1));
    Map<String, double[]> m = new TreeMap<>();
    Map<String, double[]> v = new TreeMap<>();
    w.forEach((name, x) -> m.put(name, new double[x.length]));
    w.forEach((name, x) -> v.put(name, new double[x.length]));
    for (int t = 0; t < STEPS; t++) {
      Map<String, double[]> gradients = doubles(gradients(t));
      double lr = rate(t);
      double c1 = 1 - Math.pow(0.9, t + 1);
      double c2 = 1 - Math.pow(0.95, t + 1);
      for (String name : w.keySet()) {
        double[] g = gradients.get(name);
        for (int i = 0; i < g.length; i++) {
          m.get(name)[i] = 0.9 * m.get(name)[i] + 0.1 * g[i];
          v.get(name)[i] = 0.95 * v.get(name)[i] + 0.05 * g[i] * g[i];
          w.get(name)[i] *= 1 - lr * decay;
          w.get(name)[i] -=
              lr / c1 * m.get(name)[i] / (Math.sqrt(v.get(name)[i]) / Math.sqrt(c2) + 1e-8);
        }
      }
    }
    assertClose(run(adamw(decay), random(1), Map.of(), 0, STEPS).weights(), w);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.9, 0", "0, 0.01", "0.9, 0.3"})
  void sgdIsItsFormula(double momentum, double decay) {
    Map<String, double[]> w = doubles(random(1));
    Map<String, double[]> b = new TreeMap<>();
    for (int t = 0; t < STEPS; t++) {
      Map<String, double[]> gradients = doubles(gradients(t));
      for (String name : w.keySet()) {
        double[] x = w.get(name);
        double[] d = gradients.get(name).clone();
        for (int i = 0; i < d.length; i++) {
          d[i] += decay * x[i];
          d[i] += b.containsKey(name) ? momentum * b.get(name)[i] : 0;
          x[i] -= rate(t) * d[i];
        }
        b.put(name, d);
      }
    }
    assertClose(run(sgd(momentum, decay), random(1), Map.of(), 0, STEPS).weights(), w);
  }

  @Test
  void goingOnFromItsStateGivesTheSameBits() {
    for (OptimizerSettings settings : List.of(adamw(0.01), sgd(0.9, 0.01), sgd(0, 0))) {
      End whole = run(settings, random(1), Map.of(), 0, STEPS);
      End half = run(settings, random(1), Map.of(), 0, 7);
      End resumed = run(settings, half.weights(), half.state(), 7, STEPS);
      assertThat(resumed.weights()).as(settings.name()).isEqualTo(whole.weights());
      assertThat(resumed.state()).as(settings.name()).isEqualTo(whole.state());
    }
  }

  @Test
  void forgettingItsStateGivesOthers() {
    for (OptimizerSettings settings : List.of(adamw(0.01), sgd(0.9, 0.01))) {
      End whole = run(settings, random(1), Map.of(), 0, STEPS);
      End half = run(settings, random(1), Map.of(), 0, 7);
      assertThat(run(settings, half.weights(), Map.of(), 7, STEPS).weights())
          .as(settings.name())
          .isNotEqualTo(whole.weights());
    }
  }

  @Test
  void theStateHasItsSizeAndNames() {
    long elements = 3 * 7 + 3 + 11 * 2;
    End adamw = run(adamw(0), random(1), Map.of(), 0, 1);
    assertThat(adamw.bytes()).isEqualTo(2 * 4 * elements + 4);
    assertThat(adamw.state().keySet())
        .containsExactlyInAnyOrder(
            "m.a.weight", "m.a.bias", "m.b", "v.a.weight", "v.a.bias", "v.b", "steps.taken");
    assertThat(adamw.state().get("m.a.weight").shape()).containsExactly(3, 7);
    assertThat(run(sgd(0.9, 0), random(1), Map.of(), 0, 1).bytes()).isEqualTo(4 * elements);
    assertThat(run(sgd(0, 0.1), random(1), Map.of(), 0, 1).bytes()).isZero();
  }

  @Test
  void aWeightWithoutGradientStays() {
    for (OptimizerSettings settings : List.of(adamw(0.1), sgd(0.9, 0.1))) {
      try (NDManager owner = manager.newSubManager()) {
        Map<String, NDArray> weights = OptimizerRun.arrays(owner, random(1));
        try (Optimizer optimizer = Optimizers.of(settings, owner, weights, Map.of(), 7)) {
          for (int t = 0; t < 3; t++) {
            Map<String, NDArray> some = OptimizerRun.arrays(owner, gradients(t));
            some.remove("b");
            optimizer.step(some, 0.1);
          }
        }
        assertThat(OptimizerRun.host(weights).get("b")).isEqualTo(random(1).get("b"));
        assertThat(OptimizerRun.host(weights).get("a.bias")).isNotEqualTo(random(1).get("a.bias"));
      }
    }
  }

  @Test
  void gradientsAreLeftAsTheyAre() {
    for (OptimizerSettings settings : List.of(adamw(0.1), sgd(0.9, 0.1), sgd(0, 0.1))) {
      try (NDManager owner = manager.newSubManager()) {
        Map<String, NDArray> weights = OptimizerRun.arrays(owner, random(1));
        Map<String, NDArray> given = OptimizerRun.arrays(owner, gradients(0));
        try (Optimizer optimizer = Optimizers.of(settings, owner, weights, Map.of(), 7)) {
          optimizer.step(given, 0.1);
          optimizer.step(given, 0.1);
        }
        assertThat(OptimizerRun.host(given)).as(settings.name()).isEqualTo(gradients(0));
      }
    }
  }

  @Test
  void theNamesOfAConfiguration() {
    assertThat(Optimizers.all().stream().map(Method::name))
        .containsExactly("adamw", "galore", "sgd");
  }
}
