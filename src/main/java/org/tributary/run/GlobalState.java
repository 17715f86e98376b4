package org.tributary.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;

/**
 * The server's tensors as a round finds them. A tensor lies in the first of these that has it: what
 * the last merge left ({@code global.safetensors} of the round before, which holds all that any
 * merge has written so far), the run's start ({@code start.safetensors}), or, for a framework's own
 * tensors, the constant that its plan begins with.
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
   * Opens the state that a round finds.
   *
   * @param store reaches the run's folder
   * @param folder of the run
   * @param plan of the round
   * @param round counted from 0; the number of rounds for the state at the end
   * @return to be closed
   * @throws IOException where the store fails
   */
  public static GlobalState open(Store store, RunFolder folder, RoundPlan plan, int round)
      throws IOException {
    SafeTensors.Reader start = OwnFiles.open(store, folder.start(), OwnFiles.ANEW);
    try {
      Path last = round == 0 ? null : folder.global(round - 1);
      return new GlobalState(
          plan, last == null ? null : OwnFiles.open(store, last, OwnFiles.ANEW), start);
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
    return holder == null ? plan.start(name) : holder.tensor(name);
  }

  /** A tensor, or a unit's range of it. */
  public HostTensor tensor(String name, Unit unit) throws IOException {
    if (!unit.isChunk()) {
      return tensor(name);
    }
    long[] shape = {unit.to() - unit.from()};
    SafeTensors.Reader holder = holder(name);
    if (holder == null) {
      return new RoundPlan()
          .with(Map.of(name, shape), plan.parts().get(name).role(), plan.parts().get(name).start())
          .start(name);
    }
    ByteBuffer range = holder.range(name, unit.from(), unit.to());
    return new HostTensor(DType.F32, shape, range);
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

  /**
   * What earlier merges have written, but for some tensors.
   *
   * @param without names of those that are not wanted
   * @return values by name
   */
  public Map<String, HostTensor> merged(Set<String> without) throws IOException {
    if (merged == null) {
      return Map.of();
    }
    Set<String> names = new TreeSet<>(merged.header().tensors().keySet());
    names.removeAll(without);
    return tensors(names);
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
