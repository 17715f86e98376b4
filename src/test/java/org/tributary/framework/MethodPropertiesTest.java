package org.tributary.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LowRankChange;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Participant;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/** Properties that methods must have for any clients, sizes and ranks. */
class MethodPropertiesTest {
  private static final String A = "layer" + Adapters.A;
  private static final String B = "layer" + Adapters.B;
  private static final TreeMap<String, long[]> NONE = new TreeMap<>();

  private static HostTensor random(SplittableRandom random, long... shape) {
    double[] values = new double[(int) HostTensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return Elements.tensor(values, DType.F64, shape);
  }

  private static double[] shares(SplittableRandom random, int clients) {
    double[] rows = new double[clients];
    for (int k = 0; k < clients; k++) {
      rows[k] = 1 + random.nextInt(100);
    }
    double total = Arrays.stream(rows).sum();
    return Arrays.stream(rows).map(n -> n / total).toArray();
  }

  private static Trainables layer(int out, int in, int rank) {
    return new Trainables(
        NONE,
        false,
        NONE,
        new TreeMap<>(Map.of(A, new long[] {rank, in})),
        new TreeMap<>(Map.of(B, new long[] {out, rank})),
        new TreeMap<>(Map.of("layer.weight", new long[] {out, in})));
  }

  /** W + Σ p_k s_k B_k A_k, computed number by number. */
  @Property(tries = 40)
  void floraIsExactForAnyRanks(
      @ForAll @IntRange(min = 3, max = 6) int clients,
      @ForAll @IntRange(min = 2, max = 7) int out,
      @ForAll @IntRange(min = 2, max = 7) int in,
      @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Adapters adapters = new Adapters(4, 6, random.nextBoolean());
    HostTensor base = random(random, out, in);
    double[] expected = Elements.of(base);
    double[] p = shares(random, clients);
    List<Contribution> contributions = new ArrayList<>();
    for (int k = 0; k < clients; k++) {
      int rank = 1 + random.nextInt(4);
      HostTensor a = random(random, rank, in);
      HostTensor b = random(random, out, rank);
      contributions.add(new Contribution("c" + k, p[k], Map.of(A, a, B, b)));
      addProduct(expected, p[k] * adapters.scaling(rank), b, a);
    }
    Framework flora = NamedFramework.of("flora", adapters);
    Merge merge = new Merge(0, clients, Map.of("layer.weight", base), contributions);
    Map<String, HostTensor> change = WholeMerge.of(flora, flora.plan(layer(out, in, 4), 0), merge);
    HostTensor w =
        LowRankChange.add(base, change.get("layer.weight@B"), change.get("layer.weight@A"));
    assertThat(Elements.of(w)).containsExactly(expected, within(1e-12));
  }

  /** W + s B A after the merge = W + s Σ p_k B_k A_k, and equal clients add nothing. */
  @Property(tries = 40)
  void fedexIsExactAndItsChangeHasAtMostTheClientsRanks(
      @ForAll @IntRange(min = 1, max = 6) int clients,
      @ForAll @IntRange(min = 2, max = 7) int out,
      @ForAll @IntRange(min = 2, max = 7) int in,
      @ForAll boolean equal,
      @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int rank = 1 + random.nextInt(4);
    Adapters adapters = new Adapters(rank, 6, random.nextBoolean());
    double s = adapters.scaling(rank);
    HostTensor base = random(random, out, in);
    double[] expected = Elements.of(base);
    double[] p = shares(random, clients);
    List<Contribution> contributions = new ArrayList<>();
    for (int k = 0; k < clients; k++) {
      boolean again = equal && k > 0;
      Map<String, HostTensor> first = again ? contributions.get(0).tensors() : null;
      HostTensor a = again ? first.get(A) : random(random, rank, in);
      HostTensor b = again ? first.get(B) : random(random, out, rank);
      contributions.add(new Contribution("c" + k, p[k], Map.of(A, a, B, b)));
      addProduct(expected, p[k] * s, b, a);
    }
    Framework fedex = NamedFramework.of("fedex-lora", adapters);
    Merge merge = new Merge(0, clients, Map.of("layer.weight", base), contributions);
    Map<String, HostTensor> merged =
        WholeMerge.of(fedex, fedex.plan(layer(out, in, rank), 0), merge);
    HostTensor left = merged.get("layer.weight@B");
    assertThat(left.shape()).containsExactly(out, clients * rank);
    HostTensor w = LowRankChange.add(base, left, merged.get("layer.weight@A"));
    if (equal || clients == 1) {
      assertThat(Elements.of(w)).containsExactly(Elements.of(base), within(1e-12));
    }
    double[] effective = Elements.of(w);
    addProduct(effective, s, merged.get(B), merged.get(A));
    assertThat(effective).containsExactly(expected, within(1e-12));
  }

  /** Adds factor B A, number by number. */
  private static void addProduct(double[] sum, double factor, HostTensor b, HostTensor a) {
    int rank = (int) a.shape()[0];
    int in = (int) a.shape()[1];
    for (int i = 0; i < sum.length / in; i++) {
      for (int j = 0; j < in; j++) {
        for (int r = 0; r < rank; r++) {
          sum[i * in + j] +=
              factor
                  * b.data().getDouble(8 * (i * rank + r))
                  * a.data().getDouble(8 * (r * in + j));
        }
      }
    }
  }

  @Property(tries = 20)
  void floraDrawsAnewForEveryClientAndRoundAndBIsZero(@ForAll long seed) {
    Framework flora = NamedFramework.of("flora", new Adapters(3, 6, false));
    RoundPlan plan = flora.plan(layer(5, 4, 3), 0).atRank(2);
    Map<String, HostTensor> one = flora.start(Map.of(), new Participant("a", 0, 2, plan, seed));
    Map<String, HostTensor> two = flora.start(Map.of(), new Participant("a", 1, 2, plan, seed + 1));
    assertThat(one.get(A).shape()).containsExactly(2, 4);
    assertThat(one.get(A)).isNotEqualTo(two.get(A));
    for (float value : one.get(A).toFloats()) {
      assertThat(Math.abs(value)).isLessThanOrEqualTo(0.5f); // 1/√in
    }
    assertThat(one.get(B).toFloats()).containsOnly(0);
    assertThat(flora.start(Map.of(), new Participant("a", 0, 2, plan, seed))).isEqualTo(one);
  }

  @Property(tries = 20)
  void roloraTrainsOneFactorARoundByTheRoundsNumber(@ForAll @IntRange(max = 50) int round) {
    RoundPlan plan = NamedFramework.of("rolora").plan(layer(5, 4, 2), round);
    assertThat(plan.where(Role::isTrained)).containsOnlyKeys(round % 2 == 0 ? B : A);
    assertThat(plan.where(Role::goesUp)).containsOnlyKeys(round % 2 == 0 ? B : A);
    assertThat(plan.where(Role::goesDown)).containsOnlyKeys(A, B);
  }

  @Property(tries = 20)
  void fedsaSendsAAndNeverB(@ForAll @IntRange(max = 50) int round) {
    RoundPlan plan = NamedFramework.of("fedsa-lora").plan(layer(5, 4, 2), round);
    assertThat(plan.where(Role::goesUp)).containsOnlyKeys(A);
    assertThat(plan.where(Role::isPersonal)).containsOnlyKeys(B);
  }

  private static Map<String, HostTensor> step(
      Framework framework, Map<String, HostTensor> state, List<Contribution> contributions) {
    RoundPlan plan =
        framework.plan(
            new Trainables(
                new TreeMap<>(Map.of("w", new long[] {4, 3})), false, NONE, NONE, NONE, NONE),
            0);
    Map<String, HostTensor> whole = new TreeMap<>();
    plan.parts()
        .forEach(
            (name, part) ->
                whole.put(
                    name, Elements.tensor(Elements.of(plan.start(name)), DType.F64, part.shape())));
    whole.putAll(state);
    whole.putAll(
        WholeMerge.of(framework, plan, new Merge(0, contributions.size(), whole, contributions)));
    return whole;
  }

  private static List<Contribution> clients(SplittableRandom random, int count) {
    double[] p = shares(random, count);
    List<Contribution> clients = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      clients.add(new Contribution("c" + k, p[k], Map.of("w", random(random, 4, 3))));
    }
    return clients;
  }

