package org.tributary.ml;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.config.DataSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.text.Prompt;

/**
 * Scores with the result of a run, by the Transformer for the columns that the model reads.
 *
 * @param model has the params
 * @param folder of the result; without a run, its settings are the defaults
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
    } else if (model.isDefined(model.imageCol())) {
      return classifier(new ImageClassifier(model.uid())).setInputCol(model.getImageCol());
    }
    return prompts();
  }

  private TextClassifier texts() {
    TextClassifier stage = classifier(new TextClassifier(model.uid()));
    if (model.isDefined(model.textPairCol())) {
      return stage.setInputCols(model.getTextCol(), model.getTextPairCol());
    }
    return stage.setInputCol(model.getTextCol());
  }

  /** A prompt is the text of a column, the question of a chat, or what the run's keys make. */
  private TextGenerator prompts() {
    if (folder.run() == null && !model.isDefined(model.promptCol())) {
      throw new WrongInput(
          "%s: names no column to score; call setTextCol, setImageCol or setPromptCol"
              .formatted(model.uid()));
    } else if (folder.run() == null) {
      return scored(new TextGenerator(model.uid()))
          .setNewTokens(model.getNewTokens())
          .setInputCol(model.getPromptCol());
    }
    DataSection data = config().data();
    if (data.shortPrompt() != null
        || data.messages() != null
        || data.template() != null
        || data.date() != null) {
      throw new WrongInput(
          "%s: a model that was trained with data.shortPrompt, data.messages, data.template or data.date in config writes its answers with the job generate"
              .formatted(model.uid()));
    }
    TextGenerator stage = scored(new TextGenerator(model.uid())).setNewTokens(model.getNewTokens());
    boolean chat = data.prompt().equals(Prompt.CHAT);
    if (model.isDefined(model.promptCol()) && !isColumn(chat ? data.message() : data.prompt())) {
      throw new WrongInput(
          "promptCol: the run's prompt is not one column but %s; clear promptCol and name the columns so"
              .formatted(chat ? data.message() : data.prompt()));
    }
    if (model.isDefined(model.promptCol())) {
      stage.setInputCol(model.getPromptCol());
    } else if (data.message() != null) {
      stage.setMessage(data.message());
    }
    if (chat || !model.isDefined(model.promptCol())) {
      stage.setPrompt(data.prompt());
    }
    return data.system() == null ? stage : stage.setSystem(data.system());
  }

  private static boolean isColumn(String template) {
    return template == null || template.matches("\\{[^{}]+}");
  }

  private <T extends ClassifierTransformer<T>> T classifier(T stage) {
    return scored(stage)
        .setPredictionCol(model.getPredictionCol())
        .setProbabilityCol(model.getProbabilityCol())
        .setRawPredictionCol(model.getRawPredictionCol());
  }

  private <T extends ModelTransformer<T>> T scored(T stage) {
    if (folder.base() != null) {
      stage.setBaseModelUrl(folder.base().toString());
    }
    stage
        .setModelUrl(folder.result().toString())
        .setShared(model.getShared())
        .setOutputCol(model.getOutputCol())
        .setBatchSize(model.getScoringBatchSize());
    if (folder.run() == null) {
      return stage;
    }
    TrainConfig run = config();
    return stage
        .setModelUrl(folder.run().toString())
        .setShared(run.shared() || model.getShared())
        .setPrecision(run.client().precision());
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
