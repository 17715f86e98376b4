package org.tributary.federation;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.FakeObjectStore;

/**
 * A store that blocks any caller that opens or creates a file that a test names. It reports this
 * with a file {@code reached} in a folder, and blocks until the test creates a file {@code go}
 * there.
 */
public final class HoldingStore extends FakeObjectStore {
  static final String FOLDER = "hold.folder";
  static final String AT = "hold.at";

  private java.nio.file.Path folder;
  private String at;

  @Override
  public void initialize(URI name, Configuration hadoop) throws IOException {
    super.initialize(name, hadoop);
    folder = java.nio.file.Path.of(hadoop.get(FOLDER));
    at = hadoop.get(AT);
  }

  @Override
  protected void before(String what, Path path) throws IOException {
    if (!(what + " " + path).matches(at)) {
      return;
    }
    Files.writeString(folder.resolve("reached"), "");
    try {
      while (!Files.exists(folder.resolve("go"))) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException("as HDFS has it").initCause(e);
    }
  }
}