  /** With η = 1 and no momentum a server step is the mean. */
  @Property(tries = 40)
  void fedavgmWithoutMomentumIsTheMean(
      @ForAll @IntRange(min = 3, max = 8) int count, @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> state = Map.of("w", random(random, 4, 3));
    List<Contribution> clients = clients(random, count);
    Framework momentum =
        NamedFramework.of("fedavg", null, "server={name: fedavgm, lr: 1, momentum: 0}");
    HostTensor stepped = step(momentum, state, clients).get("w");
    HostTensor mean = step(NamedFramework.of("fedavg"), state, clients).get("w");
    assertThat(Elements.of(stepped)).containsExactly(Elements.of(mean), within(1e-12));
  }

  /** A first adaptive step is at most η (1 − β1) |Δ| / τ, in the direction of Δ. */
  @Property(tries = 40)
  void adaptiveStepsAreBoundedAndFollowTheMeanChange(
      @ForAll @IntRange(min = 3, max = 8) int count, @ForAll long seed) {
    for (String name : List.of("fedadagrad", "fedadam", "fedyogi")) {
      SplittableRandom random = new SplittableRandom(seed);
      HostTensor before = random(random, 4, 3);
      List<Contribution> clients = clients(random, count);
      String server = "server={name: %s, lr: 0.1, tau: 0.01}".formatted(name);
      Map<String, HostTensor> state =
          step(NamedFramework.of("fedavg", null, server), Map.of("w", before), clients);
      double[] mean = WeightedMean.sum("w", clients);
      double[] w = Elements.of(before);
      double[] after = Elements.of(state.get("w"));
      double[] v = Elements.of(state.get("server.v/w"));
      for (int i = 0; i < w.length; i++) {
        double delta = mean[i] - w[i];
        assertThat(v[i]).isGreaterThanOrEqualTo(0);
        assertThat(Math.signum(after[i] - w[i])).isEqualTo(Math.signum(delta));
        assertThat(Math.abs(after[i] - w[i]))
            .isLessThanOrEqualTo(0.1 * 0.1 * Math.abs(delta) / 0.01);
      }
    }
  }

