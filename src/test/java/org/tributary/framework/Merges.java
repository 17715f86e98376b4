package org.tributary.framework;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;

/** A round's merge through the public interface: units cut, merged one by one, put together. */
final class Merges {
  private Merges() {}

  static Map<String, HostTensor> merge(
      Framework framework, RoundPlan plan, List<Contribution> contributions) {
    return merge(framework, plan, framework.units(plan), contributions);
  }

  static Map<String, HostTensor> merge(
      Framework framework, RoundPlan plan, List<Unit> units, List<Contribution> contributions) {
    Map<String, HostTensor> merged = new TreeMap<>();
    for (Unit unit : units) {
      if (!unit.isChunk()) {
        merged.putAll(
            framework.merge(unit, new Merge(0, contributions.size(), Map.of(), contributions)));
        continue;
      }
      String name = unit.updates().get(0);
      DType dtype = contributions.get(0).tensors().get(name).dtype();
      HostTensor whole =
          merged.computeIfAbsent(name, n -> empty(dtype, plan.of(Role.TRAVELS).get(n)));
      List<Contribution> slices = new ArrayList<>();
      contributions.forEach(c -> slices.add(slice(unit, name, c)));
      Map<String, HostTensor> part =
          framework.merge(unit, new Merge(0, slices.size(), Map.of(), slices));
      ByteBuffer at = whole.data();
      at.position((int) (unit.from() * dtype.bytes()));
      at.put(part.get(name).data());
    }
    return merged;
  }

  private static HostTensor empty(DType dtype, long[] shape) {
    int bytes = (int) HostTensor.elements(shape) * dtype.bytes();
    return new HostTensor(dtype, shape, ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  private static Contribution slice(Unit unit, String name, Contribution c) {
    HostTensor tensor = c.tensors().get(name);
    int width = tensor.dtype().bytes();
    ByteBuffer bytes =
        tensor.data().slice((int) (unit.from() * width), (int) ((unit.to() - unit.from()) * width));
    HostTensor part = new HostTensor(tensor.dtype(), new long[] {unit.to() - unit.from()}, bytes);
    return new Contribution(c.client(), c.weight(), Map.of(name, part));
  }

  /** The elements in double, row-major. */
  static double[] doubles(HostTensor tensor) {
    double[] values = new double[(int) tensor.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          tensor.dtype() == DType.F64 ? tensor.data().getDouble(8 * i) : tensor.floats().get(i);
    }
    return values;
  }
}
