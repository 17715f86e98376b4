package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;

/** A clone without Git LFS is reported as such, not as damaged files. */
class LfsPointerTest {
  private static final Store STORE = Store.of(new Configuration());
  private static final String POINTER =
      """
      version https://git-lfs.github.com/spec/v1
      oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
      size 12345
      """;

  @TempDir Path dir;

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("is a pointer of Git LFS and not the file itself; run git lfs pull");
  }

  @Test
  void weightsAndJson() throws IOException {
    Path weights = Files.writeString(dir.resolve("model.safetensors"), POINTER);
    refused(() -> SafeTensors.map(weights));
    org.apache.hadoop.fs.Path file = STORE.path(weights.toString());
    refused(() -> SafeTensors.open(STORE, file));
    refused(() -> STORE.readAll(file));
    assertThat(LfsPointer.is("version 2".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isFalse();
  }
}
