package org.tributary.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.Federation;
import org.tributary.federation.RoundListener;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;

/** The job analyze on real runs: what the theory says must hold, against direct computations. */
@Slow
class AnalysisTest {
  private static final int RANK = 3;
  private static final String[] NONE = {};
  private static final String GLOB = "*layer.0.*query";
  private static final String LAYER = "layer LIKE '%layer.0.%query'";

  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void train() throws Exception {
    tiny = new Tiny(dir, 12, 8, 30);
    train("fedavg", "fedavg", NONE);
    train("central", "central", NONE);
    for (String adapters : List.of("fedit", "ffa-lora", "flexlora", "flora", "rolora")) {
      train(adapters, adapters, Tiny.LORA);
    }
    train("fedsa", "fedsa-lora", Tiny.LORA);
    train("short", "fedit", with(Tiny.LORA, "keep.updates=1", "keep.globals=2"));
  }

  private static String[] with(String[] some, String... more) {
    return Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
  }

  private static void train(String name, String framework, String[] sets) throws Exception {
    TrainConfig config =
        tiny.config(
            name,
            framework,
            with(sets, "evaluate.parts=[]", "rounds=" + (name.equals("short") ? 3 : 2)));
    new Federation(SPARK.session(), RoundListener.NONE).train(config);
  }

  private static Analysis.Request request(String run, String central, List<Integer> rounds) {
    return new Analysis.Request(
        tiny.out(run).toString(),
        central == null ? null : tiny.out(central).toString(),
        dir.resolve("analyses").resolve(name(run, central, rounds)).toString(),
        rounds);
  }

  private static String name(String run, String central, List<Integer> rounds) {
    return (run + rounds + central).replaceAll("[^a-z0-9]", "_");
  }

  private static Analysis.Outcome analyze(Analysis.Request request, int gradient)
      throws IOException {
    Settings settings = new Settings(List.of("query"), 4, RANK, gradient, Settings.LARGE);
    return new Analysis(SPARK.session())
        .run(Analysis.prepare(new Configuration(), request, settings));
  }

  private static List<Row> rows(Analysis.Outcome outcome, String table, String where) {
    return SPARK
        .session()
        .read()
        .parquet(outcome.tables() + "/" + table)
        .where(where)
        .orderBy("layer", order(table))
        .collectAsList();
  }

  private static String[] order(String table) {
    return switch (table) {
      case "layers" -> new String[] {"round", "client"};
      case "angles" -> new String[] {"round", "client", "other_client", "other_round", "side"};
      default -> new String[] {"round", "number"};
    };
  }

  private static RealMatrix real(HostTensor tensor) {
    int rows = (int) tensor.shape()[0];
    int columns = (int) tensor.shape()[1];
    float[] values = tensor.toFloats();
    RealMatrix real = new Array2DRowRealMatrix(rows, columns);
    for (int i = 0; i < values.length; i++) {
      real.setEntry(i / columns, i % columns, values[i]);
    }
    return real;
  }

  @Test
  void wholeWeightsMoveInManyDirectionsAndTheColumnsAreThoseOfTheFiles() throws IOException {
    Analysis.Outcome outcome = analyze(request("fedavg", null, List.of()), 0);
    RunFolder folder = new RunFolder(Tiny.hadoop(tiny.out("fedavg")));
    Map<String, HostTensor> before = Tiny.tensors(folder.global(0));
    Map<String, HostTensor> after = Tiny.tensors(folder.global(1));
    List<Row> rows = rows(outcome, "layers", "round = 2 AND client IS NULL");
    assertThat(rows).isNotEmpty();
    for (Row row : rows) {
      String weight = row.getAs("layer") + ".weight";
      RealMatrix update = real(after.get(weight)).subtract(real(before.get(weight)));
      double[] s = new SingularValueDecomposition(update).getSingularValues();
      assertThat(row.<Double>getAs("norm")).isCloseTo(update.getFrobeniusNorm(), within(1e-9));
      assertThat(row.<Double>getAs("largest")).isCloseTo(s[0], within(1e-9));
      assertThat(row.<Double>getAs("stable_rank"))
          .isCloseTo(Math.pow(update.getFrobeniusNorm() / s[0], 2), within(1e-6));
      assertThat((Object) row.getAs("merge_error")).isNull();
      assertThat(row.<Integer>getAs("sum_rank")).isGreaterThan(2 * RANK);
    }
    assertThat(rows(outcome, "spectra", "round = 2 AND client IS NULL AND matrix = 'update'"))
        .hasSize(4 * rows.size());
    assertThat(rows(outcome, "layers", "round = 2 AND client = '0001'")).hasSameSizeAs(rows);
  }

