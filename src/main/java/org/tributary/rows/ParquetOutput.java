package org.tributary.rows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** Parquet's output to a stream that the caller opens and closes. */
final class ParquetOutput implements OutputFile {
  private final OutputStream out;

  ParquetOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public PositionOutputStream create(long blockSizeHint) {
    return new Counting(out);
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSizeHint) {
    return create(blockSizeHint);
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }

  /**
   * Counts the written bytes and buffers the end of the file. Parquet's footer lists a column's
   * encodings in the order of their hash codes, which differ between JVMs. This class sorts them by
   * the numbers of the format, so that equal rows give equal bytes.
   */
  private static final class Counting extends PositionOutputStream {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

    /** A footer is much smaller than this, or than this share of its file. */
    private static final int LEAST_HELD = 1 << 20;

    private static final int SHARE = 64;

    private final OutputStream out;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private long position;

    Counting(OutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      held.write(b);
      position++;
      letGo();
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      held.write(bytes, from, length);
      position += length;
      letGo();
    }

    private void letGo() throws IOException {
      long hold = Math.max(LEAST_HELD, position / SHARE);
      if (held.size() > 2 * hold) {
        byte[] all = held.toByteArray();
        int first = (int) (all.length - hold);
        out.write(all, 0, first);
        held.reset();
        held.write(all, first, all.length - first);
      }
    }

    @Override
    public void close() throws IOException {
      byte[] end = held.toByteArray();
      held.reset();
      int footer = footer(end);
      out.write(end, 0, footer);
      if (footer < end.length) {
        out.write(ordered(end, footer));
        out.write(end, end.length - 8, 8);
      }
      out.flush();
    }

    /**
     * The position of the footer; the end of the file if there is none, as in an unfinished file.
     */
    private static int footer(byte[] end) {
      int tail = end.length - 8;
      if (tail < 0 || !Arrays.equals(end, end.length - 4, end.length, MAGIC, 0, 4)) {
        return end.length;
      }
      int length = ByteBuffer.wrap(end, tail, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
      return length > 0 && length <= tail ? tail - length : end.length;
    }

    private static byte[] ordered(byte[] end, int footer) throws IOException {
      int length = end.length - 8 - footer;
      FileMetaData data = Util.readFileMetaData(new ByteArrayInputStream(end, footer, length));
      for (RowGroup group : data.getRow_groups()) {
        for (ColumnChunk chunk : group.getColumns()) {
          List<Encoding> encodings = new ArrayList<>(chunk.getMeta_data().getEncodings());
          encodings.sort(Comparator.comparingInt(Encoding::getValue));
          chunk.getMeta_data().setEncodings(encodings);
        }
      }
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      Util.writeFileMetaData(data, written);
      if (written.size() != length) {
        throw new IOException("a footer of %d bytes became %d".formatted(length, written.size()));
      }
      return written.toByteArray();
    }
  }
}
