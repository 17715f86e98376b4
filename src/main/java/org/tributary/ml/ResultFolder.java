package org.tributary.ml;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.Store;
import org.tributary.config.ModelSection;
import org.tributary.error.WrongInput;
import org.tributary.run.BaseModel;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;

/**
 * What training made: a model, or an adapter with its base model. A saved model has a copy of both,
 * next to each other, so that it can be loaded anywhere.
 *
 * @param run the folder of the run that made it, or the copy of it; null if there is none
 * @param result the folder of the model or the adapter
 * @param base the folder of the adapter's model; null if the result is a whole model
 */
record ResultFolder(Path run, Path result, Path base) {
  private static final String RUN = "run";
  private static final String BASE = "base";

  /**
   * The result of a finished run.
   *
   * @param store reaches it
   * @param run its folder
   * @throws WrongInput if it has no result
   * @throws IOException if a file system fails
   */
  static ResultFolder of(Store store, Path run) throws IOException {
    RunFolder folder = new RunFolder(run);
    if (store.exists(folder.model())) {
      return new ResultFolder(run, folder.model(), null);
    } else if (store.exists(folder.adapter())) {
      Path base = store.path(RunConfig.config(store, folder).model().path());
      return new ResultFolder(run, folder.adapter(), base);
    }
    throw new WrongInput(
        "%s has no result; call fit again, or name the folder of a finished run".formatted(run));
  }

  /**
   * The result that a folder has.
   *
   * @param store reaches it
   * @param url folder of a run, of a model or of a PEFT adapter
   * @throws WrongInput if it is none of them, or if the adapter's model is not found
   * @throws IOException if a file system fails
   */
  static ResultFolder named(Store store, String url) throws IOException {
    ModelLocation found = ModelLocation.of(store, url, null);
    if (!store.exists(new Path(found.model(), HuggingFaceFolder.CONFIG))) {
      throw new WrongInput(
          "modelUrl: %s has no %s; name the folder of a run, of a model or of an adapter"
              .formatted(found.model(), HuggingFaceFolder.CONFIG));
    }
    Path result = found.adapter() == null ? found.model() : found.adapter();
    Path base = found.adapter() == null ? null : found.model();
    Path folder = store.path(url);
    return new ResultFolder(result.equals(folder) ? null : folder, result, base);
  }

  /**
   * The result in the folder of a saved model.
   *
   * @param store reaches it
   * @param saved where the model was saved
   * @throws WrongInput if it has no result
   * @throws IOException if a file system fails
   */
  static ResultFolder saved(Store store, Path saved) throws IOException {
    RunFolder copy = new RunFolder(new Path(saved, RUN));
    Path run = store.exists(copy.config()) ? copy.root() : null;
    if (store.exists(copy.model())) {
      return new ResultFolder(run, copy.model(), null);
    } else if (store.exists(copy.adapter())) {
      return new ResultFolder(run, copy.adapter(), new Path(saved, BASE));
    }
    throw new WrongInput("%s is not a saved FineTunedModel; save the model again".formatted(saved));
  }

  /**
   * The columns that a classifier reads of a row.
   *
   * @param store reaches the run
   * @return one, or two for pairs of texts; none for a language model, whose prompt names columns
   * @throws IOException if a file system fails
   */
  List<String> inputs(Store store) throws IOException {
    RunFolder folder = new RunFolder(run);
    if (RunConfig.stored(store, folder).path("run").path("classifier").isEmpty()) {
      return List.of();
    }
    return readsImages(store) ? List.of("image") : RunConfig.config(store, folder).data().text();
  }

  /**
   * Whether the model reads images.
   *
   * @param store reaches its files
   * @throws IOException if a file system fails
   */
  boolean readsImages(Store store) throws IOException {
    ModelSection model = new ModelSection(weights().toString(), null, null, 128, true);
    return BaseModel.open(store, model).architecture().image() != null;
  }

  /** The folder with the model's weights. */
  Path weights() {
    return base == null ? result : base;
  }

  /** All folders that it reads. */
  List<Path> folders() {
    return Stream.of(run, result, base).filter(Objects::nonNull).toList();
  }

  /**
   * Copies result, configuration, tables and base model.
   *
   * @param store reaches both folders
   * @param saved a new folder
   * @throws IOException if a file system fails
   */
  void copy(Store store, Path saved) throws IOException {
    RunFolder to = new RunFolder(new Path(saved, RUN));
    if (run != null) {
      RunFolder from = new RunFolder(run);
      copy(store, from.config(), to.config());
      copy(store, from.result(), to.result());
      copyFolder(store, from.tables(), to.tables());
    }
    if (base == null) {
      copyFolder(store, result, to.model());
    } else {
      copyFolder(store, result, to.adapter());
      copyFolder(store, base, new Path(saved, BASE));
    }
  }

  private static void copyFolder(Store store, Path from, Path to) throws IOException {
    for (FileStatus file : store.list(from)) {
      Path target = new Path(to, file.getPath().getName());
      if (file.isDirectory()) {
        copyFolder(store, file.getPath(), target);
      } else {
        copy(store, file.getPath(), target);
      }
    }
  }

  private static void copy(Store store, Path from, Path to) throws IOException {
    store.commit(
        to,
        out -> {
          try (InputStream in = store.open(from)) {
            in.transferTo(out);
          }
        });
  }

  /**
   * The tables of the run.
   *
   * @param store reaches them
   * @param spark reads them
   * @return by name; docs/tables.md describes them
   * @throws WrongInput if there is no run
   * @throws IOException if a file system fails
   */
  Map<String, Dataset<Row>> tables(Store store, SparkSession spark) throws IOException {
    if (run == null) {
      throw new WrongInput(
          "%s is the folder of a model, and only a run has tables; name the folder of a run in setModelUrl"
              .formatted(result));
    }
    Map<String, Dataset<Row>> tables = new LinkedHashMap<>();
    List<FileStatus> folders = new ArrayList<>(store.list(new RunFolder(run).tables()));
    folders.removeIf(folder -> !folder.isDirectory() || isEmpty(store, folder.getPath()));
    for (FileStatus folder : folders) {
      tables.put(folder.getPath().getName(), spark.read().parquet(folder.getPath().toString()));
    }
    return tables;
  }

  private static boolean isEmpty(Store store, Path folder) {
    try {
      return store.list(folder).isEmpty();
    } catch (IOException e) {
      return false; // Spark says what is wrong with it
    }
  }
}
