package org.tributary.checkpoint;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.protocol.HostTensor;

/**
 * Named tensors in a safetensors file: eight bytes with the header's length, the header as JSON,
 * then the tensors' bytes one after the other. A file that does not match its header is refused.
 *
 * <p>Files whose names end in {@code .bin} are read as those of {@code torch.save}, see {@link
 * TorchFile}; none are written.
 *
 * <p>Source: the format's description, https://huggingface.co/docs/safetensors
 *
 * @param tensors by name, in the order of the file
 * @param metadata the texts in the header
 */
public record SafeTensors(Map<String, HostTensor> tensors, Map<String, String> metadata) {
  /** The end of a file's name. */
  public static final String SUFFIX = ".safetensors";

  private static final int CHUNK = 8 << 20;
  private static final int PIECE = 1 << 20;

  /** Keeps the given order; the maps cannot be changed. */
  public SafeTensors {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  /**
   * Reads a whole file into memory.
   *
   * @param store reaches the file
   * @param file to read
   * @return all tensors
   * @throws WrongInput if the file is missing or not a valid safetensors file
   * @throws IOException if the file system fails
   */
  public static SafeTensors read(Store store, Path file) throws IOException {
    try (Reader reader = open(store, file)) {
      return reader.all();
    }
  }

  /**
   * Opens a file and reads its header only.
   *
   * @param store reaches the file
   * @param file to read
   * @return a reader to close
   * @throws WrongInput if the file is missing or not a valid safetensors file
   * @throws IOException if the file system fails
   */
  public static Reader open(Store store, Path file) throws IOException {
    return open(store, file, null);
  }

  /**
   * Like {@link #open(Store, Path)}, for one thread.
   *
   * @param buffers lend the memory of tensors; null for memory of their own
   */
  public static Reader open(Store store, Path file, ReadBuffers buffers) throws IOException {
    FSDataInputStream in = null;
    try {
      FileStatus status = store.status(file);
      if (status.isDirectory()) {
        throw new WrongInput(file + ": is a folder: name the safetensors file in it");
      }
      in = store.open(file);
      FSDataInputStream opened = in;
      HeaderFormat.Source source =
          (position, bytes) -> opened.readFully(position, bytes, 0, bytes.length);
      HeaderFormat.Parsed parsed = HeaderFormat.parse(file.toString(), status.getLen(), source);
      return new Reader(file, in, parsed, buffers);
    } catch (FileNotFoundException e) {
      throw new WrongInput(file + ": there is no such file: check the path", e);
    } catch (IOException | RuntimeException e) {
      if (in != null) {
        in.close();
      }
      throw e;
    }
  }

  /**
   * Maps a local file into memory, read-only, one map per tensor. Several threads can share the
   * maps, and the operating system can drop pages and read them again.
   *
   * @param local a file on a local disk; it must not change while the tensors are in use
   * @return by name, in the order of the file
   * @throws WrongInput if the file is missing, is not a valid safetensors file, or has a tensor of
   *     2 GiB or more
   * @throws IOException if the disk fails
   */
  public static Map<String, HostTensor> map(java.nio.file.Path local) throws IOException {
    RegularFile.require(local);
    try (FileChannel channel = FileChannel.open(local)) {
      HeaderFormat.Source source = (position, bytes) -> readFully(channel, position, bytes);
      HeaderFormat.Parsed parsed = HeaderFormat.parse(local.toString(), channel.size(), source);
      Map<String, HostTensor> tensors = new LinkedHashMap<>();
      for (var tensor : parsed.header().tensors().entrySet()) {
        SafeTensorsHeader.Entry entry = tensor.getValue();
        requireBuffer(local.toString(), tensor.getKey(), entry);
        ByteBuffer bytes =
            channel.map(MapMode.READ_ONLY, parsed.dataStart() + entry.begin(), entry.bytes());
        tensors.put(tensor.getKey(), new HostTensor(entry.dtype(), entry.shape(), bytes));
      }
      return tensors;
    } catch (NoSuchFileException e) {
      throw new WrongInput(local + ": there is no such file: check the path", e);
    }
  }

  /**
   * Writes a whole file. Equal tensors and metadata give equal bytes, whatever the maps' order.
   *
   * @param out left open
   * @param tensors by name
   * @param metadata free texts for the header
   * @throws IOException if the stream fails
   */
  public static void write(
      OutputStream out, Map<String, HostTensor> tensors, Map<String, String> metadata)
      throws IOException {
    SafeTensorsHeader.Builder builder = new SafeTensorsHeader.Builder().metadata(metadata);
    tensors.forEach((name, tensor) -> builder.tensor(name, tensor.dtype(), tensor.shape()));
    SafeTensorsWriter writer = new SafeTensorsWriter(out, builder.build());
    for (String name : writer.header().tensors().keySet()) {
      writer.write(name, tensors.get(name).data());
    }
    writer.finish();
  }

  /**
   * Content for {@link Store#commit}.
   *
   * @param tensors by name
   * @param metadata free texts for the header
   * @return writes them
   */
  public static FileContent content(Map<String, HostTensor> tensors, Map<String, String> metadata) {
    return out -> write(out, tensors, metadata);
  }

  private static void requireBuffer(String file, String name, SafeTensorsHeader.Entry entry) {
    if (entry.bytes() > HostTensor.MAX_BYTES) {
      throw new WrongInput(
          ("%s: tensor %s has %d bytes; a tensor may have less than 2 GiB: save weights in a 16-bit"
                  + " type or take smaller matrices, give inputs fewer rows")
              .formatted(file, name, entry.bytes()));
    }
  }

  private static void readFully(FileChannel channel, long position, byte[] bytes)
      throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      if (channel.read(left, position + left.position()) < 0) {
        throw new IOException("the file became shorter while it was read");
      }
    }
  }

  /**
   * An open file, from which tensors can be read. Without lent buffers several threads may use it,
   * except for close.
   */
  public static final class Reader implements Closeable {
    private final Path file;
    private final FSDataInputStream in;
    private final HeaderFormat.Parsed parsed;
    private final ReadBuffers buffers;

    private Reader(
        Path file, FSDataInputStream in, HeaderFormat.Parsed parsed, ReadBuffers buffers) {
      this.file = file;
      this.in = in;
      this.parsed = parsed;
      this.buffers = buffers;
    }

    /**
     * The header of the file.
     *
     * @return names, types, shapes and metadata
     */
    public SafeTensorsHeader header() {
      return parsed.header();
    }

    /**
     * The position of the first byte of the tensors.
     *
     * @return the number of bytes before them
     */
    public long dataStart() {
      return parsed.dataStart();
    }

    /**
     * One tensor.
     *
     * @param name as in the header
     * @return a copy in memory
     * @throws WrongInput if there is no such tensor, or it has 2 GiB or more
     * @throws IOException if the file system fails
     */
    public HostTensor tensor(String name) throws IOException {
      SafeTensorsHeader.Entry entry = entry(name);
      ByteBuffer bytes = range(name, 0, entry.elements());
      return new HostTensor(entry.dtype(), entry.shape(), bytes);
    }

    /**
     * A part of one tensor, seen as one row of elements.
     *
     * @param name as in the header
     * @param fromElement the first, from 0
     * @param toElement one past the last
     * @return little-endian bytes, a copy
     * @throws WrongInput if the tensor does not exist, or the range has 2 GiB or more
     * @throws IndexOutOfBoundsException if the tensor has fewer elements
     * @throws IOException if the file system fails
     */
    public ByteBuffer range(String name, long fromElement, long toElement) throws IOException {
      SafeTensorsHeader.Entry entry = entry(name);
      java.util.Objects.checkFromToIndex(fromElement, toElement, entry.elements());
      long size = (toElement - fromElement) * entry.dtype().bytes();
      if (size > HostTensor.MAX_BYTES) {
        requireBuffer(file.toString(), name, entry);
      }
      long[] stride = parsed.strides().get(name);
      if (stride != null) {
        return new Strided(entry, stride).range(this::bytes, fromElement, toElement);
      }
      return bytes(parsed.dataStart() + entry.begin() + fromElement * entry.dtype().bytes(), size);
    }

    private ByteBuffer bytes(long begin, long size) throws IOException {
      int length = Math.toIntExact(size);
      byte[] bytes = buffers == null ? new byte[length] : buffers.lend(length);
      // On local disks a positioned read allocates native memory of its size, which the thread
      // keeps.
      for (int at = 0, chunk; at < bytes.length; at += chunk) {
        chunk = Math.min(CHUNK, bytes.length - at);
        in.readFully(begin + at, bytes, at, chunk);
      }
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The largest absolute value of a tensor, read one piece at a time.
     *
     * @param name as in the header
     * @return NaN or infinity if one of the numbers is
     * @throws WrongInput if there is no such tensor
     * @throws IOException if the file system fails
     */
    public double largest(String name) throws IOException {
      SafeTensorsHeader.Entry entry = entry(name);
      double largest = 0;
      for (long at = 0; at < entry.elements(); at += PIECE) {
        ByteBuffer piece = range(name, at, Math.min(entry.elements(), at + PIECE));
        largest = Math.max(largest, entry.dtype().largest(piece));
      }
      return largest;
    }

    /**
     * Reads all tensors in one pass: positioned reads would need one request per tensor on a remote
     * store.
     */
    private SafeTensors all() throws IOException {
      Map<String, HostTensor> tensors = new LinkedHashMap<>();
      if (TorchFile.is(file.getName())) {
        for (String name : header().tensors().keySet()) {
          tensors.put(name, tensor(name));
        }
        return new SafeTensors(tensors, header().metadata());
      }
      in.seek(parsed.dataStart());
      for (var tensor : header().tensors().entrySet()) {
        SafeTensorsHeader.Entry entry = tensor.getValue();
        requireBuffer(file.toString(), tensor.getKey(), entry);
        byte[] bytes = new byte[(int) entry.bytes()];
        in.readFully(bytes);
        tensors.put(
            tensor.getKey(), new HostTensor(entry.dtype(), entry.shape(), ByteBuffer.wrap(bytes)));
      }
      return new SafeTensors(tensors, header().metadata());
    }

    private SafeTensorsHeader.Entry entry(String name) {
      SafeTensorsHeader.Entry entry = header().tensors().get(name);
      if (entry == null) {
        throw new WrongInput(
            "%s: has no tensor %s, but %s: check that the file belongs to this model"
                .formatted(file, name, HeaderFormat.some(header().tensors().keySet())));
      }
      return entry;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
