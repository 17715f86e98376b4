package org.tributary.ml;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.CheckpointModel;
import org.tributary.generation.AnswerWriter;
import org.tributary.text.DecodingDefaults;
import org.tributary.text.Prompt;
import org.tributary.text.SpecialTokens;

/**
 * Writes an answer to the prompt of each row with a language model, as the job {@code generate}
 * does. Without sampling, an answer depends only on the prompt. With sampling, it also depends on
 * the seed and on the number of the row in {@code rowCol}, if it is set.
 */
public final class TextGenerator extends ModelTransformer<TextGenerator>
    implements GenerationParams<TextGenerator> {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(TextGenerator.class);

  private final Generation generation;

  /** With a new uid. */
  public TextGenerator() {
    this(Identifiable$.MODULE$.randomUID("textGenerator"));
  }

  /**
   * With a uid, as a loaded pipeline has it.
   *
   * @param uid of this Transformer
   */
  public TextGenerator(String uid) {
    super(uid, "the prompts, strings", "the answers, strings");
    generation = Generation.of(this);
    generation.defaults(this);
    setDefault(inputCol(), "prompt");
    setDefault(outputCol(), "generated");
    setDefault(batchSize(), (Object) 16);
  }

  @Override
  public Generation generation() {
    return generation;
  }

  @Override
  ModelUse use() {
    return ModelUse.WRITE;
  }

  @Override
  Class<?> written() {
    return String.class;
  }

  private PromptKeys keys() {
    return new PromptKeys(
        getInputCol(),
        isDefined(prompt()) ? getPrompt() : null,
        isDefined(message()) ? getMessage() : null,
        isDefined(system()) ? getSystem() : null);
  }

  @Override
  StructType checked(StructType schema) {
    ColumnCheck check = new ColumnCheck(uid(), schema);
    if (!isDefined(prompt())) {
      check.needs("inputCol", getInputCol(), DataTypes.StringType::equals, "string");
    }
    boolean chat = isDefined(prompt()) && getPrompt().equals(Prompt.CHAT);
    if (!chat && (isDefined(message()) || isDefined(system()))) {
      check.problem("message and system are for chats; call setPrompt(\"chat\"), or clear them");
    }
    if (isDefined(rowCol())) {
      check.needs(
          "rowCol",
          getRowCol(),
          type -> type.equals(DataTypes.LongType) || type.equals(DataTypes.IntegerType),
          "bigint or int");
    }
    if (getTemperature() == 0 && getTopP() != 1) {
      check.problem(
          "topP is %s, but with temperature 0 nothing is sampled; set a temperature, or leave topP out"
              .formatted(getTopP()));
    }
    return added(check, getOutputCol(), getTruncatedCol());
  }

  /**
   * Checks the names of the new columns, and adds them.
   *
   * @param check has the columns that are there, and other problems
   * @param output column of the answer
   * @param truncated column that says whether the answer was cut; empty for none
   * @return the columns that are there and these
   * @throws WrongInput with all problems
   */
  static StructType added(ColumnCheck check, String output, String truncated) {
    Map<String, DataType> added = new LinkedHashMap<>();
    added.put(output, DataTypes.StringType);
    added.put(truncated, DataTypes.BooleanType);
    added.remove("");
    if (output.isEmpty() || output.equalsIgnoreCase(truncated)) {
      check.problem("outputCol: the new column needs a name of its own");
    }
    return check.with(added);
  }

  @Override
  Dataset<Row> scored(Dataset<?> data, ModelSource source, CheckpointModel model)
      throws IOException {
    AnswerScorer scorer = scorer(data.schema(), source, model);
    int rows = AnswerWriter.TOGETHER * getBatchSize();
    return ScoringWork.of(data, source, scorer, rows, checked(data.schema()));
  }

  /** A function has one argument: the whole prompt, or the column of the template. */
  @Override
  FunctionForm function(ModelSource source, CheckpointModel model) throws IOException {
    if (isDefined(rowCol())) {
      throw new WrongInput(
          "rowCol: a function of SQL has no numbers of rows; clear rowCol, so that a row's random numbers depend on its prompt");
    }
    StructType argument = new StructType().add(getInputCol(), DataTypes.StringType);
    checked(argument);
    return new FunctionForm(scorer(argument, source, model), 1, DataTypes.StringType);
  }

  /** How rows are read and answered; checks the prompt. */
  AnswerScorer scorer(StructType schema, ModelSource source, CheckpointModel model)
      throws IOException {
    int maxLength = source.settings().maxLength();
    if (getNewTokens() >= maxLength) {
      throw new WrongInput(
          "newTokens: %d leave no room for a prompt within maxLength %d; lower it"
              .formatted(getNewTokens(), maxLength));
    }
    Path folder = model.base().files().folder();
    PromptKeys keys = keys();
    Prompt made = keys.of(source.store(), folder, List.of(schema.fieldNames()));
    List<String> names = keys.columns(made);
    ColumnCheck check = new ColumnCheck(uid(), schema);
    for (String name : names) {
      check.needs("prompt", name, DataTypes.StringType::equals, "string");
    }
    check.with(Map.of());
    SpecialTokens.read(source.store(), folder, model.base().architecture().vocabulary(), made);
    warn(DecodingDefaults.read(source.store(), folder));
    List<Integer> places = new ArrayList<>();
    names.forEach(name -> places.add(schema.fieldIndex(name)));
    return new AnswerScorer(
        new AnswerScorer.Columns(
            names,
            places,
            isDefined(rowCol()) ? schema.fieldIndex(getRowCol()) : -1,
            !getTruncatedCol().isEmpty()),
        keys,
        new AnswerScorer.Sampling(
            getNewTokens(), getTemperature(), getTopP(), getRepetitionPenalty()),
        getSeed(),
        getBatchSize());
  }

  private void warn(DecodingDefaults own) {
    own.warning(new DecodingDefaults.Job(getTemperature(), getTopP(), getRepetitionPenalty()))
        .ifPresent(LOG::warn);
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<TextGenerator> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Loads a Transformer.
   *
   * @param path where it was saved
   * @return with the same Params
   */
  public static TextGenerator load(String path) {
    return read().load(path);
  }
}
