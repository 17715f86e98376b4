package org.tributary.planning;

import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.PriorityQueue;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.client.Recipe;
import org.tributary.config.TrainConfig;
import org.tributary.protocol.Role;
import org.tributary.rows.Manifest;
import org.tributary.run.Blueprint;
import org.tributary.run.SkippedRows;

/**
 * What a run will do and cost, from its configuration, model and partitions alone, if every sampled
 * client is accepted. Steps, parameters and bytes that travel are exact; memory is an estimate.
 *
 * @param blueprint of the run
 * @param work of the clients
 * @param travel bytes that clients send and receive
 * @param memory native memory of the client that needs most
 * @param space bytes of heap and disk
 */
public record RunPlan(
    Blueprint blueprint, Work work, Travel travel, MemoryNeed memory, Space space) {

  /**
   * The work of the clients.
   *
   * @param rows training rows of each client that is sampled in any round
   * @param steps of a client and round
   * @param trainable parameters that a client trains in a round
   * @param stepsOf each client, in every round that samples it
   * @param parameters of the base model
   */
  public record Work(
      LongSummaryStatistics rows,
      LongSummaryStatistics steps,
      LongSummaryStatistics trainable,
      Map<String, Integer> stepsOf,
      long parameters) {}

  /**
   * Bytes that travel.
   *
   * @param up bytes that a client sends in a round
   * @param downFirst bytes that a client receives in its first round
   * @param downLater bytes that a client receives in a later round; no values if there is none
   */
  public record Travel(
      LongSummaryStatistics up, LongSummaryStatistics downFirst, LongSummaryStatistics downLater) {
    /** Bytes down of all clients and rounds. */
    public long down() {
      return downFirst.getSum() + downLater.getSum();
    }
  }

  /**
   * Bytes of heap, of the base model and on disk.
   *
   * @param heap of one client: the tensors that it gets, its update, and its rows
   * @param evaluation native memory of an evaluation batch
   * @param baseCopied frozen weights that a JVM copies into native memory
   * @param baseMapped frozen weights that a JVM maps from their file
   * @param updates files of updates of the rounds that are kept
   * @param globals files of global states that are kept, with the start
   * @param states what clients keep
   * @param result the folder of the result
   */
  public record Space(
      long heap,
      long evaluation,
      long baseCopied,
      long baseMapped,
      long updates,
      long globals,
      long states,
      long result) {
    /** Bytes on disk. */
    public long disk() {
      return updates + globals + states + result;
    }
  }

  /** The heap of an idle JVM with Spark. */
  public static final long JVM = 300_000_000;

  /** The native memory of a JVM with libtorch before it trains. */
  public static final long ENGINE = 300_000_000;

  /** Characters, objects and padding of a row of text, in proportion to its Parquet file. */
  private static final int TEXT_IN_HEAP = 5;

  /**
   * Plans a run.
   *
   * @param blueprint of the run
   * @param skipped the rows that it leaves out
   * @return the plan
   * @throws IOException if a file system fails
   */
  public static RunPlan of(Blueprint blueprint, SkippedRows skipped) throws IOException {
    return new Planner(blueprint, skipped).plan();
  }

  /** Counts what the rounds do. */
  private static final class Planner {
    private final Blueprint blueprint;
    private final SkippedRows skipped;
    private final TrainConfig config;
    private final Traffic traffic;
    private final LongSummaryStatistics steps = new LongSummaryStatistics();
    private final LongSummaryStatistics trainable = new LongSummaryStatistics();
    private final LongSummaryStatistics up = new LongSummaryStatistics();
    private final LongSummaryStatistics downFirst = new LongSummaryStatistics();
    private final LongSummaryStatistics downLater = new LongSummaryStatistics();
    private final Map<String, Long> rowsOf = new HashMap<>();
    private final Map<String, Integer> stepsOf = new HashMap<>();

    Planner(Blueprint blueprint, SkippedRows skipped) {
      this.blueprint = blueprint;
      this.skipped = skipped;
      config = blueprint.config();
      traffic = new Traffic(blueprint);
    }

    RunPlan plan() throws IOException {
      Recipe recipe = blueprint.recipe();
      for (int round = 0; round < config.rounds(); round++) {
        for (String client : traffic.cohort(round)) {
          long rows = rowsOf.computeIfAbsent(client, this::rows);
          stepsOf.computeIfAbsent(client, c -> recipe.stepsFor(Math.toIntExact(rows)));
          steps.accept(stepsOf.get(client));
          trainable.accept(traffic.trainable(client, round));
          up.accept(traffic.up(client, round));
          boolean first = blueprint.lastRound(client, round) < 0;
          (first ? downFirst : downLater).accept(traffic.down(client, round));
        }
      }
      long parameters =
          blueprint.base().used().values().stream()
              .mapToLong(SafeTensorsHeader.Entry::elements)
              .sum();
      LongSummaryStatistics rows = new LongSummaryStatistics();
      rowsOf.values().forEach(rows::accept);
      return new RunPlan(
          blueprint,
          new Work(rows, steps, trainable, stepsOf, parameters),
          new Travel(up, downFirst, downLater),
          new ClientMemory(blueprint, traffic).largest(),
          space());
    }

    private long rows(String client) {
      List<Manifest.Part> parts = blueprint.trainParts(client);
      return parts.stream().mapToLong(Manifest.Part::rows).sum() - skipped.count(parts);
    }

    private Space space() throws IOException {
      return new SpaceNeed(blueprint, traffic)
          .of(up.getMax(), Math.max(downFirst.getMax(), 0), TEXT_IN_HEAP);
    }
  }

  /** The steps of all clients and rounds. */
  public long steps() {
    return work.steps().getSum();
  }

  /**
   * The steps one after another if every round's clients run on some slots: a client begins, in the
   * order of ids, where a slot is free.
   *
   * @param slots clients at once
   * @return the sum over the rounds of the steps of the slot that ends last
   */
  public long stepsInTurn(int slots) {
    long steps = 0;
    for (int round = 0; round < blueprint.config().rounds(); round++) {
      PriorityQueue<Long> busy = new PriorityQueue<>(Collections.nCopies(slots, 0L));
      long last = 0;
      for (String client : blueprint.cohort(round)) {
        long end = busy.remove() + work.stepsOf().get(client);
        busy.add(end);
        last = Math.max(last, end);
      }
      steps += last;
    }
    return steps;
  }

  /** The rows that all evaluations score, of all parts. */
  public long evaluatedRows() {
    TrainConfig.Evaluate e = blueprint.config().evaluate();
    int rounds = blueprint.config().rounds();
    long times = (rounds + e.every() - 1) / e.every();
    long rows = 0;
    for (String part : e.parts()) {
      long there = blueprint.data().evaluationRows(part);
      rows += e.rows() == 0 ? there : Math.min(there, e.rows());
    }
    long models =
        blueprint.plan(0).any(Role::isPersonal) ? blueprint.manifest().clients().size() : 1;
    return rows * (times * models + (e.start() ? 1 : 0));
  }
}
