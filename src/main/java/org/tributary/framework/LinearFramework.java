package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;

/** A framework that merges tensors by the weighted mean of each element. */
public abstract class LinearFramework implements Framework {
  /** Elements merged at once: 4 MiB of float32 from every client. */
  static final long CHUNK = 1L << 20;

  @Override
  public List<Unit> units(RoundPlan plan) {
    return chunks(plan.of(Role.TRAVELS));
  }

  /**
   * Tensors in pieces of at most 4 MiB of float32.
   *
   * @param shapes by name
   * @return units, in the order of the names
   */
  public static List<Unit> chunks(Map<String, long[]> shapes) {
    List<Unit> units = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          long size = HostTensor.elements(shape);
          for (long from = 0; from < size; from += CHUNK) {
            units.add(Unit.chunk(name, from, Math.min(size, from + CHUNK)));
          }
        });
    return units;
  }

  @Override
  public Map<String, HostTensor> merge(Unit unit, Merge merge) {
    String name = unit.updates().get(0);
    return Map.of(name, WeightedMean.of(name, merge.contributions()));
  }

  @Override
  public boolean averages() {
    return true;
  }
}
