package org.tributary.federation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LowRankChange;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;

/** Joins the tensors that the merges of a round's units write. */
final class MergedTensors {
  private final RoundPlan plan;
  private final Map<String, HostTensor> whole = new TreeMap<>();

  MergedTensors(RoundPlan plan) {
    this.plan = plan;
  }

  /** Adds a unit's results. Called by several threads. */
  void add(Unit unit, Map<String, HostTensor> merged) {
    merged.forEach(
        (name, part) -> {
          boolean isChange = LowRankChange.isFactor(name);
          if (!plan.says(isChange ? LowRankChange.matrix(name) : name, Role::isMerged)) {
            throw new IllegalStateException("a merge wrote " + name + ", which is not its own");
          }
          if (unit.isChunk()) {
            put(name, part, unit.from());
          } else {
            keep(name, part);
          }
        });
  }

  private void put(String name, HostTensor part, long from) {
    ByteBuffer target = whole(name).data();
    target.position(Math.toIntExact(from * part.dtype().bytes()));
    target.put(part.data());
  }

  private synchronized HostTensor whole(String name) {
    return whole.computeIfAbsent(name, this::empty);
  }

  private synchronized void keep(String name, HostTensor tensor) {
    whole.put(name, tensor);
  }

  private HostTensor empty(String name) {
    long[] shape = plan.parts().get(name).shape();
    int bytes = Math.toIntExact(HostTensor.elements(shape) * DType.F32.bytes());
    ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return new HostTensor(DType.F32, shape, data);
  }

  /** All written tensors, by name. */
  Map<String, HostTensor> tensors() {
    return whole;
  }
}
