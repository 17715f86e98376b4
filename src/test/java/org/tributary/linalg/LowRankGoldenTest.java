package org.tributary.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.protocol.HostTensor;

/** The merge without an m x n sum equals the golden values too, at the limit of its width. */
class LowRankGoldenTest {
  private static final Path FOLDER = Path.of(System.getProperty("golden"), "aggregation");
  private static final double[] WEIGHTS = {0.1, 0.25, 0.65};

  private static Matrix matrix(HostTensor tensor) {
    double[] values = new double[(int) tensor.elements()];
    tensor.data().asDoubleBuffer().get(values);
    return new Matrix((int) tensor.shape()[0], (int) tensor.shape()[1], values);
  }

  @Test
  void factoredAndDenseMeetTheGoldenValues() throws IOException {
    Map<String, HostTensor> inputs =
        SafeTensors.map(FOLDER.resolve("lora_equal_inputs.safetensors"));
    Map<String, HostTensor> golden = SafeTensors.map(FOLDER.resolve("flexlora_equal.safetensors"));
    List<LowRank.Term> terms = new ArrayList<>();
    for (int k = 0; k < 3; k++) {
      Matrix b = matrix(inputs.get("client" + k + ".B"));
      terms.add(new LowRank.Term(2 * WEIGHTS[k], b, matrix(inputs.get("client" + k + ".A"))));
    }
    double[] s = new double[12];
    golden.get("singular_values").data().asDoubleBuffer().get(s);
    for (Svd svd : List.of(LowRank.factored(terms, 0), LowRank.merge(terms, 12))) {
      for (int j = 0; j < 12; j++) {
        assertThat(svd.s()[j]).isCloseTo(s[j], within(1e-10));
      }
      assertThat(RandomMatrices.distance(svd.product(), matrix(golden.get("delta_W"))))
          .isLessThan(1e-10);
      for (int rank : new int[] {2, 4, 8}) {
        Matrix expected = matrix(golden.get("rank" + rank + ".delta_W"));
        assertThat(RandomMatrices.distance(svd.first(rank).product(), expected)).isLessThan(1e-10);
      }
    }
  }
}
