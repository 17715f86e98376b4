package org.tributary.federation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** Checks a run's files in every phase and fails if a file has changed. */
final class OverwriteWatch implements RoundListener {
  private final Path out;
  private FolderSnapshot last = new FolderSnapshot(Map.of());

  OverwriteWatch(Path out) {
    this.out = out;
  }

  @Override
  public void phase(int round, Phase phase) {
    try {
      FolderSnapshot now = FolderSnapshot.of(out);
      last.assertNothingOverwrittenBy(now);
      last = now;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
