package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.batch.TextBatch;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.PartSource;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;

class ClassificationSetTest {
  private static final Schema SCHEMA =
      Schema.of(
          new Schema.Column("id", Schema.Type.LONG),
          new Schema.Column("text", Schema.Type.STRING),
          new Schema.Column("label", Schema.Type.STRING));
  private static final ClassificationSet.Columns COLUMNS =
      new ClassificationSet.Columns("text", "label");
  private static final List<String> LABELS = List.of("plant", "animal");

  @TempDir java.nio.file.Path dir;
  private final Store store = Store.of(new Configuration(false));
  private Tokenizer tokens;

  @BeforeEach
  void open() throws IOException {
    Path file = new Path(GoldenCases.of("bert/tokenizer.json").toUri());
    tokens = Tokenizer.open(store, file, 16);
  }

  @AfterEach
  void close() {
    tokens.close();
  }

  private Path folder() {
    return new Path(dir.toUri());
  }

  private void write(String name, Row... rows) throws IOException {
    store.commit(new Path(folder(), name), out -> ParquetRows.write(out, SCHEMA, List.of(rows)));
  }

  private ClassificationSet read() throws IOException {
    return ClassificationSet.read(store, List.of(PartSource.all(folder())), COLUMNS, LABELS);
  }

  @Test
  void filesInNameOrder() throws IOException {
    write("part-00001.parquet", Row.of(SCHEMA, 2L, "a a", "plant"));
    write(
        "part-00000.parquet",
        Row.of(SCHEMA, 0L, "a", "animal"),
        Row.of(SCHEMA, 1L, "symptoms of diabetes", "plant"));
    Files.writeString(dir.resolve("notes.txt"), "not a part");
    ClassificationSet set = read();
    assertThat(set.targets()).containsExactly(1, 0, 0);
    assertThat(set.texts()).containsExactly("a", "symptoms of diabetes", "a a");
    TextBatch batch = set.batch(new int[] {2, 0}, tokens, 9);
    assertThat(batch.rows()).isEqualTo(2);
    assertThat(batch.length()).isEqualTo(4);
    assertThat(batch.ids()).containsExactly(2, 20, 20, 3, 2, 20, 3, 9);
    assertThat(batch.mask()).containsExactly(1, 1, 1, 1, 1, 1, 1, 0);
    assertThat(batch.typeIds()).containsOnly(0).hasSize(8);
    assertThat(batch.labels()).containsExactly(0, 1);
    assertThat(batch.tokens()).isEqualTo(7);
  }

  @Test
  void anUnknownLabelIsNamedWithFileRowAndTheKnownOnes() throws IOException {
    write("part-00000.parquet", Row.of(SCHEMA, 0L, "a", "plant"), Row.of(SCHEMA, 1L, "b", "anima"));
    assertThatThrownBy(this::read)
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("part-00000.parquet, row 1")
        .hasMessageContaining("\"anima\"")
        .hasMessageContaining("[animal, plant]")
        .hasMessageContaining("did you mean \"animal\"?");
  }

  @Test
  void anEmptyClientIsNamed() throws IOException {
    assertThatThrownBy(this::read)
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(folder().getName())
        .hasMessageContaining("no rows");
    write("part-00000.parquet");
    assertThatThrownBy(this::read).isInstanceOf(WrongInput.class).hasMessageContaining("no rows");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", " \n"})
  void aTextWithNothingToReadIsNamed(String text) throws IOException {
    write("part-00000.parquet", Row.of(SCHEMA, 0L, text, "plant"));
    assertThatThrownBy(this::read)
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("part-00000.parquet, row 0: column text is empty");
  }

  @Test
  void missingColumnsAreNamed() throws IOException {
    write("part-00000.parquet", Row.of(SCHEMA, 0L, null, "plant"));
    assertThatThrownBy(this::read)
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("row 0")
        .hasMessageContaining("column text");
    assertThatThrownBy(
            () ->
                ClassificationSet.read(
                    store,
                    List.of(PartSource.all(folder())),
                    new ClassificationSet.Columns("text", "labels"),
                    LABELS))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("did you mean label?");
  }

  @Test
  void aBrokenTokenizerIsNamed() throws IOException {
    for (String json : List.of("", "{", "[1]", "{}", "{\"model\": {\"type\": \"Nonsense\"}}")) {
      Files.writeString(dir.resolve("tokenizer.json"), json);
      assertThatThrownBy(() -> Tokenizer.open(store, new Path(folder(), "tokenizer.json")))
          .as(json)
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("tokenizer.json");
    }
    assertThatThrownBy(() -> Tokenizer.open(store, new Path(folder(), "absent.json")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("absent.json");
  }
}
