package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.error.WrongInput;
import org.tributary.federation.Tiny;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;
import org.tributary.planning.RunPlan;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.run.Blueprint;
import org.tributary.run.SkippedRows;
import org.tributary.tables.BudgetsTable;

/** Every variant gets the most rounds that the budget allows, and keeps them. */
class BudgetsTest extends TinyJob {
  private String yaml(String budget) {
    return """
        out: %s
        train: %s
        seeds: [3]
        variants:
          both: [framework.name=fedit, "framework.lora={rank: 2, targets: [query]}"]
          half: [framework.name=ffa-lora, "framework.lora={rank: 2, targets: [query]}"]
          one: [framework.name=central, "framework.lora={rank: 2, targets: [query]}", framework.centralSteps=client]
        budget: %s
        """
        .formatted(dir.resolve("compare"), dir.resolve("train.yaml"), budget);
  }

  private Variants variants(String budget) throws IOException {
    CompareConfig config =
        ConfigReader.written("c.yaml", yaml(budget), List.of(), CompareConfig.class, Map.of())
            .config();
    return new Variants(config, tiny.yaml("common", "fedavg"));
  }

  private static int rounds(Variants variants, String variant) {
    return variants.first(new Arm(null, variant)).rounds();
  }

  /** Bytes or steps of a plan with some rounds. */
  private static RunPlan plan(Variants variants, String variant, int rounds) throws IOException {
    Arm arm = new Arm(null, variant);
    Variants with = variants.withRounds(Map.of(arm, rounds));
    return RunPlan.of(new Blueprint(Tiny.STORE, with.first(arm)), SkippedRows.NONE);
  }

  private static long bytes(RunPlan plan) {
    return plan.travel().up().getSum() + plan.travel().down();
  }

  /** Three clients take two steps each in a round, and the one with all rows takes two. */
  @Test
  void stepsAreThoseOfAllClients() throws IOException {
    Variants counted = Budgets.of(Tiny.STORE, variants("{steps: 17}")).variants();
    assertThat(rounds(counted, "both")).isEqualTo(2);
    assertThat(rounds(counted, "half")).isEqualTo(2);
    assertThat(rounds(counted, "one")).isEqualTo(8);
    assertThat(rounds(Budgets.of(Tiny.STORE, variants("{steps: 18}")).variants(), "both"))
        .isEqualTo(3);
  }

  @Test
  void bytesAreThoseOfThePlan() throws IOException {
    long budget = bytes(plan(variants("{steps: 9}"), "both", 5));
    for (long amount : new long[] {budget, budget - 1}) {
      Variants counted =
          Budgets.of(Tiny.STORE, variants("{bytes: %d}".formatted(amount))).variants();
      assertThat(rounds(counted, "both")).isEqualTo(amount == budget ? 5 : 4);
      int half = rounds(counted, "half");
      assertThat(half).isGreaterThan(5);
      assertThat(bytes(plan(counted, "half", half))).isLessThanOrEqualTo(amount);
      assertThat(bytes(plan(counted, "half", half + 1))).isGreaterThan(amount);
    }
  }

  @Test
  void whatNoVariantCanMeetIsRefusedByName() throws IOException {
    assertThatThrownBy(() -> Budgets.of(Tiny.STORE, variants("{steps: 5}")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "budget.steps: 5 is less than a round of both needs, 6; give more, or remove the variant")
        .hasMessageContaining("half needs, 6")
        .hasMessageNotContaining("one needs");
    assertThatThrownBy(() -> Budgets.of(Tiny.STORE, variants("{steps: 100000000}")))
        .hasMessageContaining("budget.steps: 100,000,000 allows both more than 10,000 rounds");
    assertThatThrownBy(() -> variants("{steps: 5, bytes: 1m}"))
        .hasMessageContaining(
            "budget: has 2 kinds of budget; give one of steps, bytes and seconds");
    assertThatThrownBy(() -> variants("{}")).hasMessageContaining("budget: is empty");
    assertThat(dir.resolve("compare")).doesNotExist();
  }

  /** The rounds of a budget of seconds depend on the load, so a second start takes the first's. */
  @Test
  void roundsAreKeptFromTheFirstStart() throws IOException {
    Variants seconds = variants("{seconds: 2}");
    Budgets first = Budgets.of(Tiny.STORE, seconds);
    int rounds = rounds(first.variants(), "both");
    assertThat(rounds).isPositive();
    first.commit();
    org.apache.hadoop.fs.Path folder = Tiny.STORE.path(dir.resolve("compare").toString());
    Row row = BudgetsTable.read(Tiny.STORE, BudgetsTable.file(folder, "both", null)).orElseThrow();
    // The three clients have two slots, so each round takes as long as four steps in turn.
    assertThat(row.doubleAt("step_seconds") * 4 * rounds).isLessThanOrEqualTo(2);
    assertThat(row.doubleAt("step_seconds") * 4 * (rounds + 1)).isGreaterThan(2);
    assertThat(rounds(Budgets.of(Tiny.STORE, variants("{seconds: 1.0e-9}")).variants(), "both"))
        .isEqualTo(rounds);
  }

  /** Sums of the table rounds, by variant: bytes and steps. */
  private Map<String, long[]> spent() throws IOException {
    Map<String, long[]> spent = new TreeMap<>();
    try (Stream<Path> files = Files.list(dir.resolve("compare/tables/rounds"))) {
      for (Path file : files.toList()) {
        ParquetRows.forEach(
            Tiny.STORE,
            Tiny.hadoop(file),
            List.of("variant", "bytes_up", "bytes_down", "steps"),
            row -> {
              long[] sums = spent.computeIfAbsent(row.text("variant"), v -> new long[2]);
              sums[0] += row.longAt("bytes_up") + row.longAt("bytes_down");
              sums[1] += row.longAt("steps");
            });
      }
    }
    return spent;
  }

  @Slow
  @Test
  void runsSpendWhatTheBudgetAllows() throws IOException {
    Files.writeString(dir.resolve("train.yaml"), tiny.yaml("common", "fedavg"));
    long budget = bytes(plan(variants("{steps: 9}"), "both", 2)) + 100;
    String only = yaml("{bytes: %d}".formatted(budget)).replaceAll("(?m)^  one: .*\\R", "");
    Path file = Files.writeString(dir.resolve("compare.yaml"), only);
    JobRun run = JobRun.of("compare", file.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("rounds are the most that %,d bytes of each run allow".formatted(budget))
        .contains("in all: 2 runs", "peak memory of this JVM while steps were timed");
    assertThat(run.out()).doesNotContain("budgets differ");
    Map<String, long[]> spent = spent();
    assertThat(spent.get("both")).containsExactly(budget - 100, 2 * 6);
    int half = (int) (spent.get("half")[1] / 6);
    assertThat(spent.get("half")[0])
        .isLessThanOrEqualTo(budget)
        .isEqualTo(bytes(plan(variants("{steps: 9}"), "half", half)));
    assertThat(bytes(plan(variants("{steps: 9}"), "half", half + 1))).isGreaterThan(budget);
    assertThat(Files.readString(dir.resolve("compare/report.html")))
        .doesNotContain("not on equal terms");
    JobRun again = JobRun.of("compare", file.toString());
    assertThat(again.out()).isEqualTo(run.out());
    assertThat(again.err()).doesNotContain("in all: 2 runs");
  }
}
