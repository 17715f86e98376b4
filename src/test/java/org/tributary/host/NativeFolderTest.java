package org.tributary.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.Trouble;

/** Native code is only loaded from a folder that belongs to the user. */
class NativeFolderTest {
  @TempDir Path dir;

  private void refused(String because) {
    assertThatThrownBy(() -> NativeFolder.in(dir, "own"))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining(dir.resolve("own").toString())
        .hasMessageContaining(because)
        .hasMessageContaining("DJL_CACHE_DIR");
  }

  @Test
  void itIsMadeForItsUserAloneAndFoundAgain() throws IOException {
    Path folder = NativeFolder.in(dir.resolve("a/b"), "own");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    assertThat(NativeFolder.in(dir.resolve("a/b"), "own")).isEqualTo(folder);
  }

  @Test
  void aLinkAFileAndAnOpenFolderAreRefused() throws IOException {
    Path real = NativeFolder.in(dir, "real");
    Path own = dir.resolve("own");
    Files.createSymbolicLink(own, real);
    refused("is a file or a link, not a folder");
    Files.delete(own);
    Files.createFile(own);
    refused("is a file or a link, not a folder");
    Files.delete(own);
    Files.createDirectory(own);
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwx---"));
    refused("is open to other users");
  }

  @Test
  void anotherUsersFolderIsRefused() throws IOException {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "only root gives away");
    Path own = NativeFolder.in(dir, "own");
    Files.setAttribute(own, "unix:uid", 12345);
    refused("belongs to another user");
  }

  @Test
  void theEngineUnpacksThere() {
    NativeFolder.prepare();
    assertThat(System.getProperty("ENGINE_CACHE_DIR")).matches(".*/tributary-djl-[0-9]+-[^/]+");
  }
}
