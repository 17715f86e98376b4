package org.tributary.ml;

import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;

/**
 * Fine-tunes a model federatedly on the rows of a DataFrame: each value of {@code clientCol} is a
 * client, which trains on its own rows. It is an Estimator of Spark ML around the jobs {@code
 * partition} (with the partitioner natural) and {@code train}, and gives the same bits as they do
 * on the same rows.
 *
 * <p>All files are in {@code workDir}: the clients' rows in {@code data}, one folder for each
 * content and choice of columns, and the training runs in {@code runs}, one folder for each
 * configuration, model and content. A call with the same rows and params resumes where an earlier
 * one was stopped, or returns its finished model at once.
 */
public final class FederatedFineTuner extends Estimator<FineTunedModel>
    implements InputColumns<FederatedFineTuner>,
        TargetColumns<FederatedFineTuner>,
        HeldOutRows<FederatedFineTuner>,
        ModelParams<FederatedFineTuner>,
        LoraParams<FederatedFineTuner>,
        TrainingParams<FederatedFineTuner>,
        RunParams<FederatedFineTuner>,
        PredictionColumns<FederatedFineTuner>,
        AnswerParams<FederatedFineTuner>,
        DefaultParamsWritable {
  private static final long serialVersionUID = 1;

  private final String uid;
  private final Inputs inputs;
  private final Targets targets;
  private final HeldOut heldOut;
  private final Models models;
  private final Loras loras;
  private final Trainings trainings;
  private final Runs runs;
  private final Predictions predictions;
  private final Answers answers;

  /** With a new uid. */
  public FederatedFineTuner() {
    this(Identifiable$.MODULE$.randomUID("federatedFineTuner"));
  }

  /**
   * With a uid, as a loaded pipeline has it.
   *
   * @param uid of this Estimator
   */
  public FederatedFineTuner(String uid) {
    this.uid = uid; // before the params, which name it
    inputs = Inputs.of(this);
    targets = Targets.of(this);
    heldOut = HeldOut.of(this);
    models = Models.of(this);
    loras = Loras.of(this);
    trainings = Trainings.of(this);
    runs = Runs.of(this);
    predictions = Predictions.of(this);
    answers = Answers.of(this);
    setDefault(labelCol(), "label");
    setDefault(validation(), (Object) 0.0);
    setDefault(test(), (Object) 0.0);
    setDefault(framework(), "fedavg");
    setDefault(maxLength(), (Object) 128);
    setDefault(batchSize(), (Object) 16);
    setDefault(optimizer(), "adamw");
    setDefault(seed(), (Object) 0L);
    predictions.defaults(this);
    answers.defaults(this);
  }

  /**
   * Trains, or resumes, or returns the finished model of an earlier call.
   *
   * @param dataset rows of at least two clients
   * @return the model
   * @throws org.tributary.error.WrongInput if params, rows and base model do not fit; nothing is
   *     written then
   * @throws java.io.UncheckedIOException if a file system or a machine fails, or if the thread is
   *     interrupted or its Spark jobs are cancelled; call again to resume
   */
  @Override
  public FineTunedModel fit(Dataset<?> dataset) {
    return Fit.of(this, dataset);
  }

  /**
   * The columns after training and scoring.
   *
   * @param schema of the rows to train on
   * @return the same columns and those of the model's predictions
   * @throws org.tributary.error.WrongInput naming every param whose column is missing or has
   *     another type
   */
  @Override
  public StructType transformSchema(StructType schema) {
    return TrainingColumns.check(this, schema);
  }

  @Override
  public FederatedFineTuner copy(ParamMap extra) {
    return this.<FederatedFineTuner>defaultCopy(extra);
  }

  /**
   * Reads what {@code write} wrote.
   *
   * @return a reader
   */
  public static MLReader<FederatedFineTuner> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Loads an estimator.
   *
   * @param path where it was saved
   * @return with the same params
   */
  public static FederatedFineTuner load(String path) {
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
  public Targets targets() {
    return targets;
  }

  @Override
  public HeldOut heldOut() {
    return heldOut;
  }

  @Override
  public Models models() {
    return models;
  }

  @Override
  public Loras loras() {
    return loras;
  }

  @Override
  public Trainings trainings() {
    return trainings;
  }

  @Override
  public Runs runs() {
    return runs;
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
