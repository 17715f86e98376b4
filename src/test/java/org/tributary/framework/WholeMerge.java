package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;

/** A round's merge in one call: a tensor that units merge in ranges is merged whole. */
public final class WholeMerge {
  private WholeMerge() {}

  /**
   * Merges.
   *
   * @param framework whose units and merge are called
   * @param plan of the round
   * @param merge all tensors of the state and of the updates
   * @return what the merge writes, whole
   */
  public static Map<String, HostTensor> of(Framework framework, RoundPlan plan, Merge merge) {
    Map<String, HostTensor> merged = new TreeMap<>();
    SortedSet<String> done = new TreeSet<>();
    for (Unit unit : framework.units(plan)) {
      if (!unit.isChunk()) {
        merged.putAll(framework.merge(unit, merge));
      } else if (done.add(unit.updates() + " " + unit.server())) {
        List<String> names = new ArrayList<>(unit.updates());
        names.addAll(unit.server());
        long elements = HostTensor.elements(plan.parts().get(names.get(0)).shape());
        Unit whole = new Unit(unit.updates(), unit.server(), 0, elements);
        framework
            .merge(whole, merge)
            .forEach(
                (name, part) ->
                    merged.put(
                        name,
                        new HostTensor(part.dtype(), plan.parts().get(name).shape(), part.data())));
      }
    }
    return merged;
  }
}
