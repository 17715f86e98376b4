package org.tributary.ml;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Classifies the texts of a column, or the pairs of texts of two columns, with an encoder or a
 * decoder that has a classifier. Tokens and logits are those of transformers.
 */
public final class TextClassifier extends ClassifierTransformer<TextClassifier> {
  private static final long serialVersionUID = 1;

  private final StringArrayParam inputCols;

  /** With a new uid. */
  public TextClassifier() {
    this(Identifiable$.MODULE$.randomUID("textClassifier"));
  }

  /**
   * With a uid, as a loaded pipeline has it.
   *
   * @param uid of this Transformer
   */
  public TextClassifier(String uid) {
    super(uid, "the texts, strings");
    inputCols =
        new StringArrayParam(
            this, "inputCols", "two columns of pairs of texts, instead of inputCol");
    setDefault(inputCol(), "text");
  }

  @Override
  ModelUse use() {
    return ModelUse.CLASSIFY_TEXT;
  }

  private List<String> texts() {
    return isDefined(inputCols) ? List.of(getInputCols()) : List.of(getInputCol());
  }

  @Override
  void checkInputs(ColumnCheck columns) {
    if (isDefined(inputCols) && isSet(inputCol())) {
      columns.problem("inputCol and inputCols are both set; set one of them");
    }
    if (isDefined(inputCols) && getInputCols().length != 2) {
      columns.problem(
          "inputCols: %s are not two columns; name the first and the second text of the pairs"
              .formatted(Arrays.toString(getInputCols())));
    }
    String param = isDefined(inputCols) ? "inputCols" : "inputCol";
    for (String text : texts()) {
      columns.needs(param, text, DataTypes.StringType::equals, "string");
    }
  }

  @Override
  StructType arguments() {
    StructType arguments = new StructType();
    for (String text : texts()) {
      arguments = arguments.add(text, DataTypes.StringType);
    }
    return arguments;
  }

  @Override
  RowScorer<?> scorer(StructType schema, List<String> labels, ClassifierColumns columns) {
    return new TextScorer(texts().stream().map(schema::fieldIndex).toList(), labels, columns);
  }

  /** Param: two columns of pairs of texts. */
  public StringArrayParam inputCols() {
    return inputCols;
  }

  /** The two columns of pairs of texts. */
  public String[] getInputCols() {
    return getOrDefault(inputCols);
  }

  /** Sets the two columns of pairs of texts, such as a premise and a hypothesis. */
  public TextClassifier setInputCols(String... value) {
    set(inputCols, value);
    return this;
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<TextClassifier> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Loads a Transformer.
   *
   * @param path where it was saved
   * @return with the same Params
   */
  public static TextClassifier load(String path) {
    return read().load(path);
  }
}
