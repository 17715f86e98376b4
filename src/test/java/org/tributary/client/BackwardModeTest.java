package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tributary.fixture.MemoryWatch;
import org.tributary.fixture.Slow;
import org.tributary.model.Model;
import org.tributary.model.Precision;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** Whatever is kept in memory for the backward pass, a round ends with the same weights. */
@Slow
class BackwardModeTest extends TinyClient {
  private static Recipe recipe(BackwardMode backward, int steps) {
    return new Recipe(
        7,
        4,
        steps,
        0,
        4,
        1,
        Double.POSITIVE_INFINITY,
        ADAMW,
        "constant",
        1e-3,
        0,
        false,
        backward);
  }

  private static Model model(Precision precision) {
    return new Model(bert.architecture(), bert.weights(), Map.of(), Device.cpu(), precision);
  }

  private static TrainingResult train(Precision precision, BackwardMode backward) {
    try (Model model = model(precision);
        NDManager manager = Torch.manager(Device.cpu())) {
      return new LocalTraining(model, recipe(backward, 5))
          .train(everything("c", 1, 9), manager, StepListener.NONE);
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void checkpointedAndUpdatingEndAsWhole(Precision precision) {
    TrainingResult whole = train(precision, BackwardMode.WHOLE);
    for (BackwardMode other :
        new BackwardMode[] {BackwardMode.CHECKPOINTED, BackwardMode.UPDATING}) {
      TrainingResult trained = train(precision, other);
      Set<String> different = new TreeSet<>(whole.tensors().keySet());
      different.removeIf(name -> whole.tensors().get(name).equals(trained.tensors().get(name)));
      assertThat(different).as("weights that differ, %s", other).isEmpty();
      assertThat(trained.facts().lossLast()).isEqualTo(whole.facts().lossLast());
      assertThat(trained.facts().gradientNorm())
          .isCloseTo(whole.facts().gradientNorm(), within(1e-5 * whole.facts().gradientNorm()));
    }
    assertThat(whole.tensors()).isNotEqualTo(bert.weights());
  }

  @Test
  void bfloat16WeightsAreItsNumbers() {
    Map<String, HostTensor> before = train(Precision.BFLOAT16, BackwardMode.WHOLE).tensors();
    before.forEach(
        (name, t) -> {
          for (float value : t.toFloats()) {
            assertThat(Float.floatToRawIntBits(value) & 0xFFFF).as(name).isZero();
          }
        });
  }

  @Test
  void whatLiesBetweenTwoNumbersOfBfloat16IsKeptInTheMeanOverClients() {
    float between = 1 + 0x1p-7f / 4;
    HostTensor start = HostTensor.of(filled(4096, between), 4096);
    double sum = 0;
    try (Model model = model(Precision.BFLOAT16);
        NDManager manager = Torch.manager(Device.cpu())) {
      for (long client = 0; client < 8; client++) {
        for (float value : model.host(model.trainable(manager, "w", start, client)).toFloats()) {
          assertThat(value).isIn(1f, 1 + 0x1p-7f);
          sum += value / (8 * 4096);
        }
      }
      float[] exact = {1, -0x1p-7f, 0, Float.MIN_NORMAL};
      assertThat(model.host(model.trainable(manager, "x", HostTensor.of(exact, 4), 7)).toFloats())
          .isEqualTo(exact);
    }
    // Five standard errors of 32,768 coin tosses with probability 1/4, in units of the distance.
    assertThat(sum).isCloseTo(between, within(5 * 0x1p-7 * 0.433 / Math.sqrt(32768)));
  }

  private static float[] filled(int n, float value) {
    float[] values = new float[n];
    Arrays.fill(values, value);
    return values;
  }

  @ParameterizedTest
  @EnumSource(BackwardMode.class)
  void nothingIsLeftBehind(BackwardMode backward) {
    try (Model model = model(Precision.BFLOAT16);
        NDManager manager = Torch.manager(Device.cpu())) {
      LocalTraining training = new LocalTraining(model, recipe(backward, 2));
      training.train(everything("c", 0, 9), manager, StepListener.NONE);
      int before = MemoryWatch.arrays(manager);
      int[] arrays = new int[2];
      new LocalTraining(model, recipe(backward, 150))
          .train(
              everything("c", 0, 9),
              manager,
              (step, of, loss) -> {
                if (step == 20 || step == 150) {
                  arrays[step == 20 ? 0 : 1] = MemoryWatch.arrays(manager);
                }
              });
      assertThat(arrays[1]).isEqualTo(arrays[0]).isPositive();
      assertThat(MemoryWatch.arrays(manager)).isEqualTo(before);
    }
  }
}
