package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkException;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/** The logits of image files in a DataFrame are those that transformers recorded. */
@Slow
class ImageClassifierGoldenTest {
  private static final double TOLERANCE = 1e-4;
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));
  private static final Path IMAGES = Path.of("src/test/resources/pillow").toAbsolutePath();

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  @TempDir static Path disk;
  private static JsonNode files;
  private static Path model;

  @BeforeAll
  static void model() throws IOException {
    files = JSON.readTree(GOLDEN.resolve("vit/files.json").toFile());
    model = disk.resolve("vit");
    Files.createDirectories(model);
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(GOLDEN.resolve("vit").resolve(name), model.resolve(name));
    }
    Files.write(
        model.resolve("preprocessor_config.json"), JSON.writeValueAsBytes(files.get("processor")));
  }

  private static ImageClassifier classifier() {
    return new ImageClassifier().setModelUrl(model.toString()).setBatchSize(2);
  }

  private static byte[] file(String name) throws IOException {
    return Files.readAllBytes(IMAGES.resolve(name));
  }

  private static Dataset<Row> frame(List<Object> images) {
    List<Row> rows = new ArrayList<>();
    images.forEach(image -> rows.add(RowFactory.create(rows.size(), image)));
    return SPARK
        .session()
        .createDataFrame(
            rows,
            new StructType().add("id", DataTypes.IntegerType).add("image", DataTypes.BinaryType))
        .coalesce(1);
  }

  private static void check(Row row, JsonNode expected) {
    double[] logits = row.<Vector>getAs("rawPrediction").toArray();
    double[] recorded = JSON.convertValue(expected.get("logits"), double[].class);
    assertThat(logits).as(expected.get("file").asText()).hasSameSizeAs(recorded);
    for (int c = 0; c < recorded.length; c++) {
      assertThat(logits[c])
          .as("%s, class %d", expected.get("file"), c)
          .isCloseTo(recorded[c], within(TOLERANCE));
    }
  }

  @Test
  void bytesOfFilesHaveTheRecordedLogits() throws IOException {
    List<Object> images = new ArrayList<>();
    images.add(null);
    for (JsonNode image : files.get("images")) {
      images.add(file(image.get("file").asText()));
    }
    List<Row> rows = classifier().transform(frame(images)).collectAsList();
    assertThat(rows.get(0).isNullAt(2)).isTrue();
    for (int i = 0; i < files.get("images").size(); i++) {
      check(rows.get(i + 1), files.get("images").get(i));
    }
    assertThat(classifier().labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3");
    assertThat(rows.get(1).<String>getAs("predictedLabel")).isEqualTo("LABEL_1");
  }

  @Test
  void sparksImageSourceHasThem() throws IOException {
    Path folder = Files.createDirectories(disk.resolve("files"));
    for (JsonNode image : files.get("images")) {
      String name = image.get("file").asText();
      Files.copy(IMAGES.resolve(name), folder.resolve(name));
    }
    Files.write(folder.resolve("broken.png"), new byte[] {1, 2, 3});
    Dataset<Row> read = SPARK.session().read().format("image").load(folder.toString());
    List<Row> rows = classifier().setHandleInvalid("keep").transform(read).collectAsList();
    int found = 0;
    for (Row row : rows) {
      String origin = row.getStruct(0).getString(0);
      for (JsonNode image : files.get("images")) {
        if (origin.endsWith("/" + image.get("file").asText())) {
          check(row, image);
          found++;
        }
      }
      if (origin.endsWith("broken.png")) {
        assertThat(row.isNullAt(row.fieldIndex("prediction"))).isTrue();
        found++;
      }
    }
    assertThat(found).isEqualTo(files.get("images").size() + 1);
    assertThatThrownBy(() -> classifier().transform(read).collect())
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("could not be read by Spark's image source, file:")
        .hasMessageContaining("broken.png");
  }

  @Test
  void aStructWithBytesIsAnImage() throws IOException {
    JsonNode first = files.get("images").get(0);
    Dataset<Row> struct =
        frame(Arrays.asList(file(first.get("file").asText()), null))
            .selectExpr("struct(image as bytes, 'x' as path) as image", "struct(1 as bytes) as no");
    List<Row> rows = classifier().transform(struct).collectAsList();
    check(rows.get(0), first);
    assertThat(rows.get(1).isNullAt(2)).isTrue();
    assertThatThrownBy(() -> classifier().setInputCol("no").transform(struct))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("inputCol: column no is struct<bytes:int>, but binary");
  }

  @Test
  void brokenImagesEndTheJobUnlessTheyAreKept() throws IOException {
    byte[] image = file("rgb.png");
    Dataset<Row> data = frame(List.of(image, Arrays.copyOf(image, 60), image));
    assertThatThrownBy(() -> classifier().transform(data).collect())
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("partition 0, after 0 rows: image 2 of these rows cannot be decoded")
        .hasMessageContaining("setHandleInvalid(\"keep\")");
    List<Row> rows = classifier().setHandleInvalid("keep").transform(data).collectAsList();
    assertThat(rows).extracting(row -> row.isNullAt(2)).containsExactly(false, true, false);
    assertThat(rows.get(2).<Object>getAs("rawPrediction"))
        .isEqualTo(rows.get(0).<Object>getAs("rawPrediction"));
  }

  @Test
  void aModelOfTextsIsRefused() {
    ImageClassifier other = new ImageClassifier().setModelUrl(GOLDEN.resolve("bert").toString());
    assertThatThrownBy(() -> other.transform(frame(List.of(new byte[0]))))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("classifies or embeds text; use TextClassifier or TextEmbedder");
  }
}