  @Test
  void adaptersMoveWithinTheirRankAndTheMeanOfFactorsIsNotTheMeanOfProducts() throws IOException {
    Analysis.Outcome outcome = analyze(request("fedit", null, List.of()), 0);
    for (Row row : rows(outcome, "layers", "client IS NULL")) {
      assertThat(row.<Integer>getAs("rank_of_update")).isBetween(1, 2 * RANK);
      assertThat(row.<Integer>getAs("sum_rank")).as("W_0 + s B A").isBetween(1, RANK);
      assertThat(row.<Double>getAs("merge_error")).isBetween(1e-6, 1.0);
    }
    for (Row row : rows(outcome, "layers", "client IS NOT NULL AND round = 1")) {
      assertThat(row.<Integer>getAs("rank_of_update")).as("B starts at 0").isBetween(1, RANK);
      assertThat((Object) row.getAs("merge_error")).isNull();
    }
  }

  @Test
  void aFixedAKeepsAllRoundsInOneSubspace() throws IOException {
    Analysis.Outcome outcome = analyze(request("ffa-lora", null, List.of()), 0);
    for (Row row : rows(outcome, "layers", "client IS NULL")) {
      assertThat(row.<Double>getAs("merge_error")).isLessThan(1e-6);
      assertThat(row.<Double>getAs("overlap_right")).isCloseTo(1, within(1e-6));
      assertThat(row.<Integer>getAs("sum_rank")).isBetween(1, RANK);
    }
    List<Row> rounds = rows(outcome, "angles", "other_round IS NOT NULL AND side = 'right'");
    assertThat(rounds).isNotEmpty();
    assertThat(rounds)
        .allSatisfy(row -> assertThat(row.<Double>getAs("overlap")).isCloseTo(1, within(1e-5)));
    List<Row> free =
        rows(
            analyze(request("fedavg", null, List.of(1, 2)), 0),
            "angles",
            "other_round IS NOT NULL AND side = 'right'");
    assertThat(free).anySatisfy(row -> assertThat(row.<Double>getAs("overlap")).isLessThan(0.9));
  }

  @Test
  void flexLoraCutsAndRoLoraIsExact() throws IOException {
    Analysis.Outcome flex = analyze(request("flexlora", null, List.of()), 0);
    assertThat(rows(flex, "layers", "client IS NULL"))
        .allSatisfy(row -> assertThat(row.<Double>getAs("cut_energy")).isBetween(1e-9, 1.0));
    Analysis.Outcome rolora = analyze(request("rolora", null, List.of()), 0);
    assertThat(rows(rolora, "layers", "client IS NULL"))
        .allSatisfy(row -> assertThat(row.<Double>getAs("merge_error")).isLessThan(1e-6));
  }

  @Test
  void floraLeavesTheSubspaceOfItsFirstRound() throws IOException {
    Analysis.Outcome outcome = analyze(request("flora", null, List.of()), 0);
    for (Row row : rows(outcome, "layers", "client IS NULL AND round = 2")) {
      assertThat(row.<Integer>getAs("sum_rank")).isGreaterThan(2 * RANK);
    }
  }

  @Test
  void theDriftFromCentralIsMeasured() throws IOException {
    Analysis.Outcome own = analyze(request("central", "central", List.of()), 0);
    assertThat(rows(own, "layers", "client IS NULL"))
        .allSatisfy(row -> assertThat(row.<Double>getAs("drift")).isZero());
    Analysis.Outcome other = analyze(request("fedavg", "central", List.of()), 0);
    RunFolder fedavg = new RunFolder(Tiny.hadoop(tiny.out("fedavg")));
    RunFolder central = new RunFolder(Tiny.hadoop(tiny.out("central")));
    for (Row row : rows(other, "layers", "client IS NULL AND round = 2")) {
      String weight = row.getAs("layer") + ".weight";
      RealMatrix start = real(Tiny.tensors(fedavg.start()).get(weight));
      RealMatrix c = real(Tiny.tensors(central.global(1)).get(weight));
      RealMatrix w = real(Tiny.tensors(fedavg.global(1)).get(weight));
      double expected = w.subtract(c).getFrobeniusNorm() / c.subtract(start).getFrobeniusNorm();
      assertThat(row.<Double>getAs("drift")).isCloseTo(expected, within(1e-9));
    }
  }

