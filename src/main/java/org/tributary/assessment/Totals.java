package org.tributary.assessment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.tributary.checkpoint.Store;
import org.tributary.evaluation.Evaluation;
import org.tributary.evaluation.RowScore;
import org.tributary.evaluation.Scoring;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.run.RowOwners;
import org.tributary.tables.PredictionsTable;
import org.tributary.tables.ScoreTables;

/**
 * The scores of one model on one part, from the files of its predictions. Sums are added batch by
 * batch and shard by shard, in the order in which the evaluations of a run add them, so both have
 * the same bits.
 *
 * @param <S> sums
 */
final class Totals<S extends Record> {
  private final Scoring<S> scoring;
  private final int batch;
  private S all;
  private long rows;
  private final SortedMap<String, S> clients = new TreeMap<>();
  private final SortedMap<String, Long> clientRows = new TreeMap<>();

  /**
   * No rows yet.
   *
   * @param scoring of the model's task
   * @param batch rows of a forward pass
   */
  Totals(Scoring<S> scoring, int batch) {
    this.scoring = scoring;
    this.batch = batch;
    all = scoring.none();
  }

  /** Adds a shard. */
  void add(Store store, Path file) throws IOException {
    List<RowScore> scores = new ArrayList<>();
    List<String> owners = new ArrayList<>();
    try (ParquetReading reading = ParquetRows.read(store, file)) {
      while (reading.hasNext()) {
        Row row = reading.next();
        scores.add(PredictionsTable.score(row, scores.size()));
        owners.add(row.text("owner"));
      }
    }
    S shard = scoring.none();
    SortedMap<String, S> own = new TreeMap<>();
    for (int from = 0; from < scores.size(); from += batch) {
      List<RowScore> some = scores.subList(from, Math.min(scores.size(), from + batch));
      shard = scoring.plus(shard, scoring.sums(some, RowOwners.NONE));
      byOwner(some, owners)
          .forEach(
              (client, rowsOfIt) ->
                  own.merge(client, scoring.sums(rowsOfIt, RowOwners.NONE), scoring::plus));
    }
    all = scoring.plus(all, shard);
    rows += scores.size();
    own.forEach((client, sums) -> clients.merge(client, sums, scoring::plus));
  }

  private Map<String, List<RowScore>> byOwner(List<RowScore> batchOfScores, List<String> owners) {
    Map<String, List<RowScore>> byOwner = new HashMap<>();
    for (RowScore score : batchOfScores) {
      String owner = owners.get(score.row());
      if (owner != null) {
        byOwner.computeIfAbsent(owner, o -> new ArrayList<>()).add(score);
        clientRows.merge(owner, 1L, Long::sum);
      }
    }
    return byOwner;
  }

  /**
   * All scores.
   *
   * @param client whose own model it is; null for the global model
   * @param part of the partitioned set
   * @param seconds that scoring took
   */
  ScoreTables.Scored scored(JavaSparkContext spark, String client, String part, double seconds) {
    List<Evaluation> own = new ArrayList<>();
    if (client == null) {
      clients.forEach(
          (owner, sums) -> own.add(of(spark, owner, part, clientRows.get(owner), 0, sums)));
    }
    return new ScoreTables.Scored(client != null, of(spark, client, part, rows, seconds, all), own);
  }

  private Evaluation of(
      JavaSparkContext spark, String client, String part, long count, double seconds, S sums) {
    return new Evaluation(
        client, part, count, seconds, scoring.scores(spark, sums), scoring.details(sums));
  }
}
