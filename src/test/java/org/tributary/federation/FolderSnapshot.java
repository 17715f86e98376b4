package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files below a folder at this moment, without lock files and without files that writers have
 * not committed.
 *
 * @param files by relative path
 */
record FolderSnapshot(Map<String, Stamp> files) {

  /** Detects a file that was written again, even with the same bytes. */
  record Stamp(String sha256, Object key, long modified) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(
          Tiny.STORE.sha256(Tiny.hadoop(file)),
          facts.fileKey(),
          facts.lastModifiedTime().toMillis());
    }
  }

  static FolderSnapshot of(Path root) throws IOException {
    Map<String, Stamp> files = new TreeMap<>();
    if (!Files.exists(root)) {
      return new FolderSnapshot(files);
    }
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString();
        if (name.startsWith("lock/") || name.endsWith(".tmp")) {
          continue;
        }
        files.put(name, Stamp.of(file));
      }
    } catch (UncheckedIOException | NoSuchFileException e) {
      return of(root); // a writer has removed a temporary file meanwhile
    }
    return new FolderSnapshot(files);
  }

  /** Checks that every file that was not deleted is still the same file with the same bytes. */
  void assertNothingOverwrittenBy(FolderSnapshot later) {
    Map<String, Stamp> before = new TreeMap<>(files);
    before.keySet().retainAll(later.files.keySet());
    Map<String, Stamp> after = new TreeMap<>(later.files);
    after.keySet().retainAll(before.keySet());
    assertThat(after).isEqualTo(before);
  }
}
