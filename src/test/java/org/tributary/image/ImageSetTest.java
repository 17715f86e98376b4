package org.tributary.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.batch.ImageBatch;
import org.tributary.batch.TrainingBatches;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.rows.BadRows;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.PartSource;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;

class ImageSetTest {
  private static final Store STORE = Store.of(new Configuration(false));
  private static final Schema SCHEMA =
      Schema.of(
          new Schema.Column("image", Schema.Type.BINARY),
          new Schema.Column("label", Schema.Type.STRING));

  @TempDir java.nio.file.Path dir;

  /** Each image is a different ramp; one is a single pixel. */
  private static byte[] png(int number) {
    byte[] values = new byte[number == 0 ? 1 : 36];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (40 * number + i);
    }
    return Png.grey(values, number == 0 ? 1 : 6, number == 0 ? 1 : 6);
  }

  private Path write(Row... more) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      rows.add(Row.of(SCHEMA, png(i), i % 2 == 0 ? "even" : "odd"));
    }
    rows.addAll(List.of(more));
    Path file = new Path(dir.resolve("part/a.parquet").toUri());
    STORE.delete(file);
    STORE.commit(file, out -> ParquetRows.write(out, SCHEMA, rows));
    return file;
  }

  private ImageSet set(Augmentation augmentation, Row... more) throws IOException {
    Path file = write(more);
    return ImageSet.read(
        STORE,
        List.of(PartSource.all(file.getParent())),
        new ImageSet.Layout(
            "image",
            "label",
            List.of("odd", "even"),
            ImageProcessorConfig.byDefault(1, 6, 6),
            augmentation));
  }

  private static float value(int v) {
    return ((float) (v * (1 / 255.0)) - 0.5f) / 0.5f;
  }

  @Test
  void batchesHoldNormalisedImagesAndTheirClasses() throws IOException {
    ImageSet set = set(Augmentation.NONE);
    assertThat(set.size()).isEqualTo(5);
    for (int time = 0; time < 2; time++) {
      ImageBatch batch = set.batch(new int[] {3, 0});
      assertThat(batch.labels()).containsExactly(0, 1);
      assertThat(batch.pixels()).hasSize(2 * 36);
      for (int i = 0; i < 36; i++) {
        assertThat(batch.pixels()[i]).isEqualTo(value(120 + i));
        assertThat(batch.pixels()[36 + i]).as("the one pixel everywhere").isEqualTo(value(0));
      }
      assertThat(batch.targets()).isEqualTo(2);
      assertThat(batch.tokens()).isZero();
      assertThat(batch.truncated()).isZero();
    }
  }

  @Test
  void augmentationIsForTrainingAndDependsOnTheSeedAlone() throws IOException {
    ImageSet set = set(new Augmentation(true, 2));
    ImageBatch plain = set(Augmentation.NONE).batch(new int[] {4});
    assertThat(set.batch(new int[] {4}).pixels()).isEqualTo(plain.pixels());
    Set<List<Float>> kinds = new HashSet<>();
    for (long seed = 0; seed < 200; seed++) {
      float[] one = set.trainingBatch(new int[] {4}, new long[] {seed}).pixels();
      float[] among = set.trainingBatch(new int[] {1, 4}, new long[] {9, seed}).pixels();
      assertThat(Arrays.copyOfRange(among, 36, 72)).isEqualTo(one);
      List<Float> values = new ArrayList<>();
      for (float v : one) {
        values.add(v);
      }
      kinds.add(values);
    }
    // 5 x 5 positions, mirrored or not.
    assertThat(kinds).hasSize(50);
  }

  @Test
  void aUseIsSeededByPassAndRow() throws IOException {
    ImageSet set = set(new Augmentation(true, 2));
    TrainingBatches once = new TrainingBatches(set, 3, 7);
    TrainingBatches again = new TrainingBatches(set, 3, 7);
    Set<List<Float>> uses = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      ImageBatch batch = (ImageBatch) once.get();
      assertThat(batch.pixels()).isEqualTo(((ImageBatch) again.get()).pixels());
      List<Float> values = new ArrayList<>();
      for (float v : batch.pixels()) {
        values.add(v);
      }
      uses.add(values);
    }
    assertThat(uses).hasSize(20);
    assertThat(((ImageBatch) new TrainingBatches(set, 3, 8).get()).pixels())
        .isNotEqualTo(((ImageBatch) new TrainingBatches(set, 3, 7).get()).pixels());
  }

  @Test
  void windowsAndMirrors() {
    Pixels image = new Pixels(3, 2, 1, new byte[] {1, 2, 3, 4, 5, 6});
    assertThat(image.flipped().values()).containsExactly(3, 2, 1, 6, 5, 4);
    assertThat(image.window(1, 1, 3, 2).values()).containsExactly(5, 6, 0, 0, 0, 0);
    assertThat(image.window(-1, -1, 3, 2).values()).containsExactly(0, 0, 0, 0, 1, 2);
    assertThat(image.window(9, 9, 2, 1).values()).containsExactly(0, 0);
  }

  @Test
  void badRowsAreNamed() throws IOException {
    assertThatThrownBy(() -> set(Augmentation.NONE, Row.of(SCHEMA, null, "odd")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("a.parquet, row 5: column image holds no image");
    assertThatThrownBy(() -> set(Augmentation.NONE, Row.of(SCHEMA, png(1), "od")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("did you mean \"odd\"?");
    assertThatThrownBy(() -> set(Augmentation.NONE, Row.of(SCHEMA, new byte[] {1, 2}, "odd")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("a.parquet, row 5: the image is not PNG");
    byte[] half = Arrays.copyOf(png(2), png(2).length / 2);
    ImageSet broken = set(Augmentation.NONE, Row.of(SCHEMA, half, "odd"));
    assertThatThrownBy(() -> broken.batch(new int[] {5}))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("a.parquet, row 5: the image ");
  }

  @Test
  void brokenImagesAreFoundBeforeABatchAsksForThem() throws IOException {
    byte[] half = Arrays.copyOf(png(2), png(2).length / 2);
    write(
        Row.of(SCHEMA, half, "odd"),
        Row.of(SCHEMA, png(2), "odd"),
        Row.of(SCHEMA, png(2), "neither"),
        Row.of(SCHEMA, png(2), null));
    BadRows bad =
        ImageSet.check(
            STORE,
            new Path(dir.resolve("part").toUri()),
            new ImageSet.Layout(
                "image",
                "label",
                List.of("odd", "even"),
                ImageProcessorConfig.byDefault(1, 6, 6),
                Augmentation.NONE));
    assertThat(bad.places()).containsExactly(5, 7, 8);
    assertThat(bad.named().get(0)).contains("a.parquet, row 5: the image ");
    assertThat(bad.named().get(1)).contains("a.parquet, row 7: label \"neither\"");
    assertThat(bad.named().get(2)).contains("a.parquet, row 8: column label is empty");
  }

  /** Values of a scanner with 12 bits: Pillow, and therefore transformers, make them white. */
  @Test
  void greyImagesOf16BitsThatBecomeWhiteAreCounted() throws IOException {
    write(
        Row.of(SCHEMA, grey16(40, 200), "odd"),
        Row.of(SCHEMA, grey16(40, 3000), "odd"),
        Row.of(SCHEMA, grey16(900, 3000), "odd"));
    BadRows bad =
        ImageSet.check(
            STORE,
            new Path(dir.resolve("part").toUri()),
            new ImageSet.Layout(
                "image",
                "label",
                List.of("odd", "even"),
                ImageProcessorConfig.byDefault(1, 6, 6),
                Augmentation.NONE));
    assertThat(bad.places()).isEmpty();
    assertThat(bad.white()).isEqualTo(2);
  }

  /** Half of the pixels have one value, the other half the other. */
  private static byte[] grey16(int left, int right) throws IOException {
    BufferedImage image = new BufferedImage(6, 6, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < 36; i++) {
      image.getRaster().setSample(i % 6, i / 6, 0, i % 6 < 3 ? left : right);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private static ImageSet unresized(ImageProcessor.Resize resize, Store store, Path part)
      throws IOException {
    float[] mean = {0};
    float[] std = {1};
    return ImageSet.read(
        store,
        List.of(PartSource.all(part)),
        new ImageSet.Layout(
            "image",
            "label",
            List.of("odd", "even"),
            new ImageProcessor(
                resize, resize == null ? null : new ImageProcessor.Crop(6, 6), 1, mean, std, 6, 6),
            Augmentation.NONE));
  }

  @Test
  void sizesThatTheProcessorDoesNotTakeAreFoundAtReading() throws IOException {
    set(Augmentation.NONE);
    Path part = new Path(dir.resolve("part").toUri());
    assertThatThrownBy(() -> unresized(null, STORE, part))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("a.parquet, row 0: the image is 1 x 1, the model takes 6 x 6");
    ImageProcessor.Resize shortest = new ImageProcessor.Resize(Resample.BICUBIC, 0, 0, 6);
    assertThat(unresized(shortest, STORE, part).size()).isEqualTo(5);
    set(Augmentation.NONE, Row.of(SCHEMA, Png.grey(new byte[2_000_000], 1, 2_000_000), "odd"));
    assertThatThrownBy(() -> unresized(shortest, STORE, part))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("a.parquet, row 5: the image is 1 x 2000000, which is resized to 6 x")
        .hasMessageContaining("the most are 67108864");
  }

  @Test
  void extremeProportionsAreBoundedAndOthersExact() throws Exception {
    ImageProcessor.Resize edge = new ImageProcessor.Resize(Resample.BILINEAR, 0, 0, 224);
    for (ImageSize size : List.of(new ImageSize(1, 20_000), new ImageSize(20_000, 1))) {
      assertThatThrownBy(() -> edge.of(size))
          .isInstanceOf(BrokenImage.class)
          .hasMessageContaining("4480000");
    }
    assertThatThrownBy(() -> edge.of(new ImageSize(1, Integer.MAX_VALUE)))
        .isInstanceOf(BrokenImage.class);
    assertThat(edge.of(new ImageSize(30, 20_000))).isEqualTo(new ImageSize(224, 149_333));
    assertThat(edge.of(new ImageSize(640, 480))).isEqualTo(new ImageSize(298, 224));
    ImageProcessor.Resize both = new ImageProcessor.Resize(Resample.BILINEAR, 224, 224, 0);
    assertThat(both.of(new ImageSize(1, 20_000))).isEqualTo(new ImageSize(224, 224));
    assertThatThrownBy(() -> both.of(new ImageSize(1, 20_000_000)))
        .as("the columns come first, and 224 x 20000000 of them are too many")
        .isInstanceOf(BrokenImage.class);
  }

  @ParameterizedTest
  @CsvSource({
    // Logical screen, frame and its position, then the pixels that Pillow 12 gives.
    "474946383961040003008103000a141ec8643200ff005a5b5c2c01000100020001000002020c55003b, 4, 3,"
        + " 0 0 0 0 0 1 2 0 0 0 0 0, 0a141e c86432 00ff00",
    "474946383961040003008103000a141ec8643200ff005a5b5c21f90401000002002c0100010002000100000202"
        + "0c55003b, 4, 3, 2 2 2 2 2 1 2 2 2 2 2 2, 0a141e c86432 00ff00",
    "474946383961040003008103000a141ec8643200ff005a5b5c2c01000100020001008101020304050607080"
        + "90a0b0c02020c55003b, 4, 3, 0 0 0 0 0 1 2 0 0 0 0 0, 010203 040506 070809",
    "474946383961020001008103000a141ec8643200ff005a5b5c2c01000100020001000002020c57003b, 3, 2,"
        + " 0 0 0 0 1 2, 0a141e c86432 5a5b5c",
  })
  void aGifIsItsWholeCanvas(String hex, int width, int height, String entries, String palette)
      throws Exception {
    byte[] gif = HexFormat.of().parseHex(hex);
    StringBuilder expected = new StringBuilder();
    for (String entry : entries.split(" ")) {
      expected.append(palette.split(" ")[Integer.parseInt(entry)]);
    }
    Pixels pixels = ImageDecoder.decode(gif);
    assertThat(ImageDecoder.size(gif)).isEqualTo(new ImageSize(width, height));
    assertThat(new ImageSize(pixels.width(), pixels.height()))
        .isEqualTo(new ImageSize(width, height));
    assertThat(HexFormat.of().formatHex(pixels.values())).isEqualTo(expected.toString());
  }
}
