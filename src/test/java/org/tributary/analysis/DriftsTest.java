package org.tributary.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.federation.Tiny;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;
import org.tributary.rows.Row;
import org.tributary.run.RunFolder;
import org.tributary.tables.DriftsTable;
import org.tributary.tables.RunReport;

/** The job analyze on a whole comparison, against direct computations from the runs' files. */
@Slow
class DriftsTest {
  private static final double SCALING = 2;

  @TempDir static Path dir;
  private static Path comparison;
  private static JobRun measured;

  @BeforeAll
  static void compare() throws IOException {
    System.setProperty("spark.master", "local[2]");
    Tiny tiny = new Tiny(dir, 6, 9);
    Path train = dir.resolve("train.yaml");
    Files.writeString(train, tiny.yaml("common", "fedavg"));
    comparison = dir.resolve("compare");
    Path file = dir.resolve("compare.yaml");
    Files.writeString(
        file,
        """
        out: %s
        train: %s
        seeds: [3, 4]
        common: [rounds=2, evaluate.every=2]
        baseline: full
        variants:
          full: []
          adapters: [framework.name=fedit, "framework.lora={rank: 2, alpha: 4, targets: [query]}"]
          alone: [framework.name=local]
          wild: [client.optimizer.lr=1.0e+30]
          together: [framework.name=central]
        """
            .formatted(comparison, train));
    assertThat(JobRun.of("compare", file.toString()).code()).as("wild diverges").isEqualTo(1);
    measured = analyze();
    assertThat(measured.code()).as(measured.err()).isZero();
  }

  @AfterAll
  static void clearMaster() {
    System.clearProperty("spark.master");
  }

  private static JobRun analyze(String... options) {
    return JobRun.of(
        Stream.concat(Stream.of("analyze", comparison.toString()), Stream.of(options))
            .toArray(String[]::new));
  }

  private static List<Row> rows(Path folder) throws IOException {
    return DriftsTable.read(Tiny.STORE, Tiny.STORE.path(folder.toString()));
  }

  private static Row row(String variant, long seed) throws IOException {
    return rows(comparison).stream()
        .filter(row -> row.text("variant").equals(variant) && row.longAt("seed") == seed)
        .findFirst()
        .orElseThrow();
  }

  private static RunFolder folder(String run) throws IOException {
    return new RunFolder(Tiny.STORE.path(comparison.resolve(run).toString()));
  }

  private static RealMatrix real(HostTensor tensor) {
    int columns = (int) tensor.shape()[1];
    float[] values = tensor.toFloats();
    RealMatrix real = new Array2DRowRealMatrix((int) tensor.shape()[0], columns);
    for (int i = 0; i < values.length; i++) {
      real.setEntry(i / columns, i % columns, values[i]);
    }
    return real;
  }

  private static double squares(RealMatrix m) {
    return m.getFrobeniusNorm() * m.getFrobeniusNorm();
  }

  /** The squares that a row must have, added up over the layers. */
  private static final class Expected {
    private double weight;
    private double moved;
    private double central;
    private double apart;
    private double dot;
    private double reachable;

    /** Layers of the encoder and the pooler: every matrix that is no embedding and no head. */
    static Expected of(boolean adapters) throws IOException {
      Map<String, HostTensor> start = Tiny.tensors(folder("together/seed=3").start());
      Map<String, HostTensor> central = Tiny.tensors(folder("together/seed=3").global(1));
      Map<String, HostTensor> run =
          Tiny.tensors(folder((adapters ? "adapters" : "full") + "/seed=3").global(1));
      Expected sum = new Expected();
      for (String name : start.keySet()) {
        if (start.get(name).shape().length == 2 && !name.matches(".*(embedding|classifier).*")) {
          RealMatrix w = real(start.get(name));
          RealMatrix c = real(central.get(name)).subtract(w);
          RealMatrix u = w.scalarMultiply(0);
          String layer = name.replaceAll("\\.weight$", "");
          double[] s = new SingularValueDecomposition(c).getSingularValues();
          if (!adapters) {
            u = real(run.get(name)).subtract(w);
            sum.reachable += squares(c);
          } else if (layer.endsWith("query")) {
            u =
                real(run.get(layer + ".lora_B.weight"))
                    .multiply(real(run.get(layer + ".lora_A.weight")))
                    .scalarMultiply(SCALING);
            sum.reachable += s[0] * s[0] + s[1] * s[1];
          }
          sum.weight += squares(w);
          sum.moved += squares(u);
          sum.central += squares(c);
          sum.apart += squares(u.subtract(c));
          sum.dot += u.transpose().multiply(c).getTrace();
        }
      }
      return sum;
    }
  }

