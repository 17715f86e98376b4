package org.tributary.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.checkpoint.Store;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LowRankChange;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;

/**
 * The server's tensors at the start of a round. A tensor is read from the first of these places
 * that has it: {@code global.safetensors} of the previous round, which has all tensors that merges
 * have written so far; {@code start.safetensors} of the run; or, for a framework's own tensors, the
 * constant start in the plan. If merges have changed a matrix by low-rank terms since then, the
 * changes are added to this value in the order of the rounds ({@link LowRankChange}).
 */
public final class GlobalState implements Closeable {
  private final RoundPlan plan;
  private final SafeTensors.Reader merged;
  private final SafeTensors.Reader start;

  private GlobalState(RoundPlan plan, SafeTensors.Reader merged, SafeTensors.Reader start) {
    this.plan = plan;
    this.merged = merged;
    this.start = start;
  }

  /**
   * Opens the state at the start of a round.
   *
   * @param store reaches the run's folder
   * @param folder of the run
   * @param plan of the round
   * @param round counted from 0; the number of rounds for the state at the end
   * @return to be closed
   * @throws IOException if the store fails
   */
  public static GlobalState open(Store store, RunFolder folder, RoundPlan plan, int round)
      throws IOException {
    SafeTensors.Reader start = RunFileReader.open(store, folder.start(), RunFileReader.ANEW);
    try {
      Path last = round == 0 ? null : folder.global(round - 1);
      return new GlobalState(
          plan, last == null ? null : RunFileReader.open(store, last, RunFileReader.ANEW), start);
    } catch (IOException | RuntimeException e) {
      start.close();
      throw e;
    }
  }

  /**
   * A whole tensor.
   *
   * @param name in the plan
   * @return its value
   */
  public HostTensor tensor(String name) throws IOException {
    SafeTensors.Reader holder = holder(name);
    HostTensor value = holder == null ? plan.start(name) : holder.tensor(name);
    for (String a : changes(name)) {
      value = LowRankChange.add(value, merged.tensor(LowRankChange.partner(a)), merged.tensor(a));
    }
    return value;
  }

  /** A tensor, or the range of it that a unit needs. */
  public HostTensor tensor(String name, Unit unit) throws IOException {
    if (!unit.isChunk()) {
      return tensor(name);
    }
    long[] shape = {unit.to() - unit.from()};
    SafeTensors.Reader holder = holder(name);
    if (holder == null || !changes(name).isEmpty()) {
      HostTensor whole = tensor(name);
      int size = whole.dtype().bytes();
      int from = Math.toIntExact(unit.from() * size);
      return new HostTensor(
          whole.dtype(), shape, whole.data().slice(from, Math.toIntExact(shape[0] * size)));
    }
    ByteBuffer range = holder.range(name, unit.from(), unit.to());
    return new HostTensor(DType.F32, shape, range);
  }

  /** The factors A of a matrix's changes since its last value, in the order of the rounds. */
  private List<String> changes(String matrix) {
    if (merged == null) {
      return List.of();
    }
    return merged.header().tensors().keySet().stream()
        .filter(name -> LowRankChange.partner(name) != null)
        .filter(name -> LowRankChange.matrix(name).equals(matrix))
        .sorted()
        .toList();
  }

  /**
   * The state after a round: the tensors that its merge wrote, and all others unchanged. If the
   * changes of a matrix are together as large as the matrix, the whole matrix is written instead,
   * which gives the same bits.
   *
   * @param round counted from 0
   * @param written the tensors of the merge; factors of changes have names without the round
   * @return tensors by name, of {@code global.safetensors}
   * @throws IOException if the store fails
   */
  public Map<String, HostTensor> after(int round, Map<String, HostTensor> written)
      throws IOException {
    Map<String, HostTensor> after = new TreeMap<>();
    if (merged != null) {
      for (String name : merged.header().tensors().keySet()) {
        String matrix = LowRankChange.isFactor(name) ? LowRankChange.matrix(name) : name;
        if (!written.containsKey(matrix)) {
          after.put(name, merged.tensor(name));
        }
      }
    }
    Map<String, Long> changed = new TreeMap<>();
    written.forEach(
        (name, tensor) -> {
          if (LowRankChange.isFactor(name)) {
            after.put(LowRankChange.inRound(name, round), tensor);
            changed.put(LowRankChange.matrix(name), 0L);
          } else {
            after.put(name, tensor);
          }
        });
    after.forEach(
        (name, tensor) -> {
          if (LowRankChange.isFactor(name)) {
            changed.computeIfPresent(
                LowRankChange.matrix(name), (matrix, sum) -> sum + tensor.elements());
          }
        });
    for (Map.Entry<String, Long> matrix : changed.entrySet()) {
      if (matrix.getValue() >= HostTensor.elements(plan.parts().get(matrix.getKey()).shape())) {
        snapshot(matrix.getKey(), written, after);
      }
    }
    return after;
  }

  private void snapshot(
      String matrix, Map<String, HostTensor> written, Map<String, HostTensor> after)
      throws IOException {
    HostTensor whole = tensor(matrix);
    for (String a : written.keySet()) {
      if (LowRankChange.partner(a) != null && LowRankChange.matrix(a).equals(matrix)) {
        whole = LowRankChange.add(whole, written.get(LowRankChange.partner(a)), written.get(a));
      }
    }
    after
        .keySet()
        .removeIf(
            name -> LowRankChange.isFactor(name) && LowRankChange.matrix(name).equals(matrix));
    after.put(matrix, whole);
  }

  /**
   * The number of bytes that a client needs to update a weight of the checkpoint since its last
   * round: those of the later changes, or those of the weight if it was written whole.
   *
   * @param name of a weight that clients receive and do not train
   * @param since the client's last round; -1 if it only has the checkpoint
   * @return bytes
   */
  public long bytesSince(String name, int since) throws IOException {
    boolean whole = merged != null && merged.header().tensors().containsKey(name);
    long bytes = 0;
    int first = Integer.MAX_VALUE;
    for (String a : changes(name)) {
      int round = LowRankChange.round(a);
      first = Math.min(first, round);
      if (round >= since) {
        bytes += bytes(a) + bytes(LowRankChange.partner(a));
      }
    }
    return whole && first > since ? bytes + bytes(name) : bytes;
  }

  private long bytes(String name) {
    SafeTensorsHeader.Entry entry = merged.header().tensors().get(name);
    return HostTensor.elements(entry.shape()) * entry.dtype().bytes();
  }

  /**
   * Some tensors.
   *
   * @param names in the plan
   * @return their values
   */
  public Map<String, HostTensor> tensors(Set<String> names) throws IOException {
    Map<String, HostTensor> all = new TreeMap<>();
    for (String name : names) {
      all.put(name, tensor(name));
    }
    return all;
  }

  private SafeTensors.Reader holder(String name) {
    if (merged != null && merged.header().tensors().containsKey(name)) {
      return merged;
    }
    return start.header().tensors().containsKey(name) ? start : null;
  }

  @Override
  public void close() throws IOException {
    start.close();
    if (merged != null) {
      merged.close();
    }
  }
}
