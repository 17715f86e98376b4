package org.tributary.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Trainables;

/** Local rules, over rounds of unequal clients and cohorts, equal float64 loops of the papers. */
class LocalRulesGoldenTest {
  private static final double TOLERANCE = 1e-12;

  private static JsonNode golden(String name) throws IOException {
    Path file = Path.of(System.getProperty("golden"), "federated", name + ".json");
    Assumptions.assumeTrue(Files.exists(file), file + " is not there");
    return JSON.readTree(file.toFile());
  }

  static double[] numbers(JsonNode list) {
    double[] values = new double[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).doubleValue();
    }
    return values;
  }

  private static ToyRun.Loss quadratic(JsonNode hessian, JsonNode optimum) {
    double[] b = numbers(optimum);
    return at -> {
      double[] w = at.get("w");
      double[] gradient = new double[w.length];
      for (int i = 0; i < w.length; i++) {
        for (int j = 0; j < w.length; j++) {
          gradient[i] += hessian.get(i).get(j).doubleValue() * (w[j] - b[j]);
        }
      }
      return Map.of("w", gradient);
    };
  }

  /** Trains a case's clients as its file says, and checks the state after every round. */
  private static void run(JsonNode golden, String local, Check check) {
    int size = golden.get("start").size();
    TreeMap<String, long[]> none = new TreeMap<>();
    TreeMap<String, long[]> weights = new TreeMap<>(Map.of("w", new long[] {size}));
    Trainables trainables = new Trainables(weights, false, none, none, none, none);
    Framework framework = NamedFramework.of("fedavg", null, "local=" + local);
    HostTensor start = Elements.tensor(numbers(golden.get("start")), DType.F64, size);
    int[] rows = Arrays.stream(numbers(golden.get("rows"))).mapToInt(n -> (int) n).toArray();
    ToyRun run = new ToyRun(framework, trainables, Map.of("w", start), rows);
    for (int round = 0; round < golden.get("rounds").size(); round++) {
      int[] cohort =
          Arrays.stream(numbers(golden.get("cohorts").get(round))).mapToInt(k -> (int) k).toArray();
      List<ToyRun.Loss> losses = new ArrayList<>();
      double[][] rates = new double[cohort.length][];
      for (int i = 0; i < cohort.length; i++) {
        losses.add(
            quadratic(golden.get("hessians").get(cohort[i]), golden.get("optima").get(cohort[i])));
        int steps = golden.get("steps").get(cohort[i]).intValue();
        rates[i] = Arrays.copyOf(numbers(golden.get("rates").get(round)), steps);
      }
      run.round(round, cohort, losses, rates);
      check.round(run, golden.get("rounds").get(round));
    }
  }

  private interface Check {
    void round(ToyRun run, JsonNode expected);
  }

  private static void assertEqual(HostTensor actual, JsonNode expected) {
    assertThat(Elements.of(actual)).containsExactly(numbers(expected), within(TOLERANCE));
  }

  @Test
  void scaffold() throws IOException {
    run(
        golden("scaffold"),
        "{name: scaffold}",
        (run, expected) -> {
          assertEqual(run.state("w"), expected.get("w"));
          assertEqual(run.state("scaffold.c/w"), expected.get("c"));
          for (int k = 0; k < expected.get("own").size(); k++) {
            HostTensor own = run.own(k, "scaffold.client/w");
            if (own != null) {
              assertEqual(own, expected.get("own").get(k));
            }
          }
        });
  }

  @Test
  void fedprox() throws IOException {
    JsonNode golden = golden("fedprox");
    run(
        golden,
        "{name: fedprox, mu: %s}".formatted(golden.get("mu")),
        (run, expected) -> assertEqual(run.state("w"), expected.get("w")));
  }
}