  @Test
  void theColumnsEqualADirectComputation() throws IOException {
    for (boolean adapters : new boolean[] {false, true}) {
      Expected e = Expected.of(adapters);
      Row row = row(adapters ? "adapters" : "full", 3);
      assertThat(row.doubleAt("moved")).isCloseTo(Math.sqrt(e.moved / e.weight), within(1e-9));
      assertThat(row.doubleAt("central_moved"))
          .isCloseTo(Math.sqrt(e.central / e.weight), within(1e-9));
      assertThat(row.doubleAt("drift")).isCloseTo(Math.sqrt(e.apart / e.central), within(1e-9));
      assertThat(row.doubleAt("cosine"))
          .isCloseTo(e.dot / Math.sqrt(e.moved * e.central), within(1e-9));
      assertThat(row.doubleAt("reachable")).isCloseTo(e.reachable / e.central, within(1e-9));
      assertThat(row.longAt("compared_rank")).isEqualTo(2);
      assertThat(row.longAt("round")).isEqualTo(2);
    }
    assertThat(row("adapters", 3).doubleAt("in_rank")).isCloseTo(1, within(1e-9));
    assertThat(row("adapters", 3).doubleAt("sum_rank")).isBetween(1.0, 2.0);
    assertThat(row("full", 3).doubleAt("sum_rank")).isGreaterThan(4);
    assertThat(row("full", 3).doubleAt("outside")).isBetween(1e-6, 1.0);
    assertThat(row("adapters", 4).doubleAt("reachable"))
        .isLessThan(row("adapters", 4).doubleAt("central_in_rank"));
  }

  @Test
  void centralIsComparedWithItselfAndPersonalModelsWithNothing() throws IOException {
    Row central = row("together", 4);
    assertThat(central.doubleAt("drift")).isZero();
    assertThat(central.doubleAt("cosine")).isCloseTo(1, within(1e-12));
    assertThat(central.doubleAt("moved")).isEqualTo(central.doubleAt("central_moved"));
    assertThat(central.text("central")).isEqualTo(central.text("run"));
    Row alone = row("alone", 4);
    assertThat(List.of("moved", "drift", "cosine", "sum_rank", "in_rank", "reachable"))
        .allSatisfy(column -> assertThat(alone.isNull(column)).as(column).isTrue());
    assertThat(alone.has("loss")).isTrue();
  }

  @Test
  void theScoresAreThoseOfTheRuns() throws IOException {
    for (String variant : List.of("full", "adapters", "alone", "together")) {
      for (long seed : new long[] {3, 4}) {
        Row row = row(variant, seed);
        RunReport run = RunReport.of(Tiny.STORE, folder(variant + "/seed=" + seed));
        RunReport full = RunReport.of(Tiny.STORE, folder("full/seed=" + seed));
        assertThat(row.text("part")).isEqualTo("test");
        assertThat(row.doubleAt("loss")).isEqualTo(run.score("test", "loss"));

        assertThat(row.doubleAt("accuracy_difference"))
            .isEqualTo(run.score("test", "accuracy") - full.score("test", "accuracy"));
      }
    }
    assertThat(measured.out())
        .contains("full on data, round 2", "alone on data, round 2", "compare/tables")
        .contains("left out: ")
        .containsPattern("wild/seed=3: it has no result; run compare again");
    assertThat(rows(comparison)).hasSize(8);
    assertThat(JobRun.of("tables", comparison.toString()).out()).contains("compare/tables/drifts");
  }

