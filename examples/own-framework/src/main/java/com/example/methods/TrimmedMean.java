package com.example.methods;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tributary.config.Key;
import org.tributary.framework.Elements;
import org.tributary.framework.Framework;
import org.tributary.framework.FrameworkProvider;
import org.tributary.framework.LinearFramework;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/**
 * Coordinate-wise trimmed mean (Yin et al. 2018, arXiv 1803.01498): of each number that clients
 * send, the largest and the smallest values are left out and the mean of the others is taken, so
 * that a few broken clients do no harm. All clients count the same.
 */
public final class TrimmedMean extends LinearFramework {
  private final int trim;

  private TrimmedMean(int trim) {
    this.trim = trim;
  }

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return new RoundPlan()
        .with(trainables.a(), Role.TRAVELS)
        .with(trainables.b(), Role.TRAVELS)
        .with(
            trainables.adapters() ? trainables.besideAdapters() : trainables.fullRank(),
            Role.TRAVELS);
  }

  @Override
  public Map<String, HostTensor> merge(Unit unit, Merge merge) {
    String name = unit.updates().get(0);
    List<Contribution> clients = merge.contributions();
    double[][] values =
        clients.stream().map(c -> Elements.of(c.tensors().get(name))).toArray(double[][]::new);
    int left = Math.min(trim, (clients.size() - 1) / 2);
    double[] mean = new double[values[0].length];
    double[] one = new double[clients.size()];
    for (int i = 0; i < mean.length; i++) {
      for (int k = 0; k < one.length; k++) {
        one[k] = values[k][i];
      }
      Arrays.sort(one);
      for (int k = left; k < one.length - left; k++) {
        mean[i] += one[k];
      }
      mean[i] /= one.length - 2 * left;
    }
    HostTensor first = clients.get(0).tensors().get(name);
    return Map.of(name, Elements.tensor(mean, first.dtype(), first.shape()));
  }

  @Override
  public boolean averages() {
    return false; // no server optimizer works with this mean
  }

  /**
   * Its keys, which are next to {@code framework.name}.
   *
   * @param trim values left out at each end
   */
  public record Settings(
      @Key(value = "values left out at each end", byDefault = "1", min = 0) int trim) {}

  /** Finds it by its name. */
  public static final class Provider extends FrameworkProvider<Settings> {
    /** For ServiceLoader. */
    public Provider() {
      super(
          "trimmed-mean",
          "the mean without the largest and smallest values",
          "Yin et al. 2018, arXiv 1803.01498",
          Settings.class);
    }

    @Override
    public Framework of(Settings settings, Adapters adapters) {
      return new TrimmedMean(settings.trim());
    }
  }
}
