package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;

/** Names that the JVM's locale cannot represent are refused, never skipped. */
class LocalFileNamesTest {
  private static final Store STORE = Store.of(new Configuration());
  @TempDir Path dir;

  @Test
  void whatALocaleCanName() {
    assertThat(LocalFileNames.isKnown("données/δ", StandardCharsets.UTF_8)).isTrue();
    assertThat(LocalFileNames.isKnown("data", StandardCharsets.US_ASCII)).isTrue();
    assertThat(LocalFileNames.isKnown("données", StandardCharsets.US_ASCII)).isFalse();
    assertThat(LocalFileNames.isKnown("donn\uFFFDes", StandardCharsets.UTF_8)).isFalse();
  }

  @Test
  void namesThatAreNotUtf8AreNamed() throws Exception {
    Files.writeString(dir.resolve("a.txt"), "a");
    org.apache.hadoop.fs.Path folder = STORE.path(dir.toString());
    assertThat(STORE.list(folder)).hasSize(1);
    // Latin 1, as in old archives: Hadoop lists the folder without this file.
    Process made =
        new ProcessBuilder("bash", "-c", "touch \"$1\"/$'donn\\xe9es.csv'", "bash", dir.toString())
            .start();
    assertThat(made.waitFor()).isZero();
    assertThat(STORE.fileSystem(folder).listStatus(folder)).hasSize(1);
    assertThatThrownBy(() -> STORE.list(folder))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("donn\uFFFDes.csv")
        .hasMessageContaining("not in UTF-8; rename it");
    assertThatThrownBy(
            () ->
                LocalFileNames.requireReadableTree(
                    STORE.fileSystem(folder), STORE.path(dir.getParent().toString())))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("rename it");
    assertThatThrownBy(() -> STORE.path(dir + "/donn\uFFFDes.csv"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("not in UTF-8; rename it");
  }
}
