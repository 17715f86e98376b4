package org.tributary.ml;

import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.federation.Tiny;
import org.tributary.fixture.GoldenCases;
import org.tributary.protocol.HostTensor;

/** DataFrames small enough for tests, of rows of three clients, and an image model for them. */
public final class TinyFrame {
  /** The classes; each is a word of its texts. */
  public static final List<String> LABELS = List.of("genetic", "symptoms", "treatment");

  private static final StructType TEXTS =
      new StructType()
          .add("id", DataTypes.IntegerType)
          .add("office", DataTypes.StringType)
          .add("text", DataTypes.StringType)
          .add("label", DataTypes.StringType)
          .add("number", DataTypes.DoubleType)
          .add("held", DataTypes.BooleanType);

  private TinyFrame() {}

  /**
   * Rows of texts: id, office (the client), text, label and number (its class, as a name and from
   * 0), held (true for every seventh row).
   */
  public static Dataset<Row> texts(SparkSession spark, int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Row> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      int truth = random.nextInt(LABELS.size());
      String text = "what is the %s of disease %d".formatted(LABELS.get(truth), random.nextInt(50));
      all.add(
          RowFactory.create(
              i, "office " + i % 3, text, LABELS.get(truth), (double) truth, i % 7 == 0));
    }
    return spark.createDataFrame(all, TEXTS);
  }

  /** Rows of images: office, picture (PNG) and number, the class of its brightness. */
  public static Dataset<Row> images(SparkSession spark, int rows) throws IOException {
    List<Row> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      BufferedImage image = new BufferedImage(24, 24, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < 24 * 24; pixel++) {
        image.setRGB(pixel % 24, pixel / 24, i % 2 == 0 ? 0x102030 + i : 0xd0e0f0 - i);
      }
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(image, "png", png);
      all.add(RowFactory.create("office " + i % 3, png.toByteArray(), i % 2));
    }
    return spark.createDataFrame(
        all,
        new StructType()
            .add("office", DataTypes.StringType)
            .add("picture", DataTypes.BinaryType)
            .add("number", DataTypes.IntegerType));
  }

  /** The golden ViT without its classifier. */
  public static Path vit(Path folder) throws IOException {
    Path golden = GoldenCases.of("vit");
    ObjectNode config = (ObjectNode) JSON.readTree(golden.resolve("config.json").toFile());
    config.putArray("architectures").add("ViTModel");
    config.remove(List.of("id2label", "label2id"));
    Map<String, HostTensor> weights = new TreeMap<>();
    SafeTensors.map(golden.resolve("model.safetensors"))
        .forEach(
            (name, tensor) -> {
              if (!name.startsWith("classifier")) {
                weights.put(name.replaceFirst("^vit\\.", ""), tensor);
              }
            });
    HuggingFaceFolder.write(Tiny.STORE, Tiny.hadoop(folder), config, weights, Map.of());
    return folder;
  }

  /** An estimator for the texts: two rounds of two steps, all files in a folder. */
  public static FederatedFineTuner tuner(Path model, Path work) {
    return new FederatedFineTuner()
        .setClientCol("office")
        .setTextCol("text")
        .setModelUrl(model.toString())
        .setMaxLength(16)
        .setRounds(2)
        .setSteps(2)
        .setBatchSize(4)
        .setLearningRate(0.01)
        .setSeed(7)
        .setWorkDir(work.toString());
  }

  /** The tensors of a result. */
  public static Map<String, HostTensor> tensors(FineTunedModel model) throws IOException {
    return tensors(Path.of(URI.create(model.resultFolder()).getPath()));
  }

  /** The tensors of a model's or an adapter's folder. */
  public static Map<String, HostTensor> tensors(Path result) throws IOException {
    Map<String, HostTensor> tensors = new TreeMap<>();
    try (Stream<Path> files = Files.list(result)) {
      files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .forEach(file -> tensors.putAll(Tiny.tensors(Tiny.hadoop(file))));
    }
    if (tensors.isEmpty()) {
      throw new IllegalStateException(result + " has no tensors");
    }
    return tensors;
  }
}