  @Test
  void theGradientIsTheOneThatTrainingTakes() throws Exception {
    Tiny pairs = new Tiny(Files.createDirectories(dir.resolve("pairs")), 12);
    pairs.rewrite(
        "client=0000/train",
        rows -> {
          for (int i = 0; i < rows.size(); i += 2) {
            rows.set(i + 1, rows.get(i)); // both halves have the same gradient
          }
        });
    pairs.seal();
    String[] sgd = {
      "rounds=1",
      "client.steps=1",
      "client.batch=12",
      "client.schedule={name: constant}",
      "client.optimizer={name: sgd, lr: 0.5}",
      "evaluate.parts=[]"
    };
    new Federation(SPARK.session(), RoundListener.NONE).train(pairs.config("sgd", "fedavg", sgd));
    Analysis.Request request =
        new Analysis.Request(pairs.out("sgd").toString(), null, null, List.of());
    Analysis.Outcome outcome = analyze(request, 12);
    List<Row> rows = rows(outcome, "layers", "client IS NULL");
    assertThat(rows).isNotEmpty();
    for (Row row : rows) {
      double gradient = row.getAs("gradient_norm");
      assertThat(row.<Double>getAs("norm")).isCloseTo(0.5 * gradient, within(1e-3 * gradient));
      assertThat(row.<Double>getAs("gradient_in_galore"))
          .isCloseTo(row.<Double>getAs("gradient_in_best"), within(1e-6));
      assertThat((Object) row.getAs("gradient_in_lora")).isNull();
    }
    assertThat(analyze(request, 12).rounds()).as("nothing is measured again").isEmpty();
    assertThatThrownBy(() -> analyze(request, 10))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("measured with other options")
        .hasMessageContaining("--out");
  }

  @Test
  void theShareOfTheTangentSpaceIsThere() throws IOException {
    Analysis.Outcome outcome = analyze(request("fedit", null, List.of(1, 2)), 16);
    for (Row row : rows(outcome, "layers", "client IS NULL")) {
      assertThat(row.<Double>getAs("gradient_in_lora")).isBetween(1e-6, 1.0);
      assertThat(row.<Double>getAs("gradient_in_galore"))
          .isLessThanOrEqualTo(row.<Double>getAs("gradient_in_best") + 1e-9);
    }
    Map<String, Double> first = new TreeMap<>();
    rows(outcome, "layers", "client IS NULL AND round = 1")
        .forEach(row -> first.put(row.getAs("layer"), row.getAs("gradient_in_lora")));
    // With B = 0 in round 1 only the rows of A are in it, later the columns of B too.
    assertThat(rows(outcome, "layers", "client IS NULL AND round = 2"))
        .allSatisfy(
            row ->
                assertThat(row.<Double>getAs("gradient_in_lora"))
                    .isGreaterThan(first.get(row.<String>getAs("layer"))));
  }

  @Test
  void whatARunHasNotKeptIsSaid() {
    assertThatThrownBy(() -> analyze(request("short", null, List.of()), 0))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("has not kept the client updates and global states of the rounds 1,2")
        .hasMessageContaining("--rounds 3")
        .hasMessageContaining("--set keep.updates=3");
    assertThatThrownBy(() -> analyze(request("fedsa", null, List.of()), 0))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("fedsa-lora");
    assertThatThrownBy(() -> analyze(request("fedit", null, List.of(4)), 0))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("--rounds")
        .hasMessageContaining("has 1 to 2");
    assertThat(dir.resolve("analyses").resolve(name("short", null, List.of()))).doesNotExist();
  }

  /** Matrices that tasks share have the same numbers, as far as these are computed. */
  @Test
  void largeMatricesAreSpreadOverTasks() throws IOException {
    for (String run : List.of("fedavg", "flora")) {
      Analysis.Request request = request(run, "central", List.of(2));
      List<Row> expected = rows(analyze(request, 0), "layers", LAYER);
      Analysis.Request spread =
          new Analysis.Request(
              request.run(), request.central(), request.out() + "spread", List.of(2));
      Settings settings = new Settings(List.of(GLOB), 4, RANK, 0, 1);
      Analysis.Outcome parts =
          new Analysis(SPARK.session())
              .run(Analysis.prepare(new Configuration(), spread, settings));
      List<Row> found = rows(parts, "layers", LAYER);
      assertThat(found).hasSameSizeAs(expected).isNotEmpty();
      for (int i = 0; i < found.size(); i++) {
        for (String column :
            List.of("norm", "largest", "stable_rank", "sum_norm", "overlap_left", "drift")) {
          same(found.get(i).getAs(column), expected.get(i).getAs(column), column);
        }
      }
      Row merged = found.get(0);
      assertThat((Object) merged.getAs("client")).isNull();
      assertThat((Object) merged.getAs("effective_rank")).isNull();
    }
  }

  private static void same(Double found, Double expected, String column) {
    if (expected == null) {
      assertThat(found).as(column).isNull();
    } else {
      assertThat(found).as(column).isCloseTo(expected, within(1e-6 + 1e-6 * expected));
    }
  }

  @Test
  void roundsThatAreKeptCanBeNamed() throws IOException {
    Analysis.Outcome outcome = analyze(request("short", null, List.of(3)), 0);
    assertThat(rows(outcome, "layers", "client IS NULL")).isNotEmpty();
  }
}
