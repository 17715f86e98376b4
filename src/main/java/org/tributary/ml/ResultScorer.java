package org.tributary.ml;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;

/**
 * Scores with the result of a run, by the Transformer for the columns that the model reads.
 *
 * @param model has the params
 * @param folder of the result
 */
record ResultScorer(FineTunedModel model, ResultFolder folder) {
  /**
   * The Transformer with the model's params and the settings of its run.
   *
   * @return for texts, images or prompts
   * @throws WrongInput if its run is not there, or a Transformer cannot make its prompts
   */
  ModelTransformer<?> stage() {
    if (model.isDefined(model.textCol())) {
      return texts();
    }
    throw new WrongInput("%s: no input column is set; call setTextCol".formatted(model.uid()));
  }

  private TextClassifier texts() {
    TextClassifier stage = classifier(new TextClassifier(model.uid()));
    if (model.isDefined(model.textPairCol())) {
      return stage.setInputCols(model.getTextCol(), model.getTextPairCol());
    }
    return stage.setInputCol(model.getTextCol());
  }

  private <T extends ClassifierTransformer<T>> T classifier(T stage) {
    return scored(stage)
        .setPredictionCol(model.getPredictionCol())
        .setProbabilityCol(model.getProbabilityCol())
        .setRawPredictionCol(model.getRawPredictionCol());
  }

  private <T extends ModelTransformer<T>> T scored(T stage) {
    TrainConfig run = config();
    if (folder.base() != null) {
      stage.setBaseModelUrl(folder.base().toString());
    }
    return stage
        .setModelUrl(folder.run().toString())
        .setShared(run.shared())
        .setPrecision(run.client().precision())
        .setOutputCol(model.getOutputCol())
        .setBatchSize(model.getScoringBatchSize());
  }

  private TrainConfig config() {
    Store store = Store.of(SparkSession.active().sparkContext().hadoopConfiguration());
    try {
      return RunConfig.config(store, new RunFolder(folder.run()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
