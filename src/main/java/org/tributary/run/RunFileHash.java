package org.tributary.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.Sha256;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * The SHA-256 of a file of tensors that the run wrote, in a file beside it as {@code sha256sum}
 * writes it. A state that lacks a tensor falls back to an earlier value, so another run's file in
 * its place would lose rounds silently. The driver that goes on with a run therefore compares.
 */
public final class RunFileHash {
  private static final String SUFFIX = ".sha256";

  private RunFileHash() {}

  /**
   * Commits a file, and then its hash.
   *
   * @param store reaches the run's folder
   * @param file of the run
   * @param content of the file
   * @throws IOException if the store fails
   */
  public static void commit(Store store, Path file, FileContent content) throws IOException {
    Sha256[] hash = new Sha256[1];
    boolean made =
        store.commit(
            file,
            out -> {
              hash[0] = new Sha256(); // a commit that failed may be tried again
              content.writeTo(new Both(out, hash[0]));
            });
    if (made) {
      String line = "%s  %s%n".formatted(hash[0].hex(), file.getName());
      store.commit(beside(file), FileContent.of(line.getBytes(StandardCharsets.UTF_8)));
    }
  }

  /**
   * Refuses another file in the place of the start or of the last closed round's state. Runs of
   * earlier releases have no hashes, and a driver that was killed may have written the file alone.
   *
   * @param store reaches the run's folder
   * @param folder of the run
   * @param rounds of the run
   * @throws WrongInput if the hash of one is not the noted one
   * @throws IOException if the store fails
   */
  public static void check(Store store, RunFolder folder, int rounds) throws IOException {
    check(store, folder.start());
    int closed = 0;
    while (closed < rounds && store.exists(folder.success(closed))) {
      closed++;
    }
    if (closed > 0) {
      check(store, folder.global(closed - 1));
    }
  }

  private static void check(Store store, Path file) throws IOException {
    if (!store.exists(file) || !store.exists(beside(file))) {
      return; // Where the file is missing, reading it says so.
    }
    String noted = new String(store.readAll(beside(file)), StandardCharsets.UTF_8);
    if (!noted.startsWith(store.sha256(file) + " ")) {
      throw new WrongInput(
          "%s is not the file that the run wrote there (its SHA-256 is not the one in %s); %s"
              .formatted(file, beside(file).getName(), RunFileReader.ANEW));
    }
  }

  private static Path beside(Path file) {
    return new Path(file.getParent(), file.getName() + SUFFIX);
  }

  /** Writes to both; closes neither. */
  private static final class Both extends OutputStream {
    private final OutputStream file;
    private final Sha256 hash;

    Both(OutputStream file, Sha256 hash) {
      this.file = file;
      this.hash = hash;
    }

    @Override
    public void write(int b) throws IOException {
      file.write(b);
      hash.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      file.write(bytes, from, length);
      hash.write(bytes, from, length);
    }

    @Override
    public void flush() throws IOException {
      file.flush();
    }
  }
}
