package org.tributary.ml;

import java.io.IOException;
import java.util.List;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.json.Json;
import org.tributary.partition.Partitioning;

/** Cuts the rows of a DataFrame by client, as the job {@code partition} does. */
final class RowPartition {
  private final FederatedFineTuner tuner;
  private final Store store;
  private final WorkFolder work;

  /**
   * Prepares a partitioning.
   *
   * @param tuner has the params
   * @param store reaches the work folder
   * @param work the folders
   */
  RowPartition(FederatedFineTuner tuner, Store store, WorkFolder work) {
    this.tuner = tuner;
    this.store = store;
    this.work = work;
  }

  /**
   * Writes a set unless it is there.
   *
   * @param id its name
   * @param rows to cut
   * @throws org.tributary.error.WrongInput if rows cannot be used; nothing is written then
   * @throws IOException if a file system fails
   * @throws InterruptedException if the thread is interrupted
   */
  void make(String id, TrainingRows rows) throws IOException, InterruptedException {
    PartitionConfig config = config(id, rows.columns());
    WorkFolder.inTurn(
        store.path(work.set(id)).toString(), () -> Partitioning.run(rows.sets(), store, config));
  }

  /** Of the source, only columns and image are read. */
  private PartitionConfig config(String id, List<String> columns) {
    var tree = Json.object();
    var source = tree.putObject("source").put("format", "parquet").put("train", "DataFrame");
    columns.forEach(source.putArray("columns")::add);
    if (tuner.isDefined(tuner.imageCol())) {
      source.put("image", tuner.getImageCol());
    }
    tree.put("out", work.sets()).put("name", id).put("seed", tuner.getSeed());
    if (TrainingColumns.classifies(tuner)) {
      tree.put("label", tuner.getLabelCol());
    }
    tree.putObject("partitioner").put("name", "natural").put("column", tuner.getClientCol());
    tree.put("validation", tuner.getValidation()).put("test", tuner.getTest());
    return ConfigReader.read(
        "fit", tree.toString(), List.of(), PartitionConfig.class, Partitioning.CHOICES);
  }
}
