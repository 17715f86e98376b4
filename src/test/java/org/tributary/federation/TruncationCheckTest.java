package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.rows.BadRows;
import org.tributary.rows.Truncation;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;

/** Rows that are longer than the maximum length are reported before the first round. */
class TruncationCheckTest {
  @TempDir Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() throws IOException {
    tiny = new Tiny(dir, 9, 8, 12);
  }

  private static RowCheck.Found found(String file, Truncation cuts) {
    return new RowCheck.Found(file, null, null, new BadRows(List.of(), List.of(), cuts, 0));
  }

  @Test
  void sharesAreToldAndARunWithoutAnyAnswerIsRefused() throws IOException {
    TruncationCheck check =
        new TruncationCheck(new Blueprint(Tiny.STORE, tiny.config("run", "fedavg")));
    String first = "client=0000/train/part-00000.parquet";
    String second = "client=0001/train/part-00000.parquet";
    String test = "test/part-00000.parquet";
    try (LoggedWarnings warnings = LoggedWarnings.of(TruncationCheck.class)) {
      check.check(
          List.of(
              found(first, new Truncation(2, 2, 2, 20, 0)),
              found(second, new Truncation(2, 0, 0, 20, 20)),
              found(test, new Truncation(5, 0, 0, 9, 9))));
      assertThat(warnings.heard())
          .singleElement()
          .asString()
          .contains("of the training rows 2 of 4 rows", "(50.0 %)", "50.0 % of the answers' tokens")
          .endsWith("raise model.maxLength");
    }
    assertThatThrownBy(
            () ->
                check.check(
                    List.of(
                        found(first, new Truncation(2, 2, 2, 20, 0)),
                        found(second, new Truncation(1, 1, 1, 9, 0)),
                        found(test, new Truncation(5, 0, 0, 9, 9)))))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("no token of an answer is left in any of the 3 training rows")
        .hasMessageContaining("raise model.maxLength");
  }

  @Test
  void textsOfAClassifierAreToldToo() throws IOException {
    TrainConfig config = tiny.config("run", "fedavg", "model.maxLength=4");
    Blueprint blueprint = new Blueprint(Tiny.STORE, config);
    try (LoggedWarnings warnings = LoggedWarnings.of(TruncationCheck.class)) {
      new RowCheck(Tiny.STORE, blueprint, new RunFolder(Tiny.hadoop(tiny.out("run")))).check(null);
      assertThat(warnings.heard()).isNotEmpty();
      assertThat(warnings.heard().get(0)).contains("are longer than model.maxLength 4 and are cut");
    }
  }
}
