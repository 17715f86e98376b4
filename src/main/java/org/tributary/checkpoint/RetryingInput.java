package org.tributary.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;

/**
 * Reads a file even if the server breaks the connection: the file is opened again and reading
 * continues at the same position, at least once and until the patience ends. A stream that ends
 * before the size of the file counts as broken, too, so that half a file is never used as a whole
 * one.
 */
final class RetryingInput extends FSInputStream {
  private final FileSystem files;
  private final Path file;
  private final Retries patience;
  private final FileStatus begun;
  private FSDataInputStream in;
  private long position;

  /**
   * Opens a file, without patience for the opening.
   *
   * @param files the file system
   * @param file to read
   * @param patience for each read
   * @throws IOException if it is missing, or the file system fails
   */
  RetryingInput(FileSystem files, Path file, Retries patience) throws IOException {
    this.files = files;
    this.file = file;
    this.patience = patience;
    begun = files.getFileStatus(file);
    in = FileSystems.open(files, file);
  }

  @Override
  public synchronized int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] bytes, int from, int length) throws IOException {
    int read = patiently(() -> whole(opened().read(bytes, from, length), position, length));
    position += Math.max(0, read);
    return read;
  }

  @Override
  public synchronized int read(long place, byte[] bytes, int from, int length) throws IOException {
    return patiently(() -> whole(opened().read(place, bytes, from, length), place, length));
  }

  private int whole(int read, long place, int length) throws IOException {
    if (read < 0 && length > 0 && place < begun.getLen()) {
      throw new IOException("broke off after %d of %d bytes".formatted(place, begun.getLen()));
    }
    return read;
  }

  private int patiently(Retries.Attempt<Integer> reading) throws IOException {
    try {
      return once(reading);
    } catch (IOException e) {
      if (trouble(e).isEmpty()) {
        throw e;
      }
    }
    // A broken read most often succeeds at once from another server.
    return patience.ask(file, this::trouble, () -> once(reading));
  }

  private int once(Retries.Attempt<Integer> reading) throws IOException {
    try {
      return reading.run();
    } catch (IOException e) {
      drop();
      throw e;
    }
  }

  /** An exception means that the stream broke; the end of a file is not an exception. */
  private Optional<Trouble> trouble(IOException e) {
    Optional<StoreTrouble.Kind> kind =
        e instanceof EOFException
            ? Optional.of(StoreTrouble.Kind.MACHINE)
            : StoreTrouble.kindOfStores(e);
    return kind.map(k -> StoreTrouble.of(k, file, null, e));
  }

  private FSDataInputStream opened() throws IOException {
    if (in == null) {
      FileStatus now = files.getFileStatus(file);
      if (now.getLen() != begun.getLen()
          || now.getModificationTime() != begun.getModificationTime()) {
        throw new WrongInput(
            file + ": changed while it was read; see that nobody writes to it, and run again");
      }
      FSDataInputStream again = FileSystems.open(files, file);
      again.seek(position);
      in = again;
    }
    return in;
  }

  private void drop() {
    FSDataInputStream broken = in;
    in = null;
    try {
      if (broken != null) {
        broken.close();
      }
    } catch (IOException e) {
      // The stream was broken already.
    }
  }

  @Override
  public synchronized void seek(long place) throws IOException {
    if (in != null) {
      in.seek(place);
    }
    position = place;
  }

  @Override
  public synchronized long skip(long bytes) throws IOException {
    long skipped = Math.max(0, Math.min(bytes, begun.getLen() - position));
    seek(position + skipped);
    return skipped;
  }

  @Override
  public synchronized int available() throws IOException {
    return in == null ? 0 : in.available();
  }

  @Override
  public synchronized long getPos() {
    return position;
  }

  @Override
  public boolean seekToNewSource(long place) {
    return false;
  }

  @Override
  public synchronized void close() throws IOException {
    if (in != null) {
      in.close();
    }
  }
}
