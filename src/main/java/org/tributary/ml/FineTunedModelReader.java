package org.tributary.ml;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.MLReader;
import org.tributary.checkpoint.Store;

/** Loads a model that {@link FineTunedModelWriter} saved. Its files stay where they are. */
final class FineTunedModelReader extends MLReader<FineTunedModel> {
  @Override
  public FineTunedModel load(String path) {
    DefaultParamsReader.Metadata metadata =
        DefaultParamsReader$.MODULE$.loadMetadata(path, sc(), FineTunedModel.class.getName());
    try {
      Store store = Store.of(sc().hadoopConfiguration());
      FineTunedModel model =
          new FineTunedModel(metadata.uid(), ResultFolder.saved(store, store.path(path)));
      metadata.getAndSetParams(model, scala.Option.empty());
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