  @Test
  void roundsOptionsAndFoldersAreChecked() throws IOException {
    Path out = dir.resolve("out");
    JobRun one = analyze("--rounds", "1,2", "--layers", "query", "--rank", "1", "--out", out + "");
    assertThat(one.code()).as(one.err()).isZero();
    assertThat(one.out()).as("once for both rounds").containsOnlyOnce("wild/seed=3");
    List<Row> rows = rows(out);
    assertThat(rows).hasSize(16);
    assertThat(rows).extracting(row -> row.longAt("round")).contains(1L, 2L);
    assertThat(rows)
        .as("round 1 was not scored")
        .filteredOn(row -> row.longAt("round") == 1)
        .allMatch(row -> row.isNull("loss") && row.isNull("part"));
    assertThat(rows).extracting(row -> row.longAt("compared_rank")).containsOnly(1L);
    assertThat(rows).as("of some layers").allMatch(row -> row.isNull("outside"));
    List<String> bytes = new ArrayList<>();
    for (String file : List.of("compare/full/seed=3/config.yaml", "compare/compare.yaml")) {
      bytes.add(Files.readString(dir.resolve(file)));
    }
    analyze("--rounds", "3")
        .assertTold(2, "--rounds: no run of ", "has a round 3; they have at most 2");
    analyze("--rounds", "0").assertTold(2, "--rounds: 0 is less than 1");
    Path kept = comparison.resolve("full/seed=4/rounds/round=00000/global.safetensors");
    Files.move(kept, dir.resolve("kept"));
    told(
        analyze("--rounds", "1"),
        "full/seed=4 has not kept the global state after round 1",
        "keep.globals=3");
    Files.move(dir.resolve("kept"), kept);
    analyze("--gradient", "8").assertTold(2, "--gradient: of a comparison", "leave the option out");
    analyze("--central", "wild2").assertTold(2, "--central:", "has no variant wild2; name one of");
    analyze("--central", "alone").assertTold(2, "have models of their own");
    analyze("--layers", "nothing").assertTold(2, "--layers: \"nothing\" names no layer");
    analyze("--out", dir.resolve("data") + "").assertTold(2, "has no table drifts");
    assertThat(Files.readString(dir.resolve("compare/compare.yaml"))).isEqualTo(bytes.get(1));
  }

  private static void told(JobRun run, String... parts) {
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(parts).doesNotContain("\tat ");
  }

  @Test
  void aRunThatStartsElsewhereIsLeftOut() throws IOException {
    Path out = dir.resolve("continued");
    Path file = dir.resolve("continued.yaml");
    Files.writeString(
        file,
        """
        out: %s
        train: %s
        seeds: [3, 4]
        common: [rounds=1]
        baseline: further
        variants:
          further: [framework.name=fedit, "framework.lora={rank: 2, alpha: 4, targets: [query], start: %s}"]
          together: [framework.name=central]
          full: []
        """
            .formatted(
                out, dir.resolve("train.yaml"), comparison.resolve("adapters/seed=3/adapter")));
    JobRun compared = JobRun.of("compare", file.toString());
    assertThat(compared.code()).as(compared.err()).isZero();
    JobRun run = JobRun.of("analyze", out.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("left out: further/seed=3: it starts from other weights than the central run");
    assertThat(rows(out))
        .extracting(row -> row.text("variant"))
        .containsExactly("together", "full", "together", "full");
    assertThat(rows(out)).as("no baseline").allMatch(row -> row.isNull("loss_difference"));
  }

  @Test
  void aComparisonWithoutACentralRunIsRefused() throws IOException {
    Path file = comparison.resolve("compare.yaml");
    String yaml = Files.readString(file);
    String less = yaml.replaceFirst("(?m)^ +together:\\R.*central.*\\R", "");
    assertThat(less).isNotEqualTo(yaml);
    Files.writeString(file, less);
    JobRun none = analyze();
    Files.writeString(file, yaml);
    told(none, "the runs with seed 3: there is no central run beside them; add a variant");
  }
}
