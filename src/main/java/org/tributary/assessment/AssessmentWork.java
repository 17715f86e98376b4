package org.tributary.assessment;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.broadcast.Broadcast;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.RowScore;
import org.tributary.evaluation.Scoring;
import org.tributary.evaluation.Shards;
import org.tributary.executor.Devices;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.run.RowOwners;
import org.tributary.run.RowPlaces;
import org.tributary.run.RunData;
import org.tributary.tables.PredictionsTable;
import org.tributary.tables.RunLabels;
import org.tributary.torch.Torch;

/**
 * The work of a task: it scores the rows of one shard and commits the file with its predictions.
 * The rows of the file are in the order in which they were scored.
 *
 * @param spec of the evaluation
 * @param target the model
 * @param part of the partitioned set
 * @param shards of the part
 * @param labels the columns with which rows begin
 * @param round counted from 1; null for a model that no run made
 */
record AssessmentWork(
    Broadcast<AssessmentSpec> spec,
    Target target,
    String part,
    Shards shards,
    RunLabels labels,
    Integer round)
    implements Serializable {

  /**
   * A shard whose predictions are missing.
   *
   * @param index its number
   * @param file of its predictions
   */
  record Open(int index, String file) implements Serializable {}

  /**
   * Scores a shard.
   *
   * @return why its rows cannot be used; null if they can. Another attempt would find the same, so
   *     the task itself succeeds
   */
  String run(Open open) throws IOException, InterruptedException {
    Store store = spec.value().store();
    Path file = store.path(open.file());
    if (store.exists(file)) {
      return null; // Another attempt of this task was faster.
    }
    try (Devices.BorrowedDevice loan = Devices.borrow();
        LoadedAssessment loaded = LoadedAssessment.take(spec.value(), target, loan.device());
        NDManager manager = Torch.manager(loan.device())) {
      Torch.prepareThread(spec.value().config().threads());
      List<Row> rows = rows(loaded, manager, open.index());
      store.commit(file, out -> ParquetRows.write(out, PredictionsTable.SCHEMA, rows));
      return null;
    } catch (WrongInput e) {
      return e.getMessage();
    }
  }

  private List<Row> rows(LoadedAssessment loaded, NDManager manager, int shard) throws IOException {
    AssessedModel described = loaded.described();
    RunData data = described.rows();
    RowOwners owners = data.owners(part, loaded.skipped());
    RowPlaces places = data.places(part, loaded.skipped());
    Scoring.Given given =
        new Scoring.Given(
            loaded.model(), loaded.tokens(), List.of(), loaded.rows(part), shards.sample());
    List<String> keys = loaded.keys(part);
    List<Row> rows = new ArrayList<>();
    shards.score(
        described.scoring(),
        given,
        shard,
        manager,
        loaded::checkGoesOn,
        batch -> {
          for (RowScore score : batch) {
            PredictionsTable.Key key =
                new PredictionsTable.Key(
                    target.client(),
                    part,
                    owners.of(score.row()),
                    places.of(score.row()),
                    keys == null ? null : keys.get(score.row()));
            rows.add(PredictionsTable.row(labels, round, key, score, data.labels()));
          }
        });
    return rows;
  }
}
