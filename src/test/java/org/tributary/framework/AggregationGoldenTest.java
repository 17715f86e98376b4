package org.tributary.framework;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.model.Lora;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.TrainPlan;

/** Merges equal the golden values in float64: three clients of unequal sizes, no matrix square. */
class AggregationGoldenTest {
  private static final double TOLERANCE = 1e-12;
  private static final Path FOLDER = Path.of(System.getProperty("golden"), "aggregation");

  private static Map<String, HostTensor> file(String name) throws IOException {
    return SafeTensors.map(FOLDER.resolve(name + ".safetensors"));
  }

  private static JsonNode facts() throws IOException {
    return new ObjectMapper().readTree(FOLDER.resolve("golden.json").toFile());
  }

  /** What each client sends: the tensors {@code client<k>.<name>}, weighted by its rows. */
  private static List<Contribution> clients(Map<String, HostTensor> file, List<String> names)
      throws IOException {
    JsonNode sizes = facts().get("n_k");
    double total = 0;
    for (JsonNode n : sizes) {
      total += n.doubleValue();
    }
    List<Contribution> contributions = new ArrayList<>();
    for (int k = 0; k < sizes.size(); k++) {
      Map<String, HostTensor> tensors = new TreeMap<>();
      for (String name : names) {
        tensors.put(name, file.get("client" + k + "." + name));
      }
      contributions.add(new Contribution("000" + k, sizes.get(k).doubleValue() / total, tensors));
    }
    return contributions;
  }

  private static Map<String, HostTensor> merge(String framework, List<Contribution> clients) {
    Map<String, long[]> shapes = new TreeMap<>();
    clients.get(0).tensors().forEach((name, t) -> shapes.put(name, t.shape()));
    TrainPlan plan = new TrainPlan().with(shapes, Role.TRAVELS);
    return Merges.merge(Frameworks.named(framework), plan, clients);
  }

  private static double distance(HostTensor actual, HostTensor expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    return distance(Merges.doubles(actual), Merges.doubles(expected));
  }

  private static double distance(double[] actual, double[] expected) {
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
    }
    return worst;
  }

  @Test
  void fedavgWeighsByRows() throws IOException {
    Map<String, HostTensor> golden = file("fedavg");
    List<Contribution> clients = clients(golden, List.of("weight", "bias"));
    assertThat(clients).hasSize(3);
    Map<String, HostTensor> merged = merge("fedavg", clients);
    assertThat(distance(merged.get("weight"), golden.get("expected.weight"))).isLessThan(TOLERANCE);
    assertThat(distance(merged.get("bias"), golden.get("expected.bias"))).isLessThan(TOLERANCE);
  }

  @Test
  void fedavgIsNeitherTheUniformMeanNorTheFirstClientsTerm() throws IOException {
    Map<String, HostTensor> golden = file("fedavg");
    List<Contribution> clients = clients(golden, List.of("weight"));
    HostTensor merged = merge("fedavg", clients).get("weight");
    assertThat(distance(merged, golden.get("expected_uniform.weight"))).isGreaterThan(1e-2);
    double[] all = Merges.doubles(merged);
    for (Contribution client : clients) {
      double[] term = Merges.doubles(client.tensors().get("weight"));
      assertThat(distance(all, term)).isGreaterThan(1e-2);
      for (int i = 0; i < term.length; i++) {
        term[i] *= client.weight();
      }
      assertThat(distance(all, term)).as("only %s", client.client()).isGreaterThan(1e-2);
    }
  }

  @Test
  void centralAndFedavgMergeAlike() throws IOException {
    List<Contribution> clients = clients(file("fedavg"), List.of("weight", "bias"));
    assertThat(merge("central", clients)).isEqualTo(merge("fedavg", clients));
  }

  @Test
  void feditAveragesTheFactors() throws IOException {
    Map<String, HostTensor> golden = file("fedit");
    Map<String, HostTensor> merged =
        merge("fedit", clients(file("lora_equal_inputs"), List.of("A", "B")));
    assertThat(distance(merged.get("A"), golden.get("A"))).isLessThan(TOLERANCE);
    assertThat(distance(merged.get("B"), golden.get("B"))).isLessThan(TOLERANCE);
    double[] delta = product(merged.get("B"), merged.get("A"), scaling());
    assertThat(distance(delta, Merges.doubles(golden.get("delta_W")))).isLessThan(TOLERANCE);
    assertThat(distance(delta, Merges.doubles(golden.get("exact_delta_W"))))
        .as("the mean of products is another thing")
        .isGreaterThan(0.1);
  }

  private static double scaling() throws IOException {
    JsonNode equal = facts().get("equal_ranks");
    Lora lora =
        new Lora(equal.get("r").intValue(), equal.get("alpha").doubleValue(), false, List.of());
    assertThat(lora.scaling()).isEqualTo(equal.get("scaling").doubleValue());
    return lora.scaling();
  }

  /** s B A for B [out, r] and A [r, in]. */
  private static double[] product(HostTensor b, HostTensor a, double s) {
    int out = (int) b.shape()[0];
    int rank = (int) b.shape()[1];
    int in = (int) a.shape()[1];
    double[] left = Merges.doubles(b);
    double[] right = Merges.doubles(a);
    double[] delta = new double[out * in];
    for (int i = 0; i < out; i++) {
      for (int j = 0; j < in; j++) {
        for (int r = 0; r < rank; r++) {
          delta[i * in + j] += s * left[i * rank + r] * right[r * in + j];
        }
      }
    }
    return delta;
  }
}
