package org.tributary.ml;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsWriter$;
import org.apache.spark.ml.util.MLWriter;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import scala.Option;

/** Saves a model: its params as MLlib does, and next to them a copy of its files. */
final class FineTunedModelWriter extends MLWriter {
  private final FineTunedModel model;
  private final ResultFolder folder;

  /**
   * A writer.
   *
   * @param model to save
   * @param folder its files
   */
  FineTunedModelWriter(FineTunedModel model, ResultFolder folder) {
    this.model = model;
    this.folder = folder;
  }

  /**
   * Saves the model.
   *
   * @param path a new folder, or, with {@code overwrite()}, one that is replaced
   * @throws WrongInput if the model's own files are in that folder
   * @throws IOException if the folder is there and is not to be replaced
   */
  @Override
  public void save(String path) throws IOException {
    Path target = store().path(path);
    for (Path own : folder.folders()) {
      if (isIn(own, target) || isIn(target, own)) {
        throw new WrongInput(
            "%s: the files of the model itself are in %s, which would be replaced; save it in another folder"
                .formatted(path, own));
      }
    }
    super.save(path);
  }

  private static boolean isIn(Path inner, Path outer) {
    return (inner.toString() + "/").startsWith(outer.toString() + "/");
  }

  private Store store() {
    return Store.of(sc().hadoopConfiguration());
  }

  @Override
  public void saveImpl(String path) {
    try {
      Store store = store();
      DefaultParamsWriter$.MODULE$.saveMetadata(model, path, sc(), Option.empty(), Option.empty());
      folder.copy(store, store.path(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
