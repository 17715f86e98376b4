package org.tributary.analysis;

import java.io.Serializable;
import java.util.List;
import org.tributary.run.Blueprint;

/**
 * What an analysis measures.
 *
 * @param layers globs over names of layers, or their last parts; empty for all
 * @param values singular values in the table {@code spectra}
 * @param dimensions k of the compared subspaces; null for the run's rank
 * @param gradient rows for the gradient; 0 for none
 * @param large elements of a matrix above which several tasks share it
 */
public record Settings(
    List<String> layers, int values, Integer dimensions, int gradient, long large)
    implements Serializable {
  /** Of the dimensions if neither the option nor the run says a rank. */
  static final int USUAL = 8;

  /** The largest matrix of one task by default: 4096 x 4096 doubles are 128 MiB. */
  public static final long LARGE = 1L << 24;

  /** Copies. */
  public Settings {
    layers = List.copyOf(layers);
  }

  /**
   * Whether several tasks share the matrix of a layer: it is large, and the run changes it whole.
   * Products of adapters are measured by their factors, however large.
   */
  boolean isLarge(Blueprint blueprint, String layer) {
    String weight = layer + ".weight";
    return blueprint.plan(0).parts().containsKey(weight)
        && blueprint.base().used().get(weight).elements() > large;
  }
}
