package org.tributary.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.protocol.HostTensor;

/**
 * Finds the tensors of a file that {@code torch.save} wrote, a {@code state_dict} such as {@code
 * pytorch_model.bin}. Two formats:
 *
 * <ul>
 *   <li>a zip of stored entries since torch 1.6: {@code <root>/data.pkl} has names, shapes and
 *       strides, {@code <root>/data/<key>} the numbers of a storage;
 *   <li>before, pickles one after the other (magic number, version, facts about the machine, names
 *       and shapes, keys of the storages), then for each key the number of elements in eight bytes
 *       and the elements.
 * </ul>
 *
 * <p>Source: {@code torch/serialization.py}. No code of a file runs, see {@link TorchUnpickler}.
 */
final class TorchFile {
  private static final byte[] ZIP = {'P', 'K', 3, 4};
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final byte PROTO = (byte) 0x80;

  /** Elements that are copied at once. */
  private static final int PIECE = 1 << 20;

  private static final int MAX_PICKLE = 100_000_000;

  private final String file;
  private final long length;
  private final HeaderFormat.Source source;

  private TorchFile(String file, long length, HeaderFormat.Source source) {
    this.file = file;
    this.length = length;
    this.source = source;
  }

  /** Whether a file of this name is one of torch.save. */
  static boolean is(String name) {
    return name.endsWith(".bin");
  }

  /** The name of the safetensors file that takes its place in a result; other names stay. */
  static String written(String name) {
    return is(name)
        ? name.replaceFirst("^pytorch_model", "model").replaceFirst("bin$", "safetensors")
        : name;
  }

  /** Writes the tensors of a file as safetensors, which can be mapped into memory. */
  static void copy(Store store, Path file, OutputStream out) throws IOException {
    try (SafeTensors.Reader reader = SafeTensors.open(store, file)) {
      SafeTensorsHeader.Builder layout = new SafeTensorsHeader.Builder();
      reader.header().tensors().forEach((name, e) -> layout.tensor(name, e.dtype(), e.shape()));
      SafeTensorsWriter writer = new SafeTensorsWriter(out, layout.build());
      for (var tensor : writer.header().tensors().entrySet()) {
        long elements = tensor.getValue().elements();
        for (long at = 0; at < elements; at += PIECE) {
          long to = Math.min(elements, at + PIECE);
          writer.write(tensor.getKey(), reader.range(tensor.getKey(), at, to));
        }
      }
      writer.finish();
    }
  }

  /**
   * Reads names, types, shapes and places of the tensors.
   *
   * @param file its name, for messages
   * @param length of the file, in bytes
   * @param source the file
   * @return a header whose entries are at their places in the file; several may share bytes
   * @throws WrongInput if it is no file of torch.save, or has anything but tensors
   */
  static HeaderFormat.Parsed parse(String file, long length, HeaderFormat.Source source)
      throws IOException {
    try {
      return new TorchFile(file, length, source).parse();
    } catch (TorchTensor.Refused e) {
      throw new WrongInput(
          ("%s: %s; save the model again in Python with"
                  + " transformers.CLASS.from_pretrained(dir).save_pretrained(newDir), where CLASS is"
                  + " what architectures in config.json says")
              .formatted(file, e.getMessage()),
          e);
    } catch (EOFException e) {
      throw new WrongInput(file + ": truncated: it ends within its pickle; copy it again", e);
    }
  }

  private HeaderFormat.Parsed parse() throws IOException {
    byte[] head = new byte[(int) Math.min(length, LfsPointer.HEAD)];
    source.read(0, head);
    LfsPointer.refuse(file, head);
    return Arrays.equals(head, 0, Math.min(4, head.length), ZIP, 0, 4) ? zip() : legacy();
  }

