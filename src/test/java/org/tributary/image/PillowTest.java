package org.tributary.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.Store;

/** Decoding, resizing and whole processors compared with Pillow and transformers. */
class PillowTest {
  private static final Path CASES =
      Path.of(java.net.URI.create(PillowTest.class.getResource("/pillow").toString()));
  private static JsonNode golden;

  @TempDir Path dir;

  @BeforeAll
  static void read() throws IOException {
    golden = JSON.readTree(CASES.resolve("golden.json").toFile());
  }

  private static Pixels decode(String file) throws Exception {
    return ImageDecoder.decode(Files.readAllBytes(CASES.resolve(file)));
  }

  private static byte[] bytes(JsonNode hex) {
    return HexFormat.of().parseHex(hex.asText());
  }

  @Test
  void decodedValuesArePillows() throws Exception {
    JsonNode files = golden.get("decoded");
    assertThat(files).hasSizeGreaterThan(12);
    for (var names = files.fieldNames(); names.hasNext(); ) {
      String file = names.next();
      JsonNode expected = files.get(file);
      Pixels pixels = decode(file);
      assertThat(pixels.width()).as(file).isEqualTo(expected.get("width").intValue());
      assertThat(pixels.height()).as(file).isEqualTo(expected.get("height").intValue());
      assertThat(pixels.withChannels(3).values()).as(file).isEqualTo(bytes(expected.get("rgb")));
      assertThat(pixels.withChannels(3).withChannels(1).values())
          .as(file)
          .isEqualTo(bytes(expected.get("grey")));
    }
  }

  @Test
  void jpegValuesAreNearPillows() throws Exception {
    JsonNode files = golden.get("jpeg");
    assertThat(files).hasSize(6);
    for (var names = files.fieldNames(); names.hasNext(); ) {
      String file = names.next();
      byte[] expected = bytes(files.get(file).get("rgb"));
      byte[] found = decode(file).withChannels(3).values();
      assertThat(found).hasSameSizeAs(expected);
      double sum = 0;
      int most = 0;
      for (int i = 0; i < found.length; i++) {
        int difference = Math.abs((found[i] & 0xff) - (expected[i] & 0xff));
        sum += difference;
        most = Math.max(most, difference);
      }
      assertThat(most).as(file).isLessThanOrEqualTo(file.startsWith("grey") ? 1 : 4);
      assertThat(sum / found.length).as(file).isLessThan(0.5);
    }
  }

  @Test
  void resizedValuesArePillowsToTheBit() throws Exception {
    JsonNode cases = golden.get("resized");
    assertThat(cases).hasSize(108);
    for (JsonNode c : cases) {
      Pixels resized =
          Resample.of(c.get("filter").intValue())
              .resize(
                  decode(c.get("file").asText()),
                  c.get("width").intValue(),
                  c.get("height").intValue());
      assertThat(resized.values())
          .as(
              "%s by filter %s to %s x %s",
              c.get("file"), c.get("filter"), c.get("width"), c.get("height"))
          .isEqualTo(bytes(c.get("values")));
    }
  }

