package org.tributary.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.torch.Casts;
import org.tributary.torch.Program;
import org.tributary.torch.Torch;

/** Weights in bfloat16 move by less than their last bit, and exactly in the mean. */
class StochasticRoundingTest {
  private static final int N = 40_000;

  @BeforeAll
  static void prepare() {
    Torch.prepareThread(1);
  }

  /** w = start - lr g by SGD, in bfloat16, for N equal elements. */
  private static float[] stepped(float start, float gradient, double lr, long seed, int steps) {
    OptimizerSettings sgd = new OptimizerSettings("sgd", new SgdSettings(0), 0, 0);
    try (NDManager manager = Torch.manager(Device.cpu());
        Casts casts = new Casts(Device.cpu())) {
      NDArray w =
          casts.to(manager, manager.full(new Shape(N), start, DataType.FLOAT32), DataType.BFLOAT16);
      NDArray g =
          casts.to(
              manager, manager.full(new Shape(N), gradient, DataType.FLOAT32), DataType.BFLOAT16);
      Program.name("train", "w", w);
      try (Optimizer optimizer = Optimizers.of(sgd, manager, Map.of("w", w), Map.of(), seed)) {
        for (int i = 0; i < steps; i++) {
          optimizer.step(Map.of("w", g), lr);
        }
      }
      return casts.to(manager, w, DataType.FLOAT32).toFloatArray();
    }
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  @ParameterizedTest
  @ValueSource(floats = {1.5f, -1.5f, 0.0302734375f, -1024, 1.0f})
  void theMeanMovesByTheStepAndPlacesGoToANeighbour(float start) {
    double ulp = Math.ulp(start) * 65536;
    double lr = ulp / 10;
    float[] after = stepped(start, 1, lr, 7, 1);
    // Five standard errors of the mean of N coin tosses with probability 1/10.
    assertThat(mean(after)).isCloseTo(start - lr, within(5 * ulp * 0.3 / Math.sqrt(N)));
    for (float value : after) {
      assertThat(Math.abs(value - start)).isLessThanOrEqualTo((float) ulp);
      assertThat(Float.floatToRawIntBits(value) & 0xFFFF).isZero();
    }
  }

  @Test
  void manySmallStepsAddUp() {
    double lr = Math.ulp(1.5f) * 65536 / 50;
    assertThat(mean(stepped(1.5f, 1, lr, 7, 200))).isCloseTo(1.5 - 200 * lr, within(lr));
  }

  @Test
  void theSameSeedGivesTheSameBitsAndAnotherOthers() {
    float[] one = stepped(1.5f, 1, 1e-4, 7, 3);
    assertThat(Arrays.equals(stepped(1.5f, 1, 1e-4, 7, 3), one)).isTrue();
    assertThat(Arrays.equals(stepped(1.5f, 1, 1e-4, 8, 3), one)).isFalse();
  }

  @Test
  void whatBfloat16HoldsStaysAsItIs() {
    for (float value : stepped(1.5f, 0, 1, 7, 3)) {
      assertThat(value).isEqualTo(1.5f);
    }
  }
}
