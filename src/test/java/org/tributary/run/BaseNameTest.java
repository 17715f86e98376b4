package org.tributary.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.config.ModelSection;
import org.tributary.error.WrongInput;

/** Tests how results name their base model. */
class BaseNameTest {
  private static final String CACHE = "/home/ann/.cache/huggingface/hub/";

  private static BaseName named(String name, String folder) {
    return BaseName.of(new ModelSection(folder, name, null, 128, false), new Path(folder));
  }

  @Test
  void aFolderIsNamedByItsPathAndItsLastPart() {
    BaseName base = named(null, "file:/m/all MiniLM");
    assertThat(base.source()).isEqualTo("/m/all MiniLM");
    assertThat(base.title()).isEqualTo("all MiniLM");
    assertThat(base.revision()).isNull();
    assertThat(named(null, "s3a://bucket/m").source()).isEqualTo("s3a://bucket/m");
    assertThat(named(null, "s3a://bucket/m").title()).isEqualTo("m");
    assertThat(named(null, "file:/m").title()).isEqualTo("m");
  }

  @Test
  void aRelativePathStaysRelative() {
    ModelSection settings = new ModelSection("models/x", null, null, 128, false);
    BaseName base = BaseName.of(settings, new Path("file:/home/ann/models/x"));
    assertThat(base.source()).isEqualTo("models/x");
    assertThat(base.title()).isEqualTo("x");
  }

  @Test
  void theHubsCacheSaysNameAndCommit() {
    BaseName base = named(null, "file:" + CACHE + "models--org--na.me/snapshots/c0ffee");
    assertThat(base.source()).isEqualTo("org/na.me");
    assertThat(base.title()).isEqualTo("org/na.me");
    assertThat(base.revision()).isEqualTo("c0ffee");
    assertThat(named(null, "s3a://b/models--gpt2/snapshots/1").source()).isEqualTo("gpt2");
    assertThat(named(null, "file:/models--gpt2/other/1").source())
        .isEqualTo("/models--gpt2/other/1");
    assertThat(named(null, "file:/data--org--x/snapshots/1").hub()).isNull();
  }

  @Test
  void theKeyCountsMoreThanThePath() {
    BaseName base = named("org/name", "file:/m/x");
    assertThat(base.source()).isEqualTo("org/name");
    assertThat(base.title()).isEqualTo("org/name");
    assertThat(base.revision()).isNull();
    String cached = "file:" + CACHE + "models--org--name/snapshots/c0ffee";
    assertThat(named("org/name", cached).revision()).isEqualTo("c0ffee");
    assertThat(named("org/copy", cached).revision()).as("the commit of another model").isNull();
  }

  @Test
  void aFolderOfTheWorkingDirectoryIsNoName(@TempDir java.nio.file.Path dir) throws Exception {
    Files.createDirectories(dir.resolve("models/x"));
    Configuration hadoop = new Configuration();
    hadoop.set("fs.defaultFS", "file:///");
    Store store = Store.of(hadoop);
    assertThat(store.exists(store.path("src/main"))).isTrue();
    assertThatThrownBy(
            () -> BaseName.check(store, new ModelSection("m", "src/main", null, 128, false)))
        .isInstanceOf(WrongInput.class)
        .hasMessage(
            "model.name: src/main is a folder here; give the model's name on the hub, such as google-bert/bert-base-uncased, or leave the key out");
    assertThatCode(() -> BaseName.check(store, new ModelSection("m", "org/x", null, 128, false)))
        .doesNotThrowAnyException();
    assertThatCode(() -> BaseName.check(store, new ModelSection("m", null, null, 128, false)))
        .doesNotThrowAnyException();
  }
}
