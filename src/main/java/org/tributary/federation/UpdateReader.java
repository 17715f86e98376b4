package org.tributary.federation;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.ReadBuffers;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.protocol.ChangedRows;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Unit;
import org.tributary.run.GlobalState;

/**
 * A client update, open for ranged reads. A matrix that was sent as its changed rows is read as a
 * whole one: its other rows come from the global state that the client started from.
 */
public final class UpdateReader implements Closeable {
  private final SafeTensors.Reader file;
  private final GlobalState state;
  private final Map<String, long[]> rows = new HashMap<>();

  /**
   * Opens an update.
   *
   * @param store reaches the file
   * @param file of the attempt
   * @param state that the client was given
   * @throws IOException if the store fails
   */
  public UpdateReader(Store store, Path file, GlobalState state) throws IOException {
    this(store, file, state, null);
  }

  /** Like the other constructor; buffers lend the memory of tensors, unless they are null. */
  UpdateReader(Store store, Path file, GlobalState state, ReadBuffers buffers) throws IOException {
    this.file = SafeTensors.open(store, file, buffers);
    this.state = state;
  }

  /**
   * A tensor, or the range of it that a unit needs.
   *
   * @param name in the plan
   * @param unit of the merge
   * @return float32
   * @throws IOException if the store fails
   */
  public HostTensor tensor(String name, Unit unit) throws IOException {
    if (file.header().tensors().containsKey(ChangedRows.rows(name))) {
      return patched(name, unit);
    }
    if (!unit.isChunk()) {
      return file.tensor(name);
    }
    long[] shape = {unit.to() - unit.from()};
    return new HostTensor(DType.F32, shape, file.range(name, unit.from(), unit.to()));
  }

  /** Whether the client sent a tensor, whole or as its changed rows. */
  public boolean has(String name) {
    return file.header().tensors().containsKey(name)
        || file.header().tensors().containsKey(ChangedRows.rows(name));
  }

  /** What the client measured. */
  public ClientReport report() {
    return ClientReport.of(file.header().metadata().get(ClientReport.KEY));
  }

  private HostTensor patched(String name, Unit unit) throws IOException {
    HostTensor before = state.tensor(name, unit);
    ByteBuffer bytes =
        ByteBuffer.allocate(before.data().remaining()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(before.data()).flip();
    String values = ChangedRows.values(name);
    long width = file.header().tensors().get(values).shape()[1];
    long[] changed = rows(name);
    long from = unit.isChunk() ? unit.from() : 0;
    long to = from + before.elements();
    int first = place(changed, from / width);
    int end = place(changed, (to + width - 1) / width);
    if (first < end) {
      ByteBuffer some = file.range(values, first * width, end * width);
      for (int i = first; i < end; i++) {
        long begin = Math.max(from, changed[i] * width);
        long stop = Math.min(to, (changed[i] + 1) * width);
        long source = (i - first) * width + begin - changed[i] * width;
        bytes.put(bytesOf(begin - from), some, bytesOf(source), bytesOf(stop - begin));
      }
    }
    return new HostTensor(DType.F32, before.shape(), bytes);
  }

  private static int bytesOf(long elements) {
    return Math.toIntExact(elements * DType.F32.bytes());
  }

  /** The place of the first changed row that is not before some row. */
  private static int place(long[] changed, long row) {
    int found = Arrays.binarySearch(changed, row);
    return found >= 0 ? found : -found - 1;
  }

  private long[] rows(String name) throws IOException {
    long[] known = rows.get(name);
    if (known == null) {
      known = ChangedRows.indices(file.tensor(ChangedRows.rows(name)));
      rows.put(name, known);
    }
    return known;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
