package org.tributary.tables;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.config.FrameworkSection;
import org.tributary.config.TrainConfig;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;
import org.tributary.run.ComparisonFolder;

/**
 * The columns that every table begins with, so that tables can be joined and rows of several runs
 * can lie in one table.
 *
 * @param run the run's name, unique by the hash of its frozen keys
 * @param variant the comparison's variant, or the last part of {@code out}
 * @param trial whether the run only tries a learning rate of a comparison
 * @param framework {@code framework.name}; null, as the next three, if no run made the model
 * @param optimizer {@code client.optimizer.name}
 * @param seed {@code seed}
 * @param lr {@code client.optimizer.lr}
 * @param rank {@code framework.lora.rank}; null without adapters
 * @param partition the last part of {@code data.path}
 */
public record RunLabels(
    String run,
    String variant,
    boolean trial,
    String framework,
    String optimizer,
    Long seed,
    Double lr,
    Integer rank,
    String partition)
    implements Serializable {
  private static final List<Column> COLUMNS =
      List.of(
          new Column("run", Type.STRING, "", "the run's name: unique, also among runs of a folder"),
          new Column(
              "variant", Type.STRING, "", "the comparison's variant; else the last part of out"),
          new Column(
              "trial", Type.BOOLEAN, "", "whether the run only tries a learning rate (rates)"),
          new Column("framework", Type.STRING, "", "framework.name; null for a model folder"),
          new Column(
              "optimizer", Type.STRING, "", "client.optimizer.name; null for a model folder"),
          new Column("seed", Type.LONG, "", "seed; null for a model folder"),
          new Column(
              "lr",
              Type.DOUBLE,
              "",
              "client.optimizer.lr, the learning rate; null for a model folder"),
          new Column(
              "rank",
              Type.INT,
              "",
              "framework.lora.rank, in clients the client's own; null without adapters, and for a model folder"),
          new Column("partition", Type.STRING, "", "the last part of data.path"),
          new Column(
              "round",
              Type.INT,
              "",
              "counted from 1; 0 is before training; null in runs, which has no rounds, and for a model folder"),
          new Column(
              "client",
              Type.STRING,
              "",
              "the client's id, from client=<id> of the partitioned set; null for all clients together"));

  /**
   * The labels of a run.
   *
   * @param store reaches its folder
   * @param folder the run's folder
   * @param run its name
   * @param config its configuration
   * @return labels
   * @throws IOException if the file system fails
   */
  public static RunLabels of(Store store, Path folder, String run, TrainConfig config)
      throws IOException {
    boolean compared = ComparisonFolder.around(store, folder).isPresent();
    FrameworkSection.Lora lora = config.framework().lora();
    return new RunLabels(
        run,
        compared ? folder.getParent().getName() : folder.getName(),
        compared && ComparisonFolder.isTrial(folder),
        config.framework().name(),
        config.client().optimizer().name(),
        config.seed(),
        config.client().optimizer().lr(),
        lora == null ? null : lora.rank(),
        new Path(config.data().path()).getName());
  }

  /**
   * The labels of a model's folder that {@code evaluate} scores.
   *
   * @param out the folder of the scores
   * @param hash of what is scored, hex
   * @param partition path of the partitioned set
   * @return labels without those of a run
   */
  public static RunLabels ofModel(Path out, String hash, String partition) {
    return new RunLabels(
        out.getName() + "-" + hash.substring(0, 8),
        out.getName(),
        false,
        null,
        null,
        null,
        null,
        null,
        new Path(partition).getName());
  }

  /** The same labels for another partitioned set. */
  public RunLabels on(String path) {
    return new RunLabels(
        run, variant, trial, framework, optimizer, seed, lr, rank, new Path(path).getName());
  }

  /** The schema of a table: these columns, then its own. */
  static Schema schema(Column... own) {
    List<Column> columns = new ArrayList<>(COLUMNS);
    columns.addAll(Arrays.asList(own));
    return new Schema(columns);
  }

  /** How many columns come before a table's own. */
  static int count() {
    return COLUMNS.size();
  }

  /** The same labels with a client's own rank. */
  RunLabels ranked(Integer own) {
    return new RunLabels(
        run, variant, trial, framework, optimizer, seed, lr, rank == null ? null : own, partition);
  }

  /** A row of a table. */
  Row row(Schema schema, Integer round, String client, Object... own) {
    List<Object> values = new ArrayList<>();
    values.addAll(
        Arrays.asList(
            run, variant, trial, framework, optimizer, seed, lr, rank, partition, round, client));
    values.addAll(Arrays.asList(own));
    return Row.of(schema, values.toArray());
  }
}