  @Test
  void processorsAreTransformers() throws Exception {
    Store store = Store.of(new Configuration(false));
    for (JsonNode c : golden.get("processors")) {
      Files.writeString(dir.resolve(ImageProcessor.FILE), c.get("config").toString());
      ImageProcessor processor =
          ImageProcessorConfig.read(store, new org.apache.hadoop.fs.Path(dir.toUri()), 3, 8, 8);
      for (JsonNode out : c.get("out")) {
        float[] values = new float[3 * 8 * 8];
        processor.normalize(processor.sized(decode(out.get("file").asText())), values, 0);
        ByteBuffer expected =
            ByteBuffer.wrap(bytes(out.get("values"))).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
          assertThat(values[i])
              .as("%s of %s, %s", i, out.get("file"), c.get("config"))
              .isEqualTo(expected.getFloat());
        }
      }
    }
  }

  /** Values above 255 become 255, as in Pillow since its first release. */
  @Test
  void sixteenBitGreyIsCutOff() throws Exception {
    Pixels pixels = decode("grey16.png");
    assertThat(pixels.channels()).isEqualTo(1);
    byte[] values = new byte[] {0, 1, 2, 3, 127, (byte) 128, (byte) 254, (byte) 255, -1, -1, -1};
    int[] stored = {0, 1, 2, 3, 127, 128, 254, 255, 256, 32767, 65535};
    BufferedImage image = new BufferedImage(stored.length, 1, BufferedImage.TYPE_USHORT_GRAY);
    for (int x = 0; x < stored.length; x++) {
      image.getRaster().setSample(x, 0, 0, stored[x]);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    assertThat(ImageDecoder.decode(png.toByteArray()).values()).isEqualTo(values);
  }

  @Test
  void webpAndTiffValuesArePillows() throws Exception {
    JsonNode files = JSON.readTree(CASES.resolve("formats/formats.json").toFile());
    assertThat(files).hasSize(20);
    for (var names = files.fieldNames(); names.hasNext(); ) {
      String file = names.next();
      JsonNode expected = files.get(file);
      Pixels pixels = decode("formats/" + file);
      assertThat(pixels.width()).as(file).isEqualTo(expected.get("width").intValue());
      assertThat(pixels.height()).as(file).isEqualTo(expected.get("height").intValue());
      byte[] found = pixels.withChannels(3).values();
      byte[] rgb = bytes(expected.get("rgb"));
      if (file.startsWith("lossy")) {
        double sum = 0;
        for (int i = 0; i < found.length; i++) {
          sum += Math.abs((found[i] & 0xff) - (rgb[i] & 0xff));
        }
        assertThat(sum / found.length).as(file).isLessThan(3);
      } else {
        assertThat(found).as(file).isEqualTo(rgb);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "refused-cmyk.tiff,     other colours than grey",
    "refused-lab.tiff,      other colours than grey",
    "refused-float.tiff,    save them as 8 bits",
    "refused-turned.tiff,   orientation 6",
    "refused-animated.webp, animated WebP",
  })
  void whatIsNotTakenAsPillowDoesIsRefused(String file, String reason) {
    assertThatThrownBy(() -> decode("formats/" + file))
        .isInstanceOf(BrokenImage.class)
        .hasMessageContaining(reason);
  }

  @Test
  @Timeout(60)
  void damagedFilesAreBrokenOrDecoded() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    int broken = 0;
    for (String file :
        List.of("noise.webp", "lossy.webp", "tiff_lzw.tiff", "palette.tiff", "jpeg.tiff")) {
      byte[] whole = Files.readAllBytes(CASES.resolve("formats/" + file));
      for (int i = 0; i < 60; i++) {
        byte[] bytes = whole.clone();
        for (int k = 0; k <= random.nextInt(6); k++) {
          bytes[random.nextInt(i % 2 == 0 ? bytes.length : Math.min(200, bytes.length))] =
              (byte) (random.nextBoolean() ? 255 : random.nextInt(256));
        }
        if (i % 5 == 0) {
          bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
        }
        try {
          ImageDecoder.size(bytes);
          ImageDecoder.decode(bytes);
        } catch (BrokenImage e) {
          broken++;
        }
      }
    }
    assertThat(broken).isBetween(100, 299);
  }

  @Test
  void noImageOrHalfOfOneIsBroken() throws Exception {
    assertThatThrownBy(() -> ImageDecoder.decode(new byte[0])).isInstanceOf(BrokenImage.class);
    assertThatThrownBy(() -> ImageDecoder.decode(new byte[500])).isInstanceOf(BrokenImage.class);
    assertThatThrownBy(() -> ImageDecoder.decode("no image at all".getBytes()))
        .isInstanceOf(BrokenImage.class)
        .hasMessageContaining("not PNG, JPEG, BMP, GIF, TIFF or WebP");
    for (String file :
        new String[] {
          "rgb.png",
          "grey.png",
          "colour.jpg",
          "grey.jpg",
          "cmyk.jpg",
          "ycck.jpg",
          "rgb.bmp",
          "interlaced.gif"
        }) {
      byte[] whole = Files.readAllBytes(CASES.resolve(file));
      for (double share : new double[] {0.1, 0.5, 0.7, 0.9}) {
        byte[] half = java.util.Arrays.copyOf(whole, (int) (share * whole.length));
        assertThatThrownBy(() -> ImageDecoder.decode(half))
            .as("%s, %s of it", file, share)
            .isInstanceOf(BrokenImage.class);
      }
    }
  }
}
