package org.tributary.setup;

import java.util.List;
import java.util.Locale;

/**
 * Learning rates to start from, by the size of the model. Small encoders and vision transformers
 * take larger steps than language models, adapters larger ones than whole weights.
 *
 * @param full of training in full
 * @param galore of GaLore
 * @param adapters of LoRA
 */
record Rates(double full, double galore, double adapters) {
  private static final long SMALL = 50_000_000;
  private static final long BASE = 200_000_000;
  private static final long BILLION = 1_000_000_000;

  /** The rates for a model. */
  static Rates of(boolean writes, long parameters) {
    if (writes) {
      return parameters <= BASE
          ? new Rates(1e-4, 1e-3, 1e-3)
          : parameters <= BILLION ? new Rates(5e-5, 5e-4, 5e-4) : new Rates(2e-5, 2e-4, 2e-4);
    }
    return parameters <= SMALL
        ? new Rates(3e-4, 1e-3, 2e-3)
        : parameters <= BASE ? new Rates(1e-4, 5e-4, 1e-3) : new Rates(3e-5, 2e-4, 5e-4);
  }

  /** A rate as YAML. */
  static String yaml(double rate) {
    return String.format(Locale.ROOT, "%.1e", rate).replaceAll("e([-+])0", "e$1");
  }

  /** Rates around one, to choose from. */
  static String around(double rate) {
    return "[%s, %s, %s]".formatted(yaml(rate / 3), yaml(rate), yaml(rate * 3));
  }

  /** All rates in the order of the record. */
  List<Double> all() {
    return List.of(full, galore, adapters);
  }
}
