package org.tributary.ml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.StructType;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * A model that {@link FederatedFineTuner} trained, or that was loaded. It classifies texts or
 * images, with the columns of MLlib's classifiers, or writes answers to prompts.
 *
 * <p>It knows the folder of its run and reads the weights there when it scores. {@link #write}
 * copies the result, the tables and, for an adapter, the base model, so that the saved model needs
 * no other folder.
 */
public final class FineTunedModel extends Model<FineTunedModel>
    implements InputColumns<FineTunedModel>,
        PredictionColumns<FineTunedModel>,
        AnswerParams<FineTunedModel>,
        MLWritable {
  private static final long serialVersionUID = 1;

  private final String uid;
  private final Inputs inputs;
  private final Predictions predictions;
  private final Answers answers;
  private final BooleanParam shared;

  private String run;
  private String result;
  private String base;

  /**
   * A model of a run.
   *
   * @param uid of its estimator, also in saved pipelines
   * @param folder its result
   */
  FineTunedModel(String uid, ResultFolder folder) {
    this.uid = uid; // before the params, which name it
    inputs = Inputs.of(this);
    predictions = Predictions.of(this);
    answers = Answers.of(this);
    shared =
        new BooleanParam(
            this, "shared", "whether file: paths are the same file system on every node");
    predictions.defaults(this);
    answers.defaults(this);
    setDefault(shared, (Object) false);
    use(folder);
  }

  private void use(ResultFolder folder) {
    run = text(folder.run());
    result = text(folder.result());
    base = text(folder.base());
  }

  private ResultFolder folder() {
    return new ResultFolder(path(run), path(result), path(base));
  }

  private static String text(Path path) {
    return path == null ? null : path.toString();
  }

  private static Path path(String text) {
    return text == null ? null : new Path(text);
  }

  private static Store store(SparkSession spark) {
    return Store.of(spark.sparkContext().hadoopConfiguration());
  }

  /**
   * Scores rows. The model is checked now, in the driver; rows are scored when the result is used,
   * each time it is used.
   *
   * @param dataset has the input columns
   * @return the same rows in the same order, with the new columns; those of a row without input are
   *     null
   * @throws org.tributary.error.WrongInput if a column is missing, has another type or would be
   *     there twice, or if the model is not there any more
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    return new ResultScorer(this, folder()).stage().transform(dataset);
  }

  /**
   * The columns of the result.
   *
   * @param schema of the rows to score
   * @return the same columns and the new ones
   * @throws org.tributary.error.WrongInput as of {@link #transform}
   */
  @Override
  public StructType transformSchema(StructType schema) {
    return new ResultScorer(this, folder()).stage().transformSchema(schema);
  }

  /**
   * Registers the model as a function of SQL: {@code SELECT classify(text) FROM t} gives the name
   * of the class, of a language model the answer. Spark calls it row by row, so {@link #transform}
   * is faster.
   *
   * @param spark the session whose queries can call it
   * @param name of the function
   * @return the same function for the DataFrame API
   * @throws org.tributary.error.WrongInput if the model is not there any more
   */
  public UserDefinedFunction registerUdf(SparkSession spark, String name) {
    return new ResultScorer(this, folder()).stage().registerUdf(spark, name);
  }

  /**
   * A model of a run of the job {@code train}. It reads the columns that the run read; a model of
   * images reads {@code image}.
   *
   * @param folder {@code out} of the run, a path or URI
   * @return with the default columns of its predictions
   * @throws org.tributary.error.WrongInput if it is not the folder of a run with a result
   */
  public static FineTunedModel ofRun(String folder) {
    try {
      Store store = store(SparkSession.active());
      ResultFolder result = ResultFolder.of(store, store.path(folder));
      String uid = Identifiable$.MODULE$.randomUID("fineTunedModel");
      FineTunedModel model = new FineTunedModel(uid, result);
      List<String> columns = result.inputs(store);
      if (columns.isEmpty()) {
        return model;
      } else if (result.readsImages(store)) {
        return model.setImageCol(columns.get(0));
      }
      model.setTextCol(columns.get(0));
      return columns.size() == 1 ? model : model.setTextPairCol(columns.get(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Scores with the result of another folder from now on, such as a run that was moved, a later run
   * or a downloaded adapter. The columns stay as they are. The precision, the most tokens of a text
   * and the prompt are those of the run; without a run they are float32, as many as the model reads
   * (512 at most) and {@code promptCol}.
   *
   * @param folder of a run of the job {@code train}, of a model in Hugging Face layout, or of an
   *     adapter in PEFT layout; a path or URI
   * @throws org.tributary.error.WrongInput if it is none of them, if the run has no result or one
   *     for each client, or if the adapter's model is not found
   */
  public FineTunedModel setModelUrl(String folder) {
    try {
      use(ResultFolder.named(store(SparkSession.active()), folder));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Sets the column that is scored: that of texts, images or prompts, which the model reads.
   *
   * @param value its name
   * @throws org.tributary.error.WrongInput for a model of pairs, which has two such columns, and
   *     for prompts that the run makes of columns
   */
  public FineTunedModel setInputCol(String value) {
    if (isDefined(textPairCol())) {
      throw new WrongInput("inputCol: the model reads pairs; use setTextCol and setTextPairCol");
    }
    List<Param<String>> given = givenInputs();
    if (given.isEmpty()) {
      throw new WrongInput(
          "inputCol: the model writes answers, and data.prompt of its run names the columns; give yours these names, or use setPromptCol if the prompt is one column");
    }
    set(given.get(0), value);
    return this;
  }

  /** Param: whether local paths are the same on every node. */
  public BooleanParam shared() {
    return shared;
  }

  /** Whether local paths are the same on every node. */
  public boolean getShared() {
    return (Boolean) getOrDefault(shared);
  }

  /**
   * Says that {@code file:} paths are the same file system on every node, such as an NFS mount. A
   * model whose run had {@code shared: true} needs no other word.
   */
  public FineTunedModel setShared(boolean value) {
    return (FineTunedModel) set(shared, (Object) value);
  }

  /** Sets the number of rows of a forward pass, as {@link #setScoringBatchSize}. */
  public FineTunedModel setBatchSize(int value) {
    return setScoringBatchSize(value);
  }

  /**
   * The folder of the result: a model in Hugging Face layout, or an adapter in PEFT layout.
   *
   * @return with scheme
   */
  public String resultFolder() {
    return result;
  }

  /**
   * The folder of the base model of an adapter.
   *
   * @return with scheme; null if the result is a whole model
   */
  public String baseFolder() {
    return base;
  }

  /**
   * The scores of the run, evaluation by evaluation: the table {@code evals} of docs/tables.md.
   *
   * @return a row for each evaluated round and part
   * @throws org.tributary.error.WrongInput if the model is of no run, see {@link #setModelUrl}
   */
  public Dataset<Row> summary() {
    return tables(SparkSession.active()).get("evals");
  }

  /**
   * The tables of the run: scores, costs, clients and more. docs/tables.md describes them.
   *
   * @param spark reads them
   * @return by name
   * @throws org.tributary.error.WrongInput if the model is of no run, see {@link #setModelUrl}
   */
  public Map<String, Dataset<Row>> tables(SparkSession spark) {
    try {
      return folder().tables(store(spark), spark);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public FineTunedModel copy(ParamMap extra) {
    FineTunedModel copy = new FineTunedModel(uid, folder());
    return copyValues(copy, extra).setParent(parent());
  }

  @Override
  public MLWriter write() {
    return new FineTunedModelWriter(this, folder());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @return a reader
   */
  public static MLReader<FineTunedModel> read() {
    return new FineTunedModelReader();
  }

  /**
   * Loads a model.
   *
   * @param path where it was saved
   * @return with the same params
   */
  public static FineTunedModel load(String path) {
    return read().load(path);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Inputs inputs() {
    return inputs;
  }

  @Override
  public Predictions predictions() {
    return predictions;
  }

  @Override
  public Answers answers() {
    return answers;
  }
}
