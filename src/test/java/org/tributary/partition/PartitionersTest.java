package org.tributary.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tributary.error.WrongInput;

class PartitionersTest {

  @Property(tries = 200)
  void iidGivesEveryRowOnceInSizesThatDifferByOne(
      @ForAll @IntRange(min = 1, max = 12) int clients,
      @ForAll @IntRange(min = 12, max = 300) int rows,
      @ForAll long seed) {
    RowKeys keys = keys(rows, 3, seed);
    RowClients dealt = new Iid(new Clients(clients, 1)).deal(keys, seed);
    int[] sizes = checkWhole(dealt, clients, rows);
    assertThat(max(sizes) - min(sizes)).isLessThanOrEqualTo(1);
    assertThat(new Iid(new Clients(clients, 1)).deal(keys, seed).client())
        .isEqualTo(dealt.client());
  }

  @Property(tries = 200)
  void dirichletKeepsTheSmallestClientLargeEnough(
      @ForAll @IntRange(min = 1, max = 6) int clients,
      @ForAll @IntRange(min = 100, max = 300) int rows,
      @ForAll @DoubleRange(min = 0.3, max = 100) double alpha,
      @ForAll @IntRange(min = 1, max = 5) int minRows,
      @ForAll long seed) {
    RowKeys keys = keys(rows, 5, seed);
    Dirichlet dirichlet = new Dirichlet(new Clients(clients, minRows), alpha);
    RowClients dealt = dirichlet.deal(keys, seed);
    assertThat(min(checkWhole(dealt, clients, rows))).isGreaterThanOrEqualTo(minRows);
    assertThat(dirichlet.deal(keys, seed).client()).isEqualTo(dealt.client());
  }

  @Property(tries = 200)
  void byLabelGivesFewLabelsToEachClient(
      @ForAll @IntRange(min = 1, max = 8) int clients,
      @ForAll @IntRange(min = 1, max = 4) int shards,
      @ForAll @IntRange(min = 64, max = 400) int rows,
      @ForAll long seed) {
    RowKeys keys = keys(rows, 10, seed);
    ByLabel byLabel = new ByLabel(new Clients(clients, 1), shards);
    RowClients dealt = byLabel.deal(keys, seed);
    int[] sizes = checkWhole(dealt, clients, rows);
    // Shard sizes differ by at most one row, so client sizes differ by at most one row per shard.
    assertThat(max(sizes) - min(sizes)).isLessThanOrEqualTo(shards);
    // Cutting the sorted rows into P pieces makes at most P + L - 1 (piece, label) pairs.
    Set<List<Integer>> pairs = new HashSet<>();
    for (int i = 0; i < rows; i++) {
      pairs.add(List.of(dealt.client()[i], keys.classes()[i]));
    }
    assertThat(pairs).hasSizeLessThanOrEqualTo(clients * shards + 10 - 1);
    assertThat(byLabel.deal(keys, seed).client()).isEqualTo(dealt.client());
  }

  @Test
  void seedsDiffer() {
    RowKeys keys = keys(500, 5, 0);
    Clients clients = new Clients(4, 1);
    for (Partitioner p :
        List.of(new Iid(clients), new Dirichlet(clients, 0.5), new ByLabel(clients, 2))) {
      assertThat(p.deal(keys, 1).client()).isNotEqualTo(p.deal(keys, 2).client());
    }
  }

  /**
   * Small alpha: one client has nearly all of a class; large alpha: each client has an equal share.
   */
  @Test
  void alphaSetsHowUnevenLabelsAre() {
    RowKeys keys = keys(20_000, 10, 3);
    assertThat(largestShare(keys, 0.05)).isGreaterThan(0.75);
    assertThat(largestShare(keys, 1000)).isBetween(0.25, 0.3);
  }

  /** E max(p) of Dir_2(1), the uniform distribution, is 3/4; each class is an independent draw. */
  @Test
  void proportionsAreDirichlet() {
    int classes = 4000;
    int[] labels = IntStream.range(0, classes * 50).map(i -> i % classes).toArray();
    RowKeys keys = new RowKeys(labels, List.of());
    RowClients dealt = new Dirichlet(new Clients(2, 1), 1).deal(keys, 11);
    double[] first = new double[classes];
    for (int i = 0; i < labels.length; i++) {
      first[labels[i]] += dealt.client()[i] == 0 ? 1.0 / 50 : 0;
    }
    double mean = Arrays.stream(first).map(p -> Math.max(p, 1 - p)).average().orElseThrow();
    assertThat(mean).isBetween(0.73, 0.77);
    assertThat(Arrays.stream(first).average().orElseThrow()).isBetween(0.47, 0.51);
  }

  @Test
  void tinyAlphaIsNoDivisionByZero() {
    RowClients dealt = new Dirichlet(new Clients(2, 1), 1e-6).deal(keys(100, 20, 1), 5);
    checkWhole(dealt, 2, 100);
  }

