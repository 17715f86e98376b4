package org.tributary.framework;

import java.util.Map;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Unit;

/**
 * A framework that merges the products B_k A_k of the clients, layer by layer, for any ranks. All
 * other tensors are averaged.
 */
abstract class ProductFramework extends LinearFramework {
  private final Adapters adapters;

  ProductFramework(Adapters adapters) {
    this.adapters = adapters;
  }

  /** The rank of the global adapters, and the scaling of every rank. */
  final Adapters adapters() {
    return adapters;
  }

  /**
   * Merges a layer.
   *
   * @param unit with the names of its A and B, in this order
   * @param merge with A and B of all contributions
   * @return tensors by name
   */
  abstract Map<String, HostTensor> mergeLayer(Unit unit, Merge merge);

  @Override
  public final Map<String, HostTensor> merge(Unit unit, Merge merge) {
    return unit.isChunk() ? super.merge(unit, merge) : mergeLayer(unit, merge);
  }

  @Override
  public final boolean averages() {
    return false;
  }

  @Override
  public final boolean takesRanks() {
    return true;
  }
}
