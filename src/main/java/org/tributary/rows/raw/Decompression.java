package org.tributary.rows.raw;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * Decompresses text files. The first bytes of a file tell the compression, not its name: gzip,
 * bzip2, xz, zstd, LZ4 and Snappy frames, and a zip with one file. Hadoop's own Snappy, LZ4 and
 * deflate have no magic number. Their file extension tells them.
 */
final class Decompression {
  static final int MARK = 264;
  private static final int TAR_AT = 257;

  private static final int CHUNK = 1 << 16;

  private final Path file;
  private final Watched raw;

  private Decompression(Path file, Watched raw) {
    this.file = file;
    this.raw = raw;
  }

  /** Whether a file is not compressed, so that a task can begin anywhere in it. */
  static boolean isPlain(Store store, Path file) throws IOException {
    try (InputStream in = store.open(file)) {
      byte[] head = in.readNBytes(MARK);
      return FileKind.of(head) == null && hadoops(file, head) == null;
    }
  }

  /**
   * Opens a file and decompresses it to the bytes of its text.
   *
   * @throws WrongInput if it is not text; the message says what it is
   */
  static InputStream open(Store store, Path file) throws IOException {
    Watched raw = new Watched(store.open(file));
    try {
      return new Decompression(file, raw).unpacked(new BufferedInputStream(raw, CHUNK), 0);
    } catch (IOException | RuntimeException | Error e) {
      raw.close();
      throw e;
    }
  }

  /** A stream that reads single bytes with the block method. */
  private abstract static class Blocks extends FilterInputStream {
    Blocks(InputStream in) {
      super(in);
    }

    @Override
    public final int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }
  }

  /** Remembers whether the store failed. In that case the bytes are not damaged. */
  private static final class Watched extends Blocks {
    private IOException failure;

    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      try {
        return super.read(bytes, from, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }

  /**
   * Decompresses until it reaches text. A file may be compressed twice, such as a zip with a gzip
   * file.
   */
  private InputStream unpacked(BufferedInputStream in, int depth) throws IOException {
    in.mark(MARK);
    byte[] head = in.readNBytes(MARK);
    in.reset();
    FileKind kind = FileKind.of(head);
    if (kind == null) {
      refuseTar(head);
      CompressionCodec codec = depth == 0 ? hadoops(file, head) : null;
      return codec == null
          ? in
          : telling(codec.createInputStream(in), codec.getClass().getSimpleName());
    }
    if (kind.refused() != null) {
      throw new WrongInput("%s: is %s".formatted(file, kind.refused()));
    }
    if (depth == 2) {
      throw new WrongInput("%s: is packed three times; unpack it".formatted(file));
    }
    InputStream out = kind == FileKind.ZIP ? onlyEntry(in) : codec(kind, in);
    return unpacked(new BufferedInputStream(telling(out, kind.toString()), CHUNK), depth + 1);
  }

  private InputStream codec(FileKind kind, InputStream in) throws IOException {
    try {
      return new CompressorStreamFactory(true).createCompressorInputStream(kind.codec(), in);
    } catch (CompressorException e) {
      throw damaged(kind.toString(), e);
    }
  }

  private void refuseTar(byte[] head) {
    if (head.length > TAR_AT + 5
        && new String(head, TAR_AT, 5, StandardCharsets.US_ASCII).equals("ustar")) {
      throw new WrongInput(
          "%s: is a tar archive; unpack it and name the file or folder".formatted(file));
    }
  }

  /**
   * Hadoop's codec for formats without a magic number. Their blocks begin with a length; text does
   * not.
   */
  private static CompressionCodec hadoops(Path file, byte[] head) {
    String name = file.getName();
    boolean binary = head.length > 3 && (head[0] == 0 || name.endsWith(".deflate"));
    return binary
        ? new CompressionCodecFactory(new Configuration(false)).getCodec(new Path("/", safe(name)))
        : null;
  }

  /** A name that is valid in Hadoop's paths, with the same extension. */
  private static String safe(String name) {
    return "x" + name.substring(Math.max(0, name.lastIndexOf('.')));
  }

  /** The only file of a zip. Files that a Mac adds do not count. */
  private InputStream onlyEntry(BufferedInputStream in) throws IOException {
    ZipInputStream zip = new ZipInputStream(in);
    try {
      ZipEntry first = next(zip);
      if (first == null) {
        throw new WrongInput("%s: is a zip that holds no file".formatted(file));
      }
      return new OnlyEntry(zip, first.getName(), file);
    } catch (IOException | IllegalArgumentException e) {
      throw damaged("zip", e);
    }
  }

  private static ZipEntry next(ZipInputStream zip) throws IOException {
    ZipEntry entry = zip.getNextEntry();
    while (entry != null && (entry.isDirectory() || isPassedOver(entry.getName()))) {
      entry = zip.getNextEntry();
    }
    return entry;
  }

  private static boolean isPassedOver(String name) {
    return name.startsWith("__MACOSX/")
        || name.substring(name.lastIndexOf('/') + 1).startsWith(".");
  }

  /** Reads the first file of a zip and then checks that there is no other. */
  private static final class OnlyEntry extends Blocks {
    /** The first entries of Microsoft Office and OpenDocument files. */
    private static final Set<String> OFFICE = Set.of("[Content_Types].xml", "mimetype");

    private final ZipInputStream zip;
    private final Path file;
    private final String first;
    private boolean ended;

    OnlyEntry(ZipInputStream zip, String first, Path file) {
      super(zip);
      this.zip = zip;
      this.first = first;
      this.file = file;
      if (OFFICE.contains(first)) {
        throw new WrongInput("%s: is an Office file; save it as CSV (UTF-8)".formatted(file));
      }
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int read = ended ? -1 : zip.read(bytes, from, length);
      if (read < 0 && !ended) {
        ended = true;
        List<String> names = new ArrayList<>(List.of(first));
        for (ZipEntry entry = next(zip); entry != null && names.size() < 5; entry = next(zip)) {
          names.add(entry.getName());
        }
        if (names.size() > 1) {
          throw new WrongInput(
              "%s: is a zip of several files (%s); unpack it and name the file or folder"
                  .formatted(file, String.join(", ", names)));
        }
      }
      return read;
    }
  }

  /** Reports damaged bytes as wrong input. Some codecs throw exceptions other than IOException. */
  private InputStream telling(InputStream in, String codec) {
    return new Blocks(in) {
      @Override
      public int read(byte[] bytes, int from, int length) throws IOException {
        try {
          return super.read(bytes, from, length);
        } catch (WrongInput e) {
          throw e;
        } catch (IOException | RuntimeException e) {
          throw damaged(codec, e);
        }
      }
    };
  }

  /** Returns the store's own message if the store failed. */
  private WrongInput damaged(String codec, Exception e) throws IOException {
    if (raw.failure != null) {
      throw raw.failure;
    }
    return new WrongInput(
        "%s: is packed (%s) and cannot be unpacked, it cannot be read (%s); pack it again, or give it unpacked"
            .formatted(file, codec, e.getMessage() == null ? "it ends too early" : e.getMessage()),
        e);
  }
}
