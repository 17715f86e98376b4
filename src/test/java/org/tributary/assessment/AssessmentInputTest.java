package org.tributary.assessment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.config.ConfigReader;
import org.tributary.config.EvaluateConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.Federation;
import org.tributary.federation.RoundListener;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;

/** What cannot be scored is refused by key, before anything is written. */
@Slow
class AssessmentInputTest {
  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void train() throws Exception {
    tiny = new Tiny(dir, 8, 9);
    String[] shorter = {"evaluate.parts=[]", "rounds=2", "keep.globals=1"};
    Federation federation = new Federation(SPARK.session(), RoundListener.NONE);
    federation.train(tiny.config("fedavg", "fedavg", shorter));
    String[] adapters = new String[shorter.length + Tiny.LORA.length];
    System.arraycopy(shorter, 0, adapters, 0, shorter.length);
    System.arraycopy(Tiny.LORA, 0, adapters, shorter.length, Tiny.LORA.length);
    federation.train(tiny.config("fedit", "fedit", adapters));
    federation.train(tiny.config("fedsa", "fedsa-lora", adapters));
  }

  private static Path out() {
    return dir.resolve("scores");
  }

  private static String refused(String yaml, String... sets) {
    Throwable thrown =
        catchThrowable(
            () -> {
              EvaluateConfig config =
                  ConfigReader.read(
                      "e.yaml",
                      "out: " + out() + "\n" + yaml,
                      List.of(sets),
                      EvaluateConfig.class,
                      Map.of());
              new Assessment(SPARK.session()).run(Assessment.prepare(new Configuration(), config));
            });
    assertThat(thrown).isInstanceOf(WrongInput.class);
    assertThat(out()).doesNotExist();
    return thrown.getMessage();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "parts: [test] | run, model: one of them is missing",
        "'run: a\nmodel: {path: b}' | run: names its own model; remove model",
        "'run: a\nadapter: b' | run: names its own model; remove adapter",
        "'model: {path: b}\nround: 1\ndata: {path: c}' | round: is of a run",
        "'model: {path: b}' | data: is missing",
        "'run: a\nparts: [dev]' | use test, validation, train",
        "'run: a\nparts: []' | parts: is empty",
        "'run: a\nparts: [test, test]' | names a part twice",
        "'model: {path: b, newHead: true}\ndata: {path: c}' | evaluate does not begin one"
      })
  void keysThatDoNotFitAreRefused(String yaml, String message) {
    Throwable thrown =
        catchThrowable(
            () ->
                ConfigReader.written(
                    "e.yaml",
                    "out: o\n" + yaml.replace("\\n", "\n"),
                    List.of(),
                    EvaluateConfig.class,
                    Map.of()));
    assertThat(thrown).isInstanceOf(WrongInput.class).hasMessageContaining(message);
  }

  @Test
  void foldersThatAreNoModelAndNoRun() throws IOException {
    assertThat(refused("run: " + tiny.data())).contains("run: ", "is not a run");
    String data = "\ndata: {path: " + tiny.data() + "}";
    assertThat(refused("model: {path: " + tiny.data() + "}" + data)).contains("config.json");
    assertThat(refused("model: {path: " + tiny.model() + "}" + data))
        .contains("has no classifier", "name a model with a head");
    assertThat(
            refused("model: {path: %s}\nadapter: %s%s".formatted(tiny.model(), tiny.data(), data)))
        .contains("adapter_config.json");
    Path none = Files.createDirectories(dir.resolve("begun"));
    Files.copy(tiny.out("fedit").resolve("config.yaml"), none.resolve("config.yaml"));
    assertThat(refused("run: " + none)).contains("run: ", "has no result yet");
  }

  @Test
  void aKeyThatIsNoColumn() {
    assertThat(refused("run: %s\nkey: txt".formatted(tiny.out("fedavg"))))
        .contains("key: ", "no column \"txt\"", "text, label", "did you mean text?");
  }

  @Test
  void roundsThatARunHasNotKept() {
    assertThat(refused("run: %s\nround: 1".formatted(tiny.out("fedavg"))))
        .contains("round: ", "has no state after round 1", "it has those of 2", "keep.globals");
    assertThat(refused("run: %s\nround: 3".formatted(tiny.out("fedavg")))).contains("round 3");
    assertThat(refused("run: %s\nround: 2".formatted(tiny.out("fedsa"))))
        .contains("round: ", "models of their own", "remove the key");
  }

  @Test
  void labelsThatTheModelDoesNotHave() throws IOException {
    Path other = Files.createDirectories(dir.resolve("other"));
    Tiny set = new Tiny(other, 5);
    set.relabel("0000", 5, "surgery");
    manifest(set, node -> node.withArray("labels").add("surgery"));
    set.seal();
    for (String run : List.of("fedavg", "fedit")) {
      for (String round : List.of("", "\nround: 2")) {
        assertThat(
                refused("run: %s\ndata: {path: %s}%s".formatted(tiny.out(run), set.data(), round)))
            .contains("surgery");
      }
    }
  }

  @Test
  void partsWithoutRows() throws IOException {
    Path other = Files.createDirectories(dir.resolve("parts"));
    Tiny set = new Tiny(other, 5);
    manifest(set, node -> node.remove("test"));
    assertThat(refused("run: %s\ndata: {path: %s}".formatted(tiny.out("fedit"), set.data())))
        .contains("parts: ", "has no test rows", "remove \"test\"");
  }

  private static void manifest(Tiny set, Consumer<ObjectNode> change) throws IOException {
    Path file = set.data().resolve(Manifest.FILE);
    ObjectNode node = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(node);
    Files.write(file, JSON.writeValueAsBytes(node));
  }

  @Test
  void rowsThatCannotBeUsed() throws IOException {
    Path other = Files.createDirectories(dir.resolve("rows"));
    Tiny set = new Tiny(other, 5);
    set.rewrite("test", rows -> rows.set(3, Tiny.row(null, "genetic")));
    set.seal();
    String yaml = "run: %s\ndata: {path: %s}".formatted(tiny.out("fedit"), set.data());
    assertThat(refused(yaml)).contains("1 rows cannot be used", "row 3", "data.badRows=skip");
    EvaluateConfig skips =
        ConfigReader.read(
            "e.yaml",
            "out: %s\n%s".formatted(dir.resolve("skips"), yaml),
            List.of("data.badRows=skip", "key=text"),
            EvaluateConfig.class,
            Map.of());
    Assessment.Outcome outcome =
        new Assessment(SPARK.session()).run(Assessment.prepare(new Configuration(), skips));
    assertThat(outcome.scored().get(0).whole().rows()).isEqualTo(59);
    assertThat(dir.resolve("skips/skipped.json")).exists();
    List<Row> predictions =
        SPARK
            .session()
            .read()
            .parquet(outcome.tables() + "/predictions")
            .orderBy("row")
            .collectAsList();
    assertThat(predictions).hasSize(59);
    assertThat(predictions.get(2).<Integer>getAs("row")).isEqualTo(2);
    assertThat(predictions.get(3).<Integer>getAs("row")).isEqualTo(4);
    List<String> texts = new ArrayList<>();
    ParquetRows.forEach(
        Tiny.STORE,
        Tiny.hadoop(set.data().resolve(predictions.get(0).<String>getAs("file"))),
        List.of("text"),
        row -> texts.add(row.text("text")));
    assertThat(texts.remove(3)).isNull();
    assertThat(predictions.stream().map(row -> row.<String>getAs("key")).toList()).isEqualTo(texts);
  }

  @Test
  void aFolderWithOtherScores() throws IOException {
    String yaml = "out: %s\nrun: %s\n".formatted(dir.resolve("twice"), tiny.out("fedit"));
    EvaluateConfig first =
        ConfigReader.read("e.yaml", yaml, List.of(), EvaluateConfig.class, Map.of());
    new Assessment(SPARK.session()).run(Assessment.prepare(new Configuration(), first));
    EvaluateConfig other =
        ConfigReader.read("e.yaml", yaml, List.of("rows=9"), EvaluateConfig.class, Map.of());
    assertThat(catchThrowable(() -> Assessment.prepare(new Configuration(), other)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("holds other scores")
        .hasMessageContaining("rows");
    EvaluateConfig foreign =
        ConfigReader.read(
            "e.yaml", yaml, List.of("out=" + tiny.out("fedit")), EvaluateConfig.class, Map.of());
    assertThat(catchThrowable(() -> Assessment.prepare(new Configuration(), foreign)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("has the files of another job");
  }
}
