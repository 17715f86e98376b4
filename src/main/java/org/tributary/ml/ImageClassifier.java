package org.tributary.ml;

import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Classifies the images of a column with a vision transformer. The column has the bytes of files,
 * such as PNG or JPEG, or what Spark's image source reads. Resizing and scaling are those of the
 * model's preprocessor_config.json.
 */
public final class ImageClassifier extends ClassifierTransformer<ImageClassifier> {
  private static final long serialVersionUID = 1;
  private static final String KEEP = "keep";

  private final Param<String> handleInvalid;

  /** With a new uid. */
  public ImageClassifier() {
    this(Identifiable$.MODULE$.randomUID("imageClassifier"));
  }

  /**
   * With a uid, as a loaded pipeline has it.
   *
   * @param uid of this Transformer
   */
  public ImageClassifier(String uid) {
    super(uid, "the images: " + ImageInput.TYPES);
    handleInvalid =
        new Param<>(
            this,
            "handleInvalid",
            "what happens to images that cannot be decoded: error ends the job, keep gives null",
            ParamValidators.inArray(List.of("error", KEEP)));
    setDefault(inputCol(), "image");
    setDefault(handleInvalid, "error");
  }

  @Override
  ModelUse use() {
    return ModelUse.CLASSIFY_IMAGE;
  }

  @Override
  void checkInputs(ColumnCheck columns) {
    columns.needs("inputCol", getInputCol(), ImageInput::fits, ImageInput.TYPES);
  }

  @Override
  StructType arguments() {
    return new StructType().add(getInputCol(), DataTypes.BinaryType);
  }

  @Override
  RowScorer<?> scorer(StructType schema, List<String> labels, ClassifierColumns columns) {
    return new ImageScorer(
        ImageInput.column(schema, getInputCol()), getHandleInvalid().equals(KEEP), labels, columns);
  }

  /** Param: what happens to images that cannot be decoded. */
  public Param<String> handleInvalid() {
    return handleInvalid;
  }

  /** What happens to images that cannot be decoded. */
  public String getHandleInvalid() {
    return getOrDefault(handleInvalid);
  }

  /** Sets what happens to images that cannot be decoded: {@code error} or {@code keep}. */
  public ImageClassifier setHandleInvalid(String value) {
    set(handleInvalid, value);
    return this;
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<ImageClassifier> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Loads a Transformer.
   *
   * @param path where it was saved
   * @return with the same Params
   */
  public static ImageClassifier load(String path) {
    return read().load(path);
  }
}
