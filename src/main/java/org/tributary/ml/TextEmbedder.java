package org.tributary.ml;

import java.io.IOException;
import java.util.Map;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.tributary.checkpoint.Store;
import org.tributary.evaluation.CheckpointModel;

/**
 * Makes a Vector of each text of a column, as sentence-transformers does: the hidden states of an
 * encoder or decoder after the last block, pooled over the text's tokens.
 */
public final class TextEmbedder extends ModelTransformer<TextEmbedder> {
  private static final long serialVersionUID = 1;

  private final Param<String> pooling;
  private final BooleanParam normalize;

  /** With a new uid. */
  public TextEmbedder() {
    this(Identifiable$.MODULE$.randomUID("textEmbedder"));
  }

  /**
   * With a uid, as a loaded pipeline has it.
   *
   * @param uid of this Transformer
   */
  public TextEmbedder(String uid) {
    super(uid, "the texts, strings", "the vectors");
    pooling =
        new Param<>(
            this,
            "pooling",
            "how token states become one vector: mean, cls, max or last; without it what the"
                + " model's modules.json says, else mean",
            ParamValidators.inArray(TokenPooling.names()));
    normalize =
        new BooleanParam(
            this,
            "normalize",
            "whether vectors get the length 1; without it what the model's modules.json says, else"
                + " not");
    setDefault(inputCol(), "text");
    setDefault(outputCol(), "features");
  }

  @Override
  ModelUse use() {
    return ModelUse.EMBED;
  }

  @Override
  Class<?> written() {
    return Vector.class;
  }

  @Override
  StructType checked(StructType schema) {
    ColumnCheck check = new ColumnCheck(uid(), schema);
    check.needs("inputCol", getInputCol(), DataTypes.StringType::equals, "string");
    return check.with(Map.of(getOutputCol(), SQLDataTypes.VectorType()));
  }

  @Override
  ModelLocation adjusted(Store store, ModelLocation located) throws IOException {
    SentenceModules modules = SentenceModules.read(store, located.model());
    Integer length = located.maxLength() == null ? modules.maxLength() : located.maxLength();
    return new ModelLocation(modules.model(), located.adapter(), length);
  }

  @Override
  Dataset<Row> scored(Dataset<?> data, ModelSource source, CheckpointModel model)
      throws IOException {
    EmbedScorer scorer = scorer(data.sparkSession(), data.schema().fieldIndex(getInputCol()));
    return ScoringWork.of(data, source, scorer, getBatchSize(), checked(data.schema()));
  }

  @Override
  FunctionForm function(ModelSource source, CheckpointModel model) throws IOException {
    return new FunctionForm(scorer(SparkSession.active(), 0), 1, SQLDataTypes.VectorType());
  }

  private EmbedScorer scorer(SparkSession spark, int place) throws IOException {
    Store store = Store.of(spark.sparkContext().hadoopConfiguration());
    SentenceModules said = SentenceModules.read(store, located(spark).model());
    TokenPooling chosen = said.pooling() == null ? TokenPooling.MEAN : said.pooling();
    return new EmbedScorer(
        place,
        isDefined(pooling) ? TokenPooling.named(getPooling()) : chosen,
        isDefined(normalize) ? getNormalize() : said.normalize());
  }

  /** Param: how token states become one vector. */
  public Param<String> pooling() {
    return pooling;
  }

  /** How token states become one vector. */
  public String getPooling() {
    return getOrDefault(pooling);
  }

  /**
   * Sets how token states become one vector: {@code mean}, {@code cls}, {@code max}, {@code last}.
   */
  public TextEmbedder setPooling(String value) {
    set(pooling, value);
    return this;
  }

  /** Param: whether vectors get the length 1. */
  public BooleanParam normalize() {
    return normalize;
  }

  /** Whether vectors get the length 1. */
  public boolean getNormalize() {
    return (Boolean) getOrDefault(normalize);
  }

  /** Sets whether vectors get the length 1. */
  public TextEmbedder setNormalize(boolean value) {
    set(normalize, (Object) value);
    return this;
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<TextEmbedder> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Loads a Transformer.
   *
   * @param path where it was saved
   * @return with the same Params
   */
  public static TextEmbedder load(String path) {
    return read().load(path);
  }
}
