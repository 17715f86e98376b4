package org.tributary.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.torch.Casts;
import org.tributary.torch.Program;
import org.tributary.torch.Torch;

/** Clipping and accumulation compared with their formulas. */
class GradientsTest {
  private NDManager manager;
  private Gradients gradients;

  @BeforeEach
  void open() {
    Torch.prepareThread(1);
    manager = Torch.manager(Device.cpu());
    gradients = new Gradients(Device.cpu());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private Map<String, NDArray> random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, NDArray> made = new TreeMap<>();
    made.put("layer.bias", manager.create(values(random, 5)));
    made.put("layer.weight", manager.create(values(random, 15), new Shape(5, 3)));
    return made;
  }

  private static float[] values(SplittableRandom random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double norm(Map<String, NDArray> gradients) {
    double squares = 0;
    for (NDArray g : gradients.values()) {
      for (float x : g.toFloatArray()) {
        squares += (double) x * x;
      }
    }
    return Math.sqrt(squares);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 1, 4.0, 1000, Double.POSITIVE_INFINITY})
  void clipScalesAllByOneFactor(double bound) {
    Map<String, NDArray> before = random(3);
    Map<String, NDArray> g = random(3);
    double norm = norm(before);
    assertThat(gradients.clip(manager, g, bound)).isCloseTo(norm, within(1e-5));
    double factor = Math.min(1, bound / (norm + 1e-6));
    g.forEach(
        (name, array) -> {
          float[] was = before.get(name).toFloatArray();
          float[] is = array.toFloatArray();
          for (int i = 0; i < is.length; i++) {
            assertThat((double) is[i]).isCloseTo(factor * was[i], within(1e-6));
            if (factor == 1) {
              assertThat(is[i]).isEqualTo(was[i]);
            }
          }
        });
    assertThat(norm(g)).isLessThanOrEqualTo(Math.min(norm, bound) + 1e-5);
  }

  @Test
  void gradientsOfZeroStayZero() {
    Map<String, NDArray> g = new TreeMap<>(Map.of("w", manager.zeros(new Shape(2, 3))));
    assertThat(gradients.clip(manager, g, 1)).isZero();
    assertThat(g.get("w").toFloatArray()).containsOnly(0f);
  }

  @Test
  void addAccumulates() {
    Map<String, NDArray> first = random(1);
    Map<String, NDArray> second = random(2);
    Map<String, NDArray> sum = random(1);
    gradients.add(manager, sum, second, 0.25);
    sum.forEach(
        (name, array) -> {
          float[] a = first.get(name).toFloatArray();
          float[] b = second.get(name).toFloatArray();
          float[] is = array.toFloatArray();
          for (int i = 0; i < is.length; i++) {
            assertThat((double) is[i]).isCloseTo(a[i] + 0.25 * b[i], within(1e-6));
          }
        });
    assertThat(second.get("layer.bias").toFloatArray())
        .isEqualTo(random(2).get("layer.bias").toFloatArray());
  }

  /** FedProx: the gradient of μ/2 ‖w − w_t‖² is μ (w − w_t), and it points away from the start. */
  @Test
  void pullAddsTheGradientOfTheDistanceFromTheStart() {
    Map<String, NDArray> g = new TreeMap<>();
    g.put("a", manager.create(new float[] {1, -1}));
    g.put("b", manager.create(new float[] {0, 2, 4, 6}, new Shape(2, 2)));
    Map<String, NDArray> weights = new TreeMap<>();
    weights.put("a", Program.name("weights", "a", manager.create(new float[] {3, 4})));
    NDArray b = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
    weights.put("b", Program.name("weights", "b", b));
    Map<String, NDArray> start = new TreeMap<>();
    start.put("a", manager.create(new float[] {1, 8}));
    start.put("b", manager.create(new float[] {1, 1, 1, 1}, new Shape(2, 2)));
    gradients.pull(manager, g, weights, start, 0.5);
    assertThat(g.get("a").toFloatArray()).containsExactly(1 + 0.5f * 2, -1 - 0.5f * 4);
    assertThat(g.get("b").toFloatArray()).containsExactly(0, 2.5f, 5, 7.5f);
    assertThat(start.get("a").toFloatArray()).containsExactly(1, 8);
    assertThat(weights.get("a").toFloatArray()).containsExactly(3, 4);
  }

  @Test
  void aGradientOfSixteenBitsIsWidenedAndOneOfFloat32IsTaken() {
    try (Casts casts = new Casts(Device.cpu())) {
      NDArray values = manager.create(new float[] {1.5f, -2, 0.25f});
      NDArray narrow = casts.to(manager, values, DataType.BFLOAT16);
      NDArray wide = gradients.wide(manager, "w", narrow);
      assertThat(wide.toFloatArray()).containsExactly(1.5f, -2, 0.25f);
      assertThat(gradients.wide(manager, "w", wide)).isSameAs(wide);
    }
  }
}