  /** Sequences are guaranteed for later releases: a partition can be made again. */
  @Test
  void dealsArePinned() {
    RowKeys keys = new RowKeys(new int[] {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}, List.of());
    Clients clients = new Clients(3, 1);
    assertThat(
            List.of(
                Arrays.toString(new Iid(clients).deal(keys, 42).client()),
                Arrays.toString(new Dirichlet(clients, 0.5).deal(keys, 42).client()),
                Arrays.toString(new ByLabel(clients, 2).deal(keys, 42).client())))
        .containsExactly(
            "[0, 2, 1, 2, 1, 2, 0, 0, 1, 1, 0, 2]",
            "[1, 2, 0, 2, 2, 2, 1, 2, 0, 1, 2, 2]",
            "[1, 1, 2, 0, 0, 2, 1, 1, 2, 0, 0, 2]");
  }

  @Test
  void naturalTakesTheColumn() {
    List<String> owners = List.of("b/1", "a", "b/1", "C c");
    RowClients dealt = new Natural("site", 1).deal(new RowKeys(new int[4], owners), 0);
    assertThat(dealt.clients()).containsExactly("C%20c", "a", "b%2F1");
    assertThat(dealt.client()).containsExactly(2, 1, 2, 0);
  }

  @Test
  void differentNamesHaveDifferentIds() {
    RowKeys keys = new RowKeys(new int[4], List.of("a b", "a/b", "a%20b", "a_b"));
    assertThat(new Natural("site", 1).deal(keys, 0).clients())
        .containsExactly("a%20b", "a%2520b", "a%2Fb", "a_b");
    assertThatThrownBy(
            () -> new Natural("site", 2).deal(new RowKeys(new int[2], List.of("a", "b")), 0))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("client a would get 1 rows");
  }

  @Test
  void longIdsAreCutBetweenCharactersAndToldApart() {
    for (String unit : List.of("x", "\u00e9", "\u6771", "\ud83e\udd9c")) {
      String one = ClientId.of(unit.repeat(200));
      assertThat(one).hasSizeLessThanOrEqualTo(ClientId.LONGEST).contains("~");
      assertThat(one.substring(0, one.indexOf('~'))).matches("(x|(%[0-9A-F]{2})+)+");
      assertThat(one).isNotEqualTo(ClientId.of(unit.repeat(201)));
    }
    assertThat(ClientId.of("x".repeat(128))).isEqualTo("x".repeat(128));
  }

  @Test
  void tooFewRowsAreRefused() {
    Clients clients = new Clients(4, 3);
    RowKeys few = keys(11, 2, 0);
    for (Partitioner p :
        List.of(new Iid(clients), new Dirichlet(clients, 0.5), new ByLabel(clients, 2))) {
      assertThatThrownBy(() -> p.deal(few, 0))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("need 12 rows, the set has 11");
    }
    assertThatThrownBy(() -> new Dirichlet(new Clients(5, 20), 0.01).deal(keys(100, 2, 0), 0))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("1,000 draws")
        .hasMessageContaining("partitioner.alpha");
    assertThatThrownBy(() -> new ByLabel(new Clients(3, 1), 3).deal(keys(4, 2, 0), 0))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("3 clients with 3 shards each need at least 9 rows, the set has 4");
  }

  @Test
  void idsSortAsNumbers() {
    assertThat(new Clients(3, 1).ids()).containsExactly("0000", "0001", "0002");
    assertThat(new Clients(10_001, 1).ids()).contains("00000", "10000");
  }

  private static double largestShare(RowKeys keys, double alpha) {
    RowClients dealt = new Dirichlet(new Clients(4, 1), alpha).deal(keys, 9);
    Map<Integer, int[]> perClass = new HashMap<>();
    for (int i = 0; i < keys.rows(); i++) {
      perClass.computeIfAbsent(keys.classes()[i], c -> new int[4])[dealt.client()[i]]++;
    }
    return perClass.values().stream()
        .mapToDouble(counts -> max(counts) / (double) IntStream.of(counts).sum())
        .average()
        .orElseThrow();
  }

  private static RowKeys keys(int rows, int classes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new RowKeys(
        IntStream.range(0, rows).map(i -> random.nextInt(classes)).toArray(), List.of());
  }

  private static int[] checkWhole(RowClients dealt, int clients, int rows) {
    assertThat(dealt.clients()).hasSize(clients).isSorted();
    assertThat(new TreeSet<>(dealt.clients())).hasSize(clients);
    assertThat(dealt.client()).hasSize(rows);
    assertThat(IntStream.of(dealt.client()).allMatch(c -> c >= 0 && c < clients)).isTrue();
    int[] sizes = dealt.sizes();
    assertThat(IntStream.of(sizes).sum()).isEqualTo(rows);
    return sizes;
  }

  private static int max(int[] values) {
    return IntStream.of(values).max().orElseThrow();
  }

  private static int min(int[] values) {
    return IntStream.of(values).min().orElseThrow();
  }
}
