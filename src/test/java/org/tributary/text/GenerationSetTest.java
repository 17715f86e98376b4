package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.batch.Batch;
import org.tributary.batch.TextBatch;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.rows.BadRows;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.PartSource;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Truncation;

class GenerationSetTest {
  private static final Schema SCHEMA =
      Schema.of(
          new Schema.Column("question", Schema.Type.STRING),
          new Schema.Column("answer", Schema.Type.STRING));
  private static final long END = 2;
  private static final SpecialTokens SPECIAL = new SpecialTokens(List.of(END), END, 1, 7, false);

  @TempDir java.nio.file.Path dir;
  private final Store store = Store.of(new Configuration(false));
  private Tokenizer tokens;

  @BeforeEach
  void open() throws IOException {
    java.nio.file.Path golden = GoldenCases.of("");
    tokens = Tokenizer.open(store, new Path(golden.resolve("llama_gqa/tokenizer.json").toUri()));
  }

  @AfterEach
  void close() {
    tokens.close();
  }

  private GenerationSet set(int maxLength, String... questionsAndAnswers) throws IOException {
    Row[] rows = new Row[questionsAndAnswers.length / 2];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Row.of(SCHEMA, questionsAndAnswers[2 * i], questionsAndAnswers[2 * i + 1]);
    }
    Path folder = new Path(dir.toUri());
    store.delete(new Path(folder, "part-00000.parquet"));
    store.commit(
        new Path(folder, "part-00000.parquet"),
        out -> ParquetRows.write(out, SCHEMA, Arrays.asList(rows)));
    return GenerationSet.read(store, List.of(PartSource.all(folder)), layout(maxLength), tokens);
  }

  private static GenerationSet plain(SpecialTokens special, String... promptsAndAnswers) {
    List<GenerationSet.PromptAndAnswer> rows = new ArrayList<>();
    for (int i = 0; i < promptsAndAnswers.length; i += 2) {
      rows.add(
          new GenerationSet.PromptAndAnswer(promptsAndAnswers[i], promptsAndAnswers[i + 1], null));
    }
    return new GenerationSet(rows, special, 12);
  }

  @Test
  void onlyTheAnswerAndItsEndCount() throws IOException {
    GenerationSet set = set(64, "why", "because", "what is diabetes", "a disease");
    TextBatch batch = set.batch(new int[] {0, 1}, tokens, 9);
    long[] prompt = tokens.ids("Q why A");
    long[] answer = tokens.encode("because", false).ids();
    int length = batch.length();
    for (int t = 0; t < length; t++) {
      if (t < prompt.length) {
        assertThat(batch.ids()[t]).isEqualTo(prompt[t]);
        assertThat(batch.labels()[t]).isEqualTo(Batch.IGNORED);
      } else if (t < prompt.length + answer.length) {
        assertThat(batch.ids()[t]).isEqualTo(answer[t - prompt.length]);
        assertThat(batch.labels()[t]).isEqualTo(batch.ids()[t]);
      } else if (t == prompt.length + answer.length) {
        assertThat(batch.ids()[t]).isEqualTo(END);
        assertThat(batch.labels()[t]).isEqualTo(END);
      } else {
        assertThat(batch.ids()[t]).isEqualTo(9);
        assertThat(batch.mask()[t]).isZero();
        assertThat(batch.labels()[t]).isEqualTo(Batch.IGNORED);
      }
    }
    int second = tokens.encode("a disease", false).ids().length;
    assertThat(batch.targets()).isEqualTo(answer.length + 1 + second + 1);
    assertThat(batch.truncated()).isZero();
  }

  @Test
  void whatTheLongestLengthLeavesIsFoundBeforeTraining() throws IOException {
    String question = "what are the symptoms of diabetes and of heart disease in children";
    String[] rows = {question, "thirst", "why", "so", "why", question};
    set(64, rows);
    long whole = 0;
    for (int i = 1; i < rows.length; i += 2) {
      whole += tokens.encode(rows[i], false).ids().length + 1;
    }
    GenerationSet set = set(12, rows);
    long left = set.batch(new int[] {0, 1, 2}, tokens, 0).targets();
    Truncation cuts = check(12, 3).cuts();
    assertThat(cuts).isEqualTo(new Truncation(3, 2, 1, whole, left));
    assertThat(cuts.told(12))
        .hasValueSatisfying(
            told ->
                assertThat(told)
                    .contains(
                        "2 of 3 rows that were looked at (66.7 %) are longer than model.maxLength 12",
                        "1 of them lose tokens of their answers",
                        " of the answers' tokens are left"));
    assertThat(cuts.leavesNothing()).isFalse();
    assertThat(check(64, 3).cuts()).isEqualTo(new Truncation(3, 0, 0, whole, whole));
    assertThat(check(64, 3).cuts().told(64)).isEmpty();
    assertThat(check(64, 201).cuts().looked()).as("every third of the rows").isEqualTo(1);
    assertThat(check(1, 3).cuts().leavesNothing()).isTrue();
  }

  private BadRows check(int maxLength, long rows) throws IOException {
    return GenerationSet.check(store, new Path(dir.toUri()), layout(maxLength), tokens, rows);
  }

  private static GenerationSet.Layout layout(int maxLength) {
    return new GenerationSet.Layout(Prompt.of("Q {question} A"), "answer", SPECIAL, maxLength);
  }

  @Test
  void aLongRowLosesThePromptsLeftFirstThenTheAnswersRight() throws IOException {
    String question = "what are the symptoms of diabetes and of heart disease in children";
    GenerationSet set = set(12, question, "thirst");
    long[] prompt = tokens.ids("Q " + question + " A");
    long[] answer = tokens.encode("thirst", false).ids();
    TextBatch batch = set.batch(new int[] {0}, tokens, 0);
    assertThat(batch.length()).isEqualTo(12);
    assertThat(batch.truncated()).isEqualTo(1);
    int kept = 12 - answer.length - 1;
    assertThat(batch.ids()[0]).as("the leading special token").isEqualTo(prompt[0]);
    assertThat(Arrays.copyOfRange(batch.ids(), 1, kept))
        .isEqualTo(Arrays.copyOfRange(prompt, prompt.length - kept + 1, prompt.length));
    assertThat(batch.ids()[11]).isEqualTo(END);

    GenerationSet tight = plain(SPECIAL, set.rows().get(0).prompt(), question + " " + question);
    TextBatch cut = tight.batch(new int[] {0}, tokens, 0);
    assertThat(cut.length()).isEqualTo(12);
    assertThat(cut.targets()).isEqualTo(11);
  }

  @Test
  void promptsAloneLeaveRoomForWhatIsToCome() throws IOException {
    GenerationSet set = set(20, "why", "because", "what is diabetes of the heart", "a disease");
    TextBatch prompts = set.prompts(new int[] {0, 1}, tokens, 12);
    assertThat(prompts.length()).isEqualTo(8);
    assertThat(prompts.targets()).isZero();
    assertThat(prompts.truncated()).isEqualTo(1);
  }

  @Test
  void aPromptWithoutTokensIsNamedByItsRow() throws IOException {
    SpecialTokens chat = new SpecialTokens(List.of(END), END, 1, 7, true);
    GenerationSet set = plain(chat, "why", "a", "", "b");
    assertThat(set.batch(new int[] {0}, tokens, 0).rows()).isEqualTo(1);
    assertThatThrownBy(() -> set.batch(new int[] {0, 1}, tokens, 0))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("row 1: the prompt \"\" has no tokens");
    set(12, "why", "a", "", "b", " ", "c");
    Prompt bare = Prompt.of("{question}");
    List<PartSource> folder = List.of(PartSource.all(new Path(dir.toUri())));
    assertThatThrownBy(
            () ->
                GenerationSet.read(
                    store, folder, new GenerationSet.Layout(bare, "answer", chat, 12), tokens))
        .as("found at reading")
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("part-00000.parquet, row 1: the prompt \"\" has no tokens");
    assertThat(
            GenerationSet.read(
                    store, folder, new GenerationSet.Layout(bare, "answer", SPECIAL, 12), tokens)
                .size())
        .as("this tokenizer begins every text")
        .isEqualTo(3);
    GenerationSet begun = plain(SPECIAL, "", "b");
    assertThat(begun.batch(new int[] {0}, tokens, 0).rows()).isEqualTo(1);
  }

  @Test
  void missingAnswersAndColumnsAreNamed() throws IOException {
    assertThatThrownBy(() -> set(20, "why", null))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("row 0")
        .hasMessageContaining("answer");
    GenerationSet.Layout other =
        new GenerationSet.Layout(Prompt.of("{questions}"), "answer", SPECIAL, 20);
    assertThatThrownBy(
            () ->
                GenerationSet.read(
                    store, List.of(PartSource.all(new Path(dir.toUri()))), other, tokens))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("questions");
  }
}
