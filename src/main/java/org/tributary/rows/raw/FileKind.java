package org.tributary.rows.raw;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * The kind of a file by its first bytes: the magic number in hex, and the name of the codec or the
 * reason for a refusal.
 */
enum FileKind {
  GZIP("1f8b", CompressorStreamFactory.GZIP, null),
  BZIP2("425a68", CompressorStreamFactory.BZIP2, null),
  XZ("fd377a585a00", CompressorStreamFactory.XZ, null),
  ZSTD("28b52ffd", CompressorStreamFactory.ZSTANDARD, null),
  LZ4("04224d18", CompressorStreamFactory.LZ4_FRAMED, null),
  SNAPPY("ff060000734e61507059", CompressorStreamFactory.SNAPPY_FRAMED, null),
  ZIP("504b0304", null, null),
  EMPTY_ZIP("504b0506", null, "an empty zip"),
  SEVEN_ZIP("377abcaf271c", null, "a 7z archive; unpack it"),
  RAR("526172211a07", null, "a RAR archive; unpack it"),
  COMPRESS("1f9d", null, "packed with compress (.Z); unpack it"),
  LZIP("4c5a4950", null, "packed with lzip; unpack it"),
  LZOP("894c5a4f000d0a1a0a", null, "packed with lzop; unpack it"),
  PARQUET("50415231", null, "a Parquet file; set source.format (generate: data.format)"),
  ARROW("4152524f5731", null, "an Arrow file; write it as Parquet"),
  ARROW_STREAM("ffffffff", null, "an Arrow file; write it as Parquet"),
  ORC("4f5243", null, "an ORC file; write it as Parquet"),
  AVRO("4f626a01", null, "an Avro file; write it as Parquet"),
  SQLITE("53514c69746520666f726d617420", null, "an SQLite database; write its table as CSV"),
  PDF("255044462d", null, "a PDF; write its rows as CSV or JSON lines"),
  LFS(
      "76657273696f6e2068747470733a2f2f6769742d6c66732e6769746875622e636f6d2f",
      null,
      "a pointer of Git LFS and not the file itself; run git lfs pull in its folder, or download the file"),
  OLE("d0cf11e0a1b11ae1", null, "an old Office file; save it as CSV (UTF-8)");

  private final byte[] mark;
  private final String codec;
  private final String refused;

  FileKind(String mark, String codec, String refused) {
    this.mark = HexFormat.of().parseHex(mark);
    this.codec = codec;
    this.refused = refused;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  static FileKind of(byte[] head) {
    for (FileKind kind : values()) {
      int size = kind.mark.length;
      if (head.length >= size
          && Arrays.equals(head, 0, size, kind.mark, 0, size)
          && (kind != ORC || isBinary(head))) {
        return kind;
      }
    }
    return null;
  }

  /**
   * Whether there are bytes that no text has. The mark alone is not enough: a CSV file may begin
   * with a column called ORCID.
   */
  private static boolean isBinary(byte[] head) {
    for (byte b : head) {
      if (b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r') {
        return true;
      }
    }
    return false;
  }

  /** The codec of Commons Compress that decompresses it; null if there is none. */
  String codec() {
    return codec;
  }

  /**
   * The text after "is" in the message: what it is and how to fix it; null if it can be
   * decompressed.
   */
  String refused() {
    return refused;
  }

  /**
   * Checks that a file is Parquet, and reports what it is otherwise.
   *
   * @param store access to the file
   * @param file that should be Parquet
   * @throws WrongInput if it does not begin like Parquet
   * @throws IOException if the store fails
   */
  static void refuseOtherThanParquet(Store store, Path file) throws IOException {
    byte[] head;
    try (InputStream in = store.open(file)) {
      head = in.readNBytes(Decompression.MARK);
    }
    FileKind kind = of(head);
    if (kind != null && kind != PARQUET) {
      throw new WrongInput(
          "%s: is %s"
              .formatted(
                  file,
                  kind.refused == null ? "packed (%s); unpack it".formatted(kind) : kind.refused));
    }
    if (kind == null) {
      throw new WrongInput(
          ("%s is not a readable Parquet file (it does not begin like one); write it again, or, if it"
                  + " is CSV or JSON lines, set source.format (generate: data.format)")
              .formatted(file));
    }
  }
}
