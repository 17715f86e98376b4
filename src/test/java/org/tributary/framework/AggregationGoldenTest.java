package org.tributary.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.model.Lora;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LowRankChange;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Participant;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * Merges equal the golden values in float64: three clients of unequal sizes, no square matrices.
 */
class AggregationGoldenTest {
  private static final double TOLERANCE = 1e-12;

  /** The tolerance for values that go through decompositions. */
  private static final double CLOSE = 1e-10;

  private static final String A = "layer" + Adapters.A;
  private static final String B = "layer" + Adapters.B;
  private static final Path FOLDER = Path.of(System.getProperty("golden"), "aggregation");

  private static Map<String, HostTensor> file(String name) throws IOException {
    return SafeTensors.map(FOLDER.resolve(name + ".safetensors"));
  }

  private static JsonNode facts() throws IOException {
    return JSON.readTree(FOLDER.resolve("golden.json").toFile());
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
    return merge(NamedFramework.of(framework), clients);
  }

  private static Map<String, HostTensor> merge(Framework framework, List<Contribution> clients) {
    Map<String, long[]> shapes = new TreeMap<>();
    clients.get(0).tensors().forEach((name, t) -> shapes.put(name, t.shape()));
    RoundPlan plan = new RoundPlan().with(shapes, Role.TRAVELS);
    return Merges.merge(framework, plan, clients);
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

  @Test
  void ffaAveragesBAlone() throws IOException {
    Map<String, HostTensor> inputs = file("lora_equal_inputs");
    Map<String, HostTensor> golden = file("ffa_lora");
    Map<String, HostTensor> merged = merge("ffa-lora", clients(inputs, List.of("B")));
    assertThat(merged).containsOnlyKeys("B");
    assertThat(distance(merged.get("B"), golden.get("B"))).isLessThan(TOLERANCE);
    assertThat(inputs.get("A0")).isEqualTo(golden.get("A"));
    double[] delta = product(merged.get("B"), inputs.get("A0"), scaling());
    assertThat(distance(delta, Merges.doubles(golden.get("delta_W")))).isLessThan(TOLERANCE);
  }

  /** The clients' factors under the names that adapters have. */
  private static List<Contribution> adapters(Map<String, HostTensor> file) throws IOException {
    List<Contribution> named = new ArrayList<>();
    for (Contribution c : clients(file, List.of("A", "B"))) {
      Map<String, HostTensor> tensors = new TreeMap<>();
      tensors.put(A, c.tensors().get("A"));
      tensors.put(B, c.tensors().get("B"));
      named.add(new Contribution(c.client(), c.weight(), tensors));
    }
    return named;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void flexloraOfEqualRanksIsTheBestApproximationOfTheExactSum(int rank) throws IOException {
    Map<String, HostTensor> golden = file("flexlora_equal");
    Adapters adapters = new Adapters(rank, facts().at("/equal_ranks/alpha").doubleValue(), false);
    Map<String, HostTensor> merged =
        merge(NamedFramework.of("flexlora", adapters), adapters(file("lora_equal_inputs")));
    assertThat(merged.get(A).shape()).containsExactly(rank, 16);
    double[] delta = product(merged.get(B), merged.get(A), adapters.scaling(rank));
    assertThat(distance(delta, Merges.doubles(golden.get("rank" + rank + ".delta_W"))))
        .isLessThan(CLOSE);
    double[] s = Merges.doubles(golden.get("singular_values"));
    for (int j = 0; j < rank; j++) {
      assertThat(adapters.scaling(rank) * columnNorm(merged.get(B), j))
          .isCloseTo(s[j], within(CLOSE));
    }
  }

  @Test
  void flexloraOfFullRankIsTheExactSum() throws IOException {
    Map<String, HostTensor> golden = file("flexlora_equal");
    Adapters adapters = new Adapters(12, 8, false);
    Map<String, HostTensor> merged =
        merge(NamedFramework.of("flexlora", adapters), adapters(file("lora_equal_inputs")));
    double[] delta = product(merged.get(B), merged.get(A), adapters.scaling(12));
    assertThat(distance(delta, Merges.doubles(golden.get("delta_W")))).isLessThan(CLOSE);
  }

  @Test
  void flexloraGivesEveryClientWhatItsRankHolds() throws IOException {
    Map<String, HostTensor> golden = file("flexlora_hetero");
    JsonNode facts = facts().get("different_ranks");
    Adapters adapters =
        new Adapters(facts.get("r_max").intValue(), facts.at("/alpha_k/0").doubleValue(), false);
    Framework flexlora = NamedFramework.of("flexlora", adapters);
    Map<String, HostTensor> merged = merge(flexlora, adapters(file("lora_hetero_inputs")));
    double[] global = product(merged.get(B), merged.get(A), adapters.scaling(8));
    assertThat(distance(global, Merges.doubles(golden.get("rank8.delta_W")))).isLessThan(CLOSE);
    for (int k = 0; k < 3; k++) {
      int rank = facts.get("r_k").get(k).intValue();
      double scaling = adapters.scaling(rank);
      assertThat(scaling).isEqualTo(facts.get("scaling_k").get(k).doubleValue());
      Map<String, HostTensor> start =
          flexlora.start(merged, new Participant("c", 0, rank, null, 1));
      assertThat(start.get(A).shape()).containsExactly(rank, 16);
      assertThat(start.get(B).shape()).containsExactly(12, rank);
      double[] own = product(start.get(B), start.get(A), scaling);
      assertThat(distance(own, Merges.doubles(golden.get("client" + k + ".scaled_BA"))))
          .as("client %d", k)
          .isLessThan(CLOSE);
    }
  }

  @Test
  void flexloraIsNoneOfItsKnownBugs() throws IOException {
    double[] exact = Merges.doubles(file("flexlora_hetero").get("rank8.delta_W"));
    List<Contribution> clients = adapters(file("lora_hetero_inputs"));
    List<Contribution> uniform =
        clients.stream().map(c -> new Contribution(c.client(), 1 / 3.0, c.tensors())).toList();
    assertThat(distance(delta(uniform, 8), exact)).as("uniform weights").isGreaterThan(1e-2);
    assertThat(distance(delta(clients.subList(0, 1), 8), exact))
        .as("only the first client's term")
        .isGreaterThan(1e-2);
    assertThat(distance(delta(clients, 16), exact)).as("another alpha").isGreaterThan(1e-2);
    assertThat(distance(delta(clients, 8), exact)).isLessThan(CLOSE);
  }

  @Test
  void uniformWeightsCountEveryClientAlike() throws IOException {
    Map<String, HostTensor> golden = file("fedavg");
    List<ClientReport> reports = new ArrayList<>();
    List<Contribution> byRows = clients(golden, List.of("weight"));
    byRows.forEach(c -> reports.add(ClientReport.of("{\"client\": \"%s\"}".formatted(c.client()))));
    double[] weights = new UniformWeights(NamedFramework.of("fedavg")).weights(reports);
    List<Contribution> uniform = new ArrayList<>();
    for (int k = 0; k < weights.length; k++) {
      uniform.add(new Contribution(byRows.get(k).client(), weights[k], byRows.get(k).tensors()));
    }
    HostTensor merged = merge("fedavg", uniform).get("weight");
    assertThat(distance(merged, golden.get("expected_uniform.weight"))).isLessThan(TOLERANCE);
  }

  @Test
  void fedsaAveragesAAndEveryClientKeepsItsB() throws IOException {
    Map<String, HostTensor> inputs = file("lora_equal_inputs");
    Map<String, HostTensor> golden = file("fedsa_lora");
    Map<String, HostTensor> merged = merge("fedsa-lora", clients(inputs, List.of("A")));
    assertThat(merged).containsOnlyKeys("A");
    assertThat(distance(merged.get("A"), golden.get("A"))).isLessThan(TOLERANCE);
    for (int k = 0; k < 3; k++) {
      HostTensor own = inputs.get("client" + k + ".B");
      assertThat(own).isEqualTo(golden.get("client" + k + ".B"));
      double[] delta = product(own, merged.get("A"), scaling());
      assertThat(distance(delta, Merges.doubles(golden.get("client" + k + ".delta_W"))))
          .isLessThan(TOLERANCE);
    }
  }

  /**
   * A merge that changes the base: what it writes for the layer of W0, and the W that replaces W0.
   */
  private static Map<String, HostTensor> changed(
      String name, Adapters adapters, HostTensor base, List<Contribution> contributions) {
    Framework framework = NamedFramework.of(name, adapters);
    TreeMap<String, long[]> none = new TreeMap<>();
    Map<String, HostTensor> first = contributions.get(0).tensors();
    RoundPlan plan =
        framework.plan(
            new Trainables(
                none,
                false,
                none,
                new TreeMap<>(Map.of(A, first.get(A).shape())),
                new TreeMap<>(Map.of(B, first.get(B).shape())),
                new TreeMap<>(Map.of("layer.weight", base.shape()))),
            0);
    Map<String, HostTensor> merged =
        WholeMerge.of(
            framework,
            plan,
            new Merge(0, contributions.size(), Map.of("layer.weight", base), contributions));
    HostTensor left = merged.remove("layer.weight@B");
    merged.put("layer.weight", LowRankChange.add(base, left, merged.remove("layer.weight@A")));
    return merged;
  }

  private static HostTensor flora(
      Adapters adapters, HostTensor base, List<Contribution> contributions) {
    Map<String, HostTensor> merged = changed("flora", adapters, base, contributions);
    assertThat(merged).containsOnlyKeys("layer.weight");
    return merged.get("layer.weight");
  }

  @Test
  void floraAddsTheExactSumOfEqualRanksToTheBase() throws IOException {
    Map<String, HostTensor> inputs = file("lora_equal_inputs");
    JsonNode ranks = facts().get("equal_ranks");
    Adapters adapters =
        new Adapters(ranks.get("r").intValue(), ranks.get("alpha").doubleValue(), false);
    HostTensor w = flora(adapters, inputs.get("W0"), adapters(inputs));
    assertThat(distance(w, file("flora_equal").get("W"))).isLessThan(TOLERANCE);
  }

  @Test
  void floraAddsTheExactSumOfUnequalRanksToTheBase() throws IOException {
    Map<String, HostTensor> inputs = file("lora_hetero_inputs");
    JsonNode ranks = facts().get("different_ranks");
    Adapters adapters =
        new Adapters(ranks.get("r_max").intValue(), ranks.at("/alpha_k/0").doubleValue(), false);
    HostTensor base = file("lora_equal_inputs").get("W0");
    double[] change = Merges.doubles(flora(adapters, base, adapters(inputs)));
    double[] before = Merges.doubles(base);
    for (int i = 0; i < change.length; i++) {
      change[i] -= before[i];
    }
    assertThat(distance(change, Merges.doubles(file("flora_hetero").get("delta_W"))))
        .isLessThan(TOLERANCE);
  }

  /** Weights stored as [in, out], as in GPT-2, get the transposed change. */
  @Test
  void floraOfATransposedBase() throws IOException {
    Map<String, HostTensor> inputs = file("lora_equal_inputs");
    double alpha = facts().at("/equal_ranks/alpha").doubleValue();
    Adapters adapters = new Adapters(4, alpha, false, Set.of("layer.weight"));
    HostTensor w = flora(adapters, transposed(inputs.get("W0")), adapters(inputs));
    assertThat(distance(transposed(w), file("flora_equal").get("W"))).isLessThan(TOLERANCE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fedexPutsWhatTheProductOfTheMeansLacksIntoTheBase(boolean transposed) throws IOException {
    Map<String, HostTensor> inputs = file("lora_equal_inputs");
    Map<String, HostTensor> golden = file("fedex_lora");
    double alpha = facts().at("/equal_ranks/alpha").doubleValue();
    Set<String> turned = transposed ? Set.of("layer.weight") : Set.of();
    Adapters adapters = new Adapters(4, alpha, false, turned);
    HostTensor base = transposed ? transposed(inputs.get("W0")) : inputs.get("W0");
    Map<String, HostTensor> merged = changed("fedex-lora", adapters, base, adapters(inputs));
    assertThat(merged).containsOnlyKeys(A, B, "layer.weight");
    assertThat(distance(merged.get(A), golden.get("A"))).isLessThan(TOLERANCE);
    assertThat(distance(merged.get(B), golden.get("B"))).isLessThan(TOLERANCE);
    HostTensor w = transposed ? transposed(merged.get("layer.weight")) : merged.get("layer.weight");
    assertThat(distance(w, golden.get("W0_new"))).isLessThan(TOLERANCE);
    double[] effective = product(merged.get(B), merged.get(A), scaling());
    double[] frozen = Merges.doubles(w);
    for (int i = 0; i < frozen.length; i++) {
      effective[i] += frozen[i];
    }
    assertThat(distance(effective, Merges.doubles(golden.get("effective_W"))))
        .isLessThan(TOLERANCE);
    // the mean of all clients' models, as FLoRA's base is
    assertThat(distance(effective, Merges.doubles(file("flora_equal").get("W"))))
        .isLessThan(TOLERANCE);
  }

  private static HostTensor transposed(HostTensor matrix) {
    return TensorMatrices.tensor(TensorMatrices.of(matrix).transposed(), DType.F64);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fedavgm", "fedadagrad", "fedadam", "fedyogi"})
  void serverOptimizersStepWithTheMeanChange(String name) throws IOException {
    Map<String, HostTensor> golden = file("server_optimizers");
    JsonNode server = facts().get("server");
    String beta2 = name.equals("fedadagrad") ? "" : ", beta2: " + server.get("beta2");
    String keys =
        name.equals("fedavgm")
            ? "momentum: " + server.get("beta")
            : "beta1: %s, tau: %s".formatted(server.get("beta1"), server.get("tau")) + beta2;
    String set = "server={name: %s, lr: %s, %s}".formatted(name, server.get("eta"), keys);
    Framework framework = NamedFramework.of("fedavg", null, set);
    RoundPlan plan = serverPlan(framework, golden.get("x0").shape());
    Map<String, HostTensor> state = new TreeMap<>();
    plan.parts().forEach((part, shape) -> state.put(part, constant(shape.shape(), 0)));
    state.computeIfPresent(
        "server.v/w",
        (v, zeros) -> constant(zeros.shape(), server.get("main_v_minus_1").doubleValue()));
    state.put("w", golden.get("x0"));
    for (int round = 0; round < server.get("rounds").intValue(); round++) {
      List<Contribution> moved = moved(golden, state.get("w"), round);
      state.putAll(WholeMerge.of(framework, plan, new Merge(round, moved.size(), state, moved)));
      String prefix = "%s.round%d.".formatted(name, round);
      assertThat(distance(state.get("w"), golden.get(prefix + "x"))).isLessThan(TOLERANCE);
      String first = name.equals("fedavgm") ? "server.momentum/w" : "server.m/w";
      assertThat(distance(state.get(first), golden.get(prefix + "m"))).isLessThan(TOLERANCE);
      if (!name.equals("fedavgm")) {
        assertThat(distance(state.get("server.v/w"), golden.get(prefix + "v")))
            .isLessThan(TOLERANCE);
      }
    }
  }

  private static RoundPlan serverPlan(Framework framework, long[] shape) {
    TreeMap<String, long[]> none = new TreeMap<>();
    TreeMap<String, long[]> weights = new TreeMap<>(Map.of("w", shape));
    return framework.plan(new Trainables(weights, false, none, none, none, none), 0);
  }

  private static HostTensor constant(long[] shape, double value) {
    double[] values = new double[(int) HostTensor.elements(shape)];
    java.util.Arrays.fill(values, value);
    return Elements.tensor(values, DType.F64, shape);
  }

  /** The clients' models: the server's model plus each client's change. */
  private static List<Contribution> moved(Map<String, HostTensor> golden, HostTensor w, int round)
      throws IOException {
    List<Contribution> moved = new ArrayList<>();
    JsonNode sizes = facts().get("n_k");
    for (int k = 0; k < sizes.size(); k++) {
      double[] y = Elements.of(w);
      Elements.add(y, 1, golden.get("round%d.client%d.delta".formatted(round, k)));
      moved.add(
          new Contribution(
              "000" + k,
              facts().get("p_k").get(k).doubleValue(),
              Map.of("w", Elements.tensor(y, DType.F64, w.shape()))));
    }
    return moved;
  }

  @Test
  void roloraAveragesOneFactorARoundAndIsExact() throws IOException {
    Path file = FOLDER.resolveSibling("federated").resolve("rolora.json");
    Assumptions.assumeTrue(Files.exists(file), file + " is not there");
    JsonNode golden = JSON.readTree(file.toFile());
    Map<String, HostTensor> state = new TreeMap<>();
    state.put(A, matrix(golden.get("A")));
    state.put(B, matrix(golden.get("B")));
    TreeMap<String, long[]> none = new TreeMap<>();
    Trainables trainables =
        new Trainables(
            none,
            false,
            none,
            new TreeMap<>(Map.of(A, state.get(A).shape())),
            new TreeMap<>(Map.of(B, state.get(B).shape())),
            none);
    Framework rolora = NamedFramework.of("rolora");
    double total = 0;
    for (JsonNode n : golden.get("rows")) {
      total += n.doubleValue();
    }
    for (int round = 0; round < golden.get("rounds").size(); round++) {
      JsonNode expected = golden.get("rounds").get(round);
      RoundPlan plan = rolora.plan(trainables, round);
      String trains = plan.where(Role::isTrained).firstKey();
      List<Contribution> clients = new ArrayList<>();
      for (int k = 0; k < expected.get("trained").size(); k++) {
        clients.add(
            new Contribution(
                "000" + k,
                golden.get("rows").get(k).doubleValue() / total,
                Map.of(trains, matrix(expected.get("trained").get(k)))));
      }
      state.putAll(WholeMerge.of(rolora, plan, new Merge(round, clients.size(), state, clients)));
      assertThat(distance(state.get(A), matrix(expected.get("A")))).isLessThan(TOLERANCE);
      assertThat(distance(state.get(B), matrix(expected.get("B")))).isLessThan(TOLERANCE);
      double[] product = product(state.get(B), state.get(A), 1);
      assertThat(distance(product, Merges.doubles(matrix(expected.get("product")))))
          .isLessThan(TOLERANCE);
    }
  }

  private static HostTensor matrix(JsonNode rows) {
    List<Double> values = new ArrayList<>();
    rows.forEach(row -> row.forEach(value -> values.add(value.doubleValue())));
    return Elements.tensor(
        values.stream().mapToDouble(Double::doubleValue).toArray(),
        DType.F64,
        rows.size(),
        rows.get(0).size());
  }

  private static double[] delta(List<Contribution> clients, double alpha) {
    Adapters adapters = new Adapters(8, alpha, false);
    Map<String, HostTensor> merged = merge(NamedFramework.of("flexlora", adapters), clients);
    return product(merged.get(B), merged.get(A), adapters.scaling(8));
  }

  private static double columnNorm(HostTensor matrix, int column) {
    double[] values = Merges.doubles(matrix);
    int columns = (int) matrix.shape()[1];
    double sum = 0;
    for (int i = column; i < values.length; i += columns) {
      sum += values[i] * values[i];
    }
    return Math.sqrt(sum);
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