  /** Clients with the same optimum do not drift: SCAFFOLD then equals FedAvg. */
  @Property(tries = 20)
  void scaffoldOfEqualClientsIsFedavg(
      @ForAll @IntRange(min = 3, max = 6) int count, @ForAll long seed) {
    double[] shared = run(NamedFramework.of("fedavg", null, "local.name=scaffold"), count, seed, 0);
    double[] plain = run(NamedFramework.of("fedavg"), count, seed, 0);
    assertThat(shared).containsExactly(plain, within(1e-9));
  }

  /**
   * If curvatures and optima differ, FedAvg ends where local steps lead it, and SCAFFOLD at the
   * optimum of the mean loss.
   */
  @Property(tries = 10)
  void scaffoldReachesTheOptimumThatFedavgMisses(@ForAll long seed) {
    double optimum = optimum(4, seed);
    double[] corrected = run(NamedFramework.of("fedavg", null, "local.name=scaffold"), 4, seed, 3);
    double[] plain = run(NamedFramework.of("fedavg"), 4, seed, 3);
    assertThat(corrected[0]).isCloseTo(optimum, within(1e-6));
    assertThat(Math.abs(plain[0] - optimum)).isGreaterThan(1e-3);
  }

  private static double curvature(int k) {
    return 0.2 + 0.5 * k;
  }

  private static double target(int k, long seed, double spread) {
    return spread * (k % 2 == 0 ? 1 + k : -k) + new SplittableRandom(seed).nextDouble();
  }

  /** For clients with equal rows: Σ h_k (w − b_k) = 0. */
  private static double optimum(int count, long seed) {
    double above = 0;
    double below = 0;
    for (int k = 0; k < count; k++) {
      above += curvature(k) * target(k, seed, 3);
      below += curvature(k);
    }
    return above / below;
  }

  private static double[] run(Framework framework, int count, long seed, double spread) {
    Trainables trainables =
        new Trainables(new TreeMap<>(Map.of("w", new long[] {1})), false, NONE, NONE, NONE, NONE);
    int[] rows = new int[count];
    Arrays.fill(rows, 10);
    int[] cohort = new int[count];
    List<ToyRun.Loss> losses = new ArrayList<>();
    double[][] rates = new double[count][];
    for (int k = 0; k < count; k++) {
      double h = spread == 0 ? 0.7 : curvature(k);
      double b = target(spread == 0 ? 0 : k, seed, spread);
      cohort[k] = k;
      losses.add(at -> Map.of("w", new double[] {h * (at.get("w")[0] - b)}));
      rates[k] = new double[] {0.1, 0.1, 0.1, 0.1, 0.1};
    }
    HostTensor start = Elements.tensor(new double[] {5}, DType.F64, 1);
    ToyRun run = new ToyRun(framework, trainables, Map.of("w", start), rows);
    for (int round = 0; round < (spread == 0 ? 5 : 400); round++) {
      run.round(round, cohort, losses, rates);
    }
    return Elements.of(run.state("w"));
  }

  @Property(tries = 20)
  void uniformWeightsSumToOneWhateverTheRows(@ForAll @IntRange(min = 1, max = 50) int count) {
    List<ClientReport> reports = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      reports.add(ClientReport.of("{\"samples\": %d}".formatted(1 + k * k)));
    }
    double[] weights = NamedFramework.of("fedavg", null, "weights=uniform").weights(reports);
    assertThat(weights).hasSize(count).containsOnly(1.0 / count);
  }
}