  private HeaderFormat.Parsed zip() throws IOException {
    try (ZipFile zip =
        new ZipFile(new SourceChannel(length, source), file, "UTF-8", false, false)) {
      Map<String, ZipArchiveEntry> entries = new HashMap<>();
      zip.getEntries().asIterator().forEachRemaining(e -> entries.put(e.getName(), e));
      String pickle =
          entries.keySet().stream()
              .filter(name -> name.matches("[^/]+/data\\.pkl"))
              .findFirst()
              .orElseThrow(() -> new TorchTensor.Refused("is a zip, but not one of torch.save"));
      String root = pickle.substring(0, pickle.indexOf('/') + 1);
      ZipArchiveEntry order = entries.get(root + "byteorder");
      if (order != null && !"little".equals(text(order))) {
        throw new TorchTensor.Refused("has numbers in the byte order " + text(order));
      }
      TorchUnpickler unpickler = new TorchUnpickler();
      Object value = unpickler.value(stream(place(entries, pickle), entries.get(pickle).getSize()));
      Map<String, Long> places = new HashMap<>();
      for (TorchTensor.Storage storage : unpickler.storages().values()) {
        String name = root + "data/" + storage.key();
        places.put(storage.key(), place(entries, name));
        check(storage, entries.get(name).getSize());
      }
      return header(value, places);
    } catch (IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof ZipException || cause instanceof EOFException) {
        throw new WrongInput(
            "%s: is a damaged zip (%s); copy it again".formatted(file, cause.getMessage()), e);
      }
      throw e;
    }
  }

  private String text(ZipArchiveEntry entry) throws IOException {
    byte[] bytes = new byte[(int) Math.min(entry.getSize(), 100)];
    source.read(entry.getDataOffset(), bytes);
    return new String(bytes, StandardCharsets.UTF_8).strip();
  }

  private long place(Map<String, ZipArchiveEntry> entries, String name) {
    ZipArchiveEntry entry = entries.get(name);
    if (entry == null) {
      throw new TorchTensor.Refused("is truncated or damaged: it has no " + name);
    }
    long begin = entry.getDataOffset();
    if (entry.getMethod() != ZipEntry.STORED || begin < 0 || begin + entry.getSize() > length) {
      throw new TorchTensor.Refused(
          "has the entry %s in a form that torch does not write".formatted(name));
    }
    return begin;
  }

  private InputStream stream(long begin, long size) {
    if (size > MAX_PICKLE) {
      throw new TorchTensor.Refused("has a pickle of %d bytes".formatted(size));
    }
    return new SourceStream(source, begin, begin + size);
  }

  private static void check(TorchTensor.Storage storage, long bytes) {
    if (storage.elements() > bytes / storage.dtype().bytes()) {
      throw new TorchTensor.Refused(
          "is truncated or damaged: storage %s should have %d elements of %s, %d bytes are there"
              .formatted(storage.key(), storage.elements(), storage.dtype(), bytes));
    }
  }

  private HeaderFormat.Parsed legacy() throws IOException {
    byte[] first = new byte[(int) Math.min(1, length)];
    source.read(0, first);
    if (first.length == 0 || first[0] != PROTO) {
      throw new TorchTensor.Refused("is not a file of torch.save");
    }
    SourceStream in = new SourceStream(source, 0, length);
    if (!MAGIC.equals(number(new TorchUnpickler().value(in)))) {
      throw new TorchTensor.Refused("is not a file of torch.save");
    }
    new TorchUnpickler().value(in);
    Object facts = new TorchUnpickler().value(in);
    if (!(facts instanceof Map<?, ?> machine)
        || !Boolean.TRUE.equals(machine.get("little_endian"))) {
      throw new TorchTensor.Refused("has numbers of a machine with another byte order");
    }
    TorchUnpickler unpickler = new TorchUnpickler();
    Object value = unpickler.value(in);
    if (!(new TorchUnpickler().value(in) instanceof List<?> keys)) {
      throw new TorchTensor.Refused("has no list of its storages");
    }
    return header(value, places(in.position(), keys, unpickler.storages()));
  }

  /** The places of storages that follow each other, each after its number of elements. */
  private Map<String, Long> places(
      long begin, List<?> keys, Map<String, TorchTensor.Storage> storages) throws IOException {
    Map<String, Long> places = new HashMap<>();
    long at = begin;
    for (Object key : keys) {
      TorchTensor.Storage storage = storages.get(key);
      if (storage == null || at + Long.BYTES > length) {
        throw new TorchTensor.Refused("is truncated or damaged at storage " + key);
      }
      byte[] count = new byte[Long.BYTES];
      source.read(at, count);
      at += Long.BYTES;
      long elements = ByteBuffer.wrap(count).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (elements != storage.elements()) {
        throw new TorchTensor.Refused(
            "is damaged: storage %s has %d elements, not %d"
                .formatted(key, elements, storage.elements()));
      }
      check(storage, length - at);
      places.put(storage.key(), at);
      at += elements * storage.dtype().bytes();
    }
    return places;
  }

  private static BigInteger number(Object value) {
    return value instanceof BigInteger big
        ? big
        : value instanceof Number n ? BigInteger.valueOf(n.longValue()) : BigInteger.ZERO;
  }

  private static HeaderFormat.Parsed header(Object value, Map<String, Long> places) {
    if (!(value instanceof Map<?, ?> tensors)) {
      throw new TorchTensor.Refused("holds no state_dict");
    }
    Map<String, SafeTensorsHeader.Entry> entries = new TreeMap<>();
    Map<String, long[]> strides = new HashMap<>();
    List<String> others = new ArrayList<>();
    tensors.forEach(
        (name, tensor) -> {
          if (!(tensor instanceof TorchTensor t)) {
            others.add((String) name);
          } else if (!places.containsKey(t.storage().key())) {
            throw new TorchTensor.Refused(
                "is truncated or damaged: it lacks the storage of tensor " + name);
          } else {
            int size = t.storage().dtype().bytes();
            long begin = places.get(t.storage().key()) + t.offset() * size;
            long bytes = Math.multiplyExact(HostTensor.elements(t.shape()), size);
            entries.put(
                (String) name,
                new SafeTensorsHeader.Entry(t.storage().dtype(), t.shape(), begin, begin + bytes));
            if (!t.isContiguous()) {
              strides.put((String) name, t.stride());
            }
          }
        });
    if (!others.isEmpty()) {
      throw new TorchTensor.Refused(
          "has entries that are no tensors: %s".formatted(HeaderFormat.some(others)));
    }
    return new HeaderFormat.Parsed(new SafeTensorsHeader(entries, Map.of()), 0, strides);
  }
}
