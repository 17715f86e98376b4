package org.tributary.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;

/** Properties of a weighted mean for any clients, sizes and cuts. */
class MergePropertiesTest {
  private static final Framework FEDAVG = NamedFramework.of("fedavg");

  /** Clients of unequal sizes with one matrix [rows, columns] each, in the order of their ids. */
  private static List<Contribution> clients(int count, int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] sizes = random.ints(count, 1, 1000).toArray();
    sizes[0] += 1000; // never all equal
    double total = 0;
    for (int n : sizes) {
      total += n;
    }
    List<Contribution> clients = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      float[] values = new float[rows * columns];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextGaussian() * Math.exp(4 * random.nextGaussian()));
      }
      clients.add(
          new Contribution(
              "%04d".formatted(k),
              sizes[k] / total,
              Map.of("w", HostTensor.of(values, rows, columns))));
    }
    return clients;
  }

  private static RoundPlan plan(int rows, int columns) {
    return new RoundPlan().with(Map.of("w", new long[] {rows, columns}), Role.TRAVELS);
  }

  private static HostTensor merge(List<Contribution> clients, int rows, int columns) {
    return Merges.merge(FEDAVG, plan(rows, columns), clients).get("w");
  }

  @Property(tries = 200)
  void chunksOfAnySizeGiveTheBitsOfTheWhole(
      @ForAll @IntRange(min = 3, max = 7) int count,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 10, max = 17) int columns,
      @ForAll @IntRange(min = 1, max = 200) int chunk,
      @ForAll long seed) {
    List<Contribution> clients = clients(count, rows, columns, seed);
    HostTensor whole = WeightedMean.of("w", clients);
    List<Unit> units = new ArrayList<>();
    int size = rows * columns;
    for (int from = 0; from < size; from += chunk) {
      units.add(Unit.chunk("w", from, Math.min(size, from + chunk)));
    }
    assertThat(Merges.merge(FEDAVG, plan(rows, columns), units, clients).get("w")).isEqualTo(whole);
    assertThat(merge(clients, rows, columns)).isEqualTo(whole);
  }

  @Property(tries = 100)
  void theMeanIsExactToTheLastBitOfAFloat(
      @ForAll @IntRange(min = 3, max = 9) int count, @ForAll long seed) {
    List<Contribution> clients = clients(count, 3, 5, seed);
    float[] mean = merge(clients, 3, 5).toFloats();
    for (int i = 0; i < mean.length; i++) {
      BigDecimal exact = BigDecimal.ZERO;
      double magnitude = 0;
      for (Contribution c : clients) {
        BigDecimal x = new BigDecimal(c.tensors().get("w").floats().get(i));
        exact = exact.add(new BigDecimal(c.weight()).multiply(x));
        magnitude += Math.abs(c.weight() * x.doubleValue());
      }
      // Half a unit of the float, plus what doubles lose when large terms cancel.
      double bound = 0.5 * Math.ulp(exact.floatValue()) + count * Math.ulp(magnitude);
      assertThat((double) mean[i]).isCloseTo(exact.doubleValue(), within(bound));
    }
  }

  @Property(tries = 100)
  void theOrderOfContributionsIsTheOrderOfTheSum(
      @ForAll @IntRange(min = 3, max = 7) int count, @ForAll long seed) {
    List<Contribution> clients = clients(count, 4, 7, seed);
    float[] merged = merge(clients, 4, 7).toFloats();
    for (int i = 0; i < merged.length; i++) {
      double sum = 0;
      for (Contribution c : clients) {
        sum += c.weight() * c.tensors().get("w").floats().get(i);
      }
      assertThat(merged[i]).isEqualTo((float) sum);
    }
    List<Contribution> turned = new ArrayList<>(clients);
    Collections.reverse(turned);
    double[] other = Merges.doubles(merge(turned, 4, 7));
    for (int i = 0; i < merged.length; i++) {
      double scale = 0;
      for (Contribution c : clients) {
        scale += Math.abs(c.weight() * c.tensors().get("w").floats().get(i));
      }
      assertThat(other[i]).isCloseTo(merged[i], within(scale * 1e-6));
    }
  }

  @Property(tries = 100)
  void equalTensorsStayAsTheyAreSinceWeightsSumToOne(
      @ForAll @IntRange(min = 3, max = 50) int count, @ForAll long seed) {
    List<Contribution> clients = clients(count, 2, 5, seed);
    assertThat(clients.stream().mapToDouble(Contribution::weight).sum())
        .isCloseTo(1, within(1e-14));
    HostTensor same = clients.get(0).tensors().get("w");
    List<Contribution> equal = new ArrayList<>();
    clients.forEach(c -> equal.add(new Contribution(c.client(), c.weight(), Map.of("w", same))));
    float[] merged = merge(equal, 2, 5).toFloats();
    for (int i = 0; i < merged.length; i++) {
      assertThat(merged[i]).isCloseTo(same.toFloats()[i], within(Math.ulp(same.toFloats()[i])));
    }
  }

  @Property(tries = 100)
  void theMeanLiesBetweenTheClients(
      @ForAll @IntRange(min = 3, max = 7) int count, @ForAll long seed) {
    List<Contribution> clients = clients(count, 2, 5, seed);
    float[] merged = merge(clients, 2, 5).toFloats();
    for (int i = 0; i < merged.length; i++) {
      float least = Float.POSITIVE_INFINITY;
      float most = Float.NEGATIVE_INFINITY;
      for (Contribution c : clients) {
        least = Math.min(least, c.tensors().get("w").floats().get(i));
        most = Math.max(most, c.tensors().get("w").floats().get(i));
      }
      assertThat(merged[i]).isBetween(Math.nextDown(least), Math.nextUp(most));
    }
  }

  @Test
  void unitsCoverEveryElementOnceInTheOrderOfNames() {
    Map<String, long[]> shapes =
        new TreeMap<>(
            Map.of(
                "b", new long[] {(1 << 20) + 1},
                "a", new long[] {3, 1 << 20},
                "c", new long[] {},
                "stays", new long[] {5}));
    RoundPlan plan =
        new RoundPlan()
            .with(shapes, Role.TRAVELS)
            .with(Map.of("stays", new long[] {5}), Role.STAYS)
            .with(Map.of("fixed", new long[] {5}), Role.FIXED);
    assertThat(FEDAVG.units(plan))
        .containsExactly(
            Unit.chunk("a", 0, 1 << 20),
            Unit.chunk("a", 1 << 20, 2 << 20),
            Unit.chunk("a", 2 << 20, 3 << 20),
            Unit.chunk("b", 0, 1 << 20),
            Unit.chunk("b", 1 << 20, (1 << 20) + 1),
            Unit.chunk("c", 0, 1));
  }

  @Test
  void contributionsOfDifferentSizesOrTypesAreRefused() {
    List<Contribution> clients = new ArrayList<>(clients(3, 2, 3, 1));
    clients.set(1, new Contribution("x", 0.1, Map.of("w", HostTensor.of(new float[5], 5))));
    assertThatThrownBy(() -> WeightedMean.of("w", clients))
        .isInstanceOf(IllegalArgumentException.class);
    HostTensor whole = new HostTensor(DType.I64, new long[] {1}, java.nio.ByteBuffer.allocate(8));
    assertThatThrownBy(
            () -> WeightedMean.of("w", List.of(new Contribution("x", 1, Map.of("w", whole)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("I64");
  }
}
