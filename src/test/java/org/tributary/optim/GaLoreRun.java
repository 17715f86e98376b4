package org.tributary.optim;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.tributary.protocol.HostTensor;

/** Runs of GaLore over given gradients. */
final class GaLoreRun {
  private GaLoreRun() {}

  static OptimizerSettings settings(Projector projector, int rank, int gap, String... targets) {
    String name = projector.name().toLowerCase(Locale.ROOT);
    GradientSubspaces subspaces = new GradientSubspaces(rank, gap, 0.25, List.of(targets), name);
    return new OptimizerSettings(
        "galore", new GaLoreSettings(0.9, 0.999, 1e-6, subspaces), 0.01, 7);
  }

  /** Steps {@code from} to {@code to}, at rate 0.01, with the gradients of each step. */
  static OptimizerRun.End run(
      OptimizerSettings settings,
      Map<String, HostTensor> start,
      Map<String, HostTensor> remembered,
      int from,
      int to,
      IntFunction<Map<String, HostTensor>> gradients) {
    return new OptimizerRun(settings, gradients, t -> 0.01).steps(start, remembered, from, to);
  }

  /** One step from zero weights with one gradient of the matrix {@code w}. */
  static HostTensor basis(Projector projector, int rank, HostTensor gradient) {
    HostTensor zero = HostTensor.of(new float[(int) gradient.elements()], gradient.shape());
    Map<String, HostTensor> gradients = Map.of("w", gradient);
    return run(settings(projector, rank, 1, "*"), Map.of("w", zero), Map.of(), 0, 1, t -> gradients)
        .basis("w");
  }

  static HostTensor normal(SplittableRandom random, long... shape) {
    float[] values = new float[(int) HostTensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return HostTensor.of(values, shape);
  }
}
