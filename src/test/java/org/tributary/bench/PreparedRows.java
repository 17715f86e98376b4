package org.tributary.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Map;
import org.tributary.batch.Batch;
import org.tributary.batch.Examples;
import org.tributary.batch.ImageBatch;
import org.tributary.batch.TextBatch;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.image.BrokenImage;
import org.tributary.image.ImageDecoder;
import org.tributary.image.ImageProcessor;
import org.tributary.image.ImageProcessorConfig;
import org.tributary.protocol.HostTensor;

/**
 * The rows of {@code rows.safetensors}, which the peer reads, too. {@code ids} and {@code ends}
 * (the place after each row's last id) are texts; {@code labels} has one class a row or, for
 * language models, one label an id. {@code pixels} are images as float32 [n, 3, height, width];
 * {@code files} and {@code ends} are images as bytes of files, which every batch decodes.
 */
final class PreparedRows implements Examples {
  private final Map<String, HostTensor> tensors;
  private final long[] labels;
  private final long[] ends;
  private final long[] ids;
  private final ImageProcessor processor;

  private PreparedRows(Map<String, HostTensor> tensors, ImageProcessor processor) {
    this.tensors = tensors;
    this.processor = processor;
    labels = longs("labels");
    ends = longs("ends");
    ids = longs("ids");
  }

  /** Reads the rows of a case. */
  static PreparedRows of(StepCase one) throws IOException {
    return new PreparedRows(
        SafeTensors.map(one.rowsFile()), ImageProcessorConfig.byDefault(3, 224, 224));
  }

  private long[] longs(String name) {
    if (!tensors.containsKey(name)) {
      return new long[0];
    }
    LongBuffer from =
        tensors.get(name).data().duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    long[] values = new long[from.remaining()];
    from.get(values);
    return values;
  }

  @Override
  public int size() {
    return ids.length == 0 ? labels.length : ends.length;
  }

  @Override
  public int length(int row) {
    return ids.length == 0 ? 0 : end(row) - begin(row);
  }

  private int begin(int row) {
    return row == 0 ? 0 : end(row - 1);
  }

  private int end(int row) {
    return Math.toIntExact(ends[row]);
  }

  @Override
  public Batch batch(int[] rows) {
    return ids.length == 0 ? images(rows) : texts(rows);
  }

  private TextBatch texts(int[] rows) {
    int length = Arrays.stream(rows).map(this::length).max().orElseThrow();
    boolean each = labels.length == ids.length;
    long[] padded = new long[rows.length * length];
    long[] mask = new long[padded.length];
    long[] wanted = new long[each ? padded.length : rows.length];
    Arrays.fill(wanted, Batch.IGNORED);
    for (int i = 0; i < rows.length; i++) {
      int n = length(rows[i]);
      System.arraycopy(ids, begin(rows[i]), padded, i * length, n);
      Arrays.fill(mask, i * length, i * length + n, 1);
      if (each) {
        System.arraycopy(labels, begin(rows[i]), wanted, i * length, n);
      } else {
        wanted[i] = labels[rows[i]];
      }
    }
    return new TextBatch(padded, mask, new long[padded.length], wanted, rows.length, length, 0);
  }

  private ImageBatch images(int[] rows) {
    int size = 3 * processor.width() * processor.height();
    float[] pixels = new float[rows.length * size];
    for (int i = 0; i < rows.length; i++) {
      if (tensors.containsKey("pixels")) {
        tensors.get("pixels").floats().get(rows[i] * size, pixels, i * size, size);
      } else {
        decode(rows[i], pixels, i * size);
      }
    }
    long[] wanted = Arrays.stream(rows).mapToLong(row -> labels[row]).toArray();
    return new ImageBatch(pixels, wanted, 3, processor.height(), processor.width());
  }

  private void decode(int row, float[] into, int offset) {
    ByteBuffer file = tensors.get("files").data().duplicate();
    byte[] bytes = new byte[end(row) - begin(row)];
    file.get(begin(row), bytes);
    try {
      processor.normalize(processor.sized(ImageDecoder.decode(bytes)), into, offset);
    } catch (BrokenImage e) {
      throw new IllegalStateException(e);
    }
  }
}
