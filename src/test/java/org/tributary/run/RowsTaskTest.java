package org.tributary.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.error.WrongInput;
import org.tributary.federation.Tiny;
import org.tributary.model.ModelTask;
import org.tributary.model.Pooling;

/** Whether a decoder classifies the rows of a run or writes their answers. */
class RowsTaskTest {
  @TempDir static Path dir;
  private static Tiny tiny;

  @BeforeAll
  static void make() throws IOException {
    tiny = new Tiny(dir, 8, 8);
  }

  private static Blueprint run(String... sets) throws IOException {
    return new Blueprint(Tiny.STORE, tiny.config("run", "fedavg", sets));
  }

  private static String llama() throws IOException {
    return "model.path=" + tiny.llama();
  }

  @Test
  void rowsWithALabelAndNoAnswerAreClassified() throws IOException {
    Blueprint run = run(llama());
    assertThat(run.architecture().task()).isEqualTo(ModelTask.CLASSIFICATION);
    assertThat(run.architecture().pooling()).isEqualTo(Pooling.LAST);
    assertThat(run.labels()).containsExactly("genetic", "symptoms", "treatment");
    assertThat(run.newHead().keySet()).containsExactly("score.weight");
    assertThat(run.newHead().get("score.weight")).containsExactly(3, 32);
  }

  @Test
  void rowsWithAnAnswerAreWritten() throws IOException {
    Blueprint run = run(llama(), "data.answer=label", "data.prompt=\"what is {text}\"");
    assertThat(run.architecture().task()).isEqualTo(ModelTask.GENERATION);
    assertThat(run.newHead()).isEmpty();
  }

  @Test
  void theKeyAsksForAClassifier() throws IOException {
    Blueprint run = run(llama(), "data.answer=label", "model.pooling=last");
    assertThat(run.architecture().task()).isEqualTo(ModelTask.CLASSIFICATION);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true | cls | a model of type llama has no \"cls\"; use last",
        "true | mean | a model of type llama has no \"mean\"; use last",
        "false | last | a model of type bert has no \"last\"; use cls or mean",
      })
  void anotherPoolingIsRefused(boolean decoder, String pooling, String message) throws IOException {
    String model = decoder ? llama() : "model.path=" + tiny.model();
    assertThatThrownBy(() -> run(model, "model.pooling=" + pooling))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("model.pooling: " + message);
  }
}
