package org.tributary.optim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.Test;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** The projectors: what they span, their signs, and that renewals improve the randomised one. */
class ProjectorTest {
  @BeforeTry
  void prepare() {
    Torch.prepareThread(1);
  }

  /** A matrix with singular values 1, q, q², ... */
  private static HostTensor geometric(SplittableRandom random, int m, int n, double q) {
    int k = Math.min(m, n);
    double[] s = new double[k];
    for (int i = 0; i < k; i++) {
      s[i] = Math.pow(q, i);
    }
    return SubspaceBases.matrix(
        SubspaceBases.orthonormal(random, k, m), s, SubspaceBases.orthonormal(random, k, n));
  }

  private static HostTensor negative(HostTensor t) {
    float[] values = t.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = -values[i];
    }
    return HostTensor.of(values, t.shape());
  }

  @Property(tries = 40)
  void onAQuicklyFallingSpectrumTheRandomisedOneIsTheExactOne(
      @ForAll long seed,
      @ForAll @IntRange(min = 4, max = 60) int m,
      @ForAll @IntRange(min = 4, max = 60) int n,
      @ForAll @IntRange(min = 1, max = 4) int rank) {
    HostTensor g = geometric(new SplittableRandom(seed), m, n, 0.5);
    HostTensor exact = GaLoreRun.basis(Projector.EXACT, rank, g);
    HostTensor randomized = GaLoreRun.basis(Projector.RANDOMIZED, rank, g);
    assertThat(randomized.shape()).isEqualTo(exact.shape());
    // What no basis of this rank can represent: the root of the remaining squares.
    double best = Math.pow(0.5, rank);
    assertThat(SubspaceBases.lost(g, exact)).isLessThan(best * 1.001 + 1e-6);
    assertThat(SubspaceBases.lost(g, randomized)).isLessThan(best * 1.001 + 1e-6);
    assertThat(sameUpToSign(randomized, exact)).isLessThan(1e-3);
  }

  /** If two entries have the same magnitude, either may become positive. */
  private static double sameUpToSign(HostTensor x, HostTensor y) {
    float[] a = x.toFloats();
    float[] b = y.toFloats();
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      double d = Math.abs(Math.abs(a[i]) - Math.abs(b[i]));
      worst = d <= worst ? worst : d;
    }
    return worst;
  }

  @Property(tries = 20)
  void theLargestEntryOfABasisVectorIsPositive(
      @ForAll long seed,
      @ForAll @IntRange(min = 3, max = 30) int m,
      @ForAll @IntRange(min = 3, max = 30) int n,
      @ForAll Projector projector) {
    HostTensor g = geometric(new SplittableRandom(seed), m, n, 0.7);
    HostTensor basis = GaLoreRun.basis(projector, 2, g);
    float[] p = basis.toFloats();
    int length = Math.min(m, n);
    for (int k = 0; k < 2; k++) {
      float largest = 0;
      for (int j = 0; j < length; j++) {
        float entry = m >= n ? p[k * length + j] : p[j * 2 + k];
        largest = Math.abs(entry) > Math.abs(largest) ? entry : largest;
      }
      assertThat(largest).isPositive();
    }
    assertThat(GaLoreRun.basis(projector, 2, negative(g))).isEqualTo(basis);
  }

  /**
   * One renewal is not enough for a slowly decaying spectrum; only a warm start improves with more.
   */
  @Test
  void theRandomisedOneGoesOnFromItsLastBasis() {
    Torch.prepareThread(1);
    HostTensor g = geometric(new SplittableRandom(1), 200, 120, 0.985);
    HostTensor exact = GaLoreRun.basis(Projector.EXACT, 10, g);
    OptimizerSettings settings = GaLoreRun.settings(Projector.RANDOMIZED, 10, 1, "*");
    HostTensor zero = HostTensor.of(new float[200 * 120], 200, 120);
    OptimizerRun.End end = new OptimizerRun.End(Map.of("w", zero), Map.of(), 0);
    double best = SubspaceBases.lost(g, exact);
    double first = 0;
    double last = 0;
    for (int t = 0; t < 12; t++) {
      end = GaLoreRun.run(settings, end.weights(), end.state(), t, t + 1, i -> Map.of("w", g));
      last = SubspaceBases.lost(g, end.basis("w")) - best;
      first = t == 0 ? last : first;
    }
    assertThat(first).as("lost more than the best, at first").isGreaterThan(1e-4);
    assertThat(last).as("after more renewals").isLessThan(first / 5);
  }
}
