package org.tributary.optim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** Single matrices, tall, wide and square, after every step of the authors' code. */
class GaLoreGoldenTest {
  private static final int GAP = 5;
  private static final double WEIGHTS = 1e-5;
  private static final double BASES = 1e-4;

  @BeforeEach
  void prepare() {
    Torch.prepareThread(1);
  }

  @ParameterizedTest
  @CsvSource({
    "tall, canonical", "wide, canonical", "square, canonical",
    "tall, official", "wide, official", "square, official"
  })
  void everyStep(String matrix, String signs) throws IOException {
    Map<String, HostTensor> golden =
        SafeTensors.map(
            Path.of(System.getProperty("golden"), "optim/galore_matrices/tensors.safetensors"));
    HostTensor gradients = golden.get(matrix + ".grads");
    HostTensor weights = golden.get(matrix + "." + signs + ".W");
    HostTensor bases = golden.get(matrix + "." + signs + ".P");
    // Official signs are free; within the first period they cancel out.
    int steps = signs.equals("official") ? GAP : (int) gradients.shape()[0];
    OptimizerSettings settings = GaLoreRun.settings(Projector.EXACT, 4, GAP, "*");
    OptimizerRun.End end =
        new OptimizerRun.End(Map.of("w", golden.get(matrix + ".W0")), Map.of(), 0);
    for (int t = 0; t < steps; t++) {
      end =
          GaLoreRun.run(
              settings, end.weights(), end.state(), t, t + 1, i -> Map.of("w", at(gradients, i)));
      assertClose(end.weights().get("w"), at(weights, t), WEIGHTS, "W after step " + t);
      if (!signs.equals("official")) {
        assertClose(end.basis("w"), at(bases, t / GAP), BASES, "P of step " + t);
      }
    }
  }

  private static HostTensor at(HostTensor series, int i) {
    long[] shape = {series.shape()[1], series.shape()[2]};
    float[] values = new float[(int) HostTensor.elements(shape)];
    series.floats().get(i * values.length, values);
    return HostTensor.of(values, shape);
  }

  private static void assertClose(
      HostTensor actual, HostTensor expected, double tolerance, String what) {
    assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
    assertThat(actual.toFloats())
        .as(what)
        .containsExactly(
            expected.toFloats(), org.assertj.core.data.Offset.offset((float) tolerance));
  }
}
