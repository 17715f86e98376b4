package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/**
 * A trained ViT on Fashion-MNIST's test images, compared with recorded logits and accuracy. Run by
 * hand, as it needs files that are not in the repository:
 *
 * <pre>
 * mvn test -Dtest=TrainedVitByHand -Dvit=FOLDER -Dfashion=FOLDER
 * </pre>
 *
 * <p>{@code vit} has config.json, model.safetensors and golden.json; {@code fashion} the files
 * t10k-*.gz.
 */
class TrainedVitByHand {
  private static final int SIDE = 28;
  private static final int BATCH = 100;

  @Test
  void logitsAndAccuracyAreTheReferences() throws IOException {
    Torch.prepareThread(1);
    Path vit = Path.of(System.getProperty("vit"));
    Path fashion = Path.of(System.getProperty("fashion"));
    byte[] images = gunzip(fashion.resolve("t10k-images-idx3-ubyte.gz"));
    byte[] labels = gunzip(fashion.resolve("t10k-labels-idx1-ubyte.gz"));
    Map<String, HostTensor> weights = SafeTensors.map(vit.resolve("model.safetensors"));
    Architecture architecture =
        Architectures.of(
            JSON.readTree(vit.resolve("config.json").toFile()), weights.keySet(), null);
    JsonNode golden = JSON.readTree(vit.resolve("golden.json").toFile());
    JsonNode expected = golden.get("first_8_test_images").get("logits");
    int count = labels.length - 8;
    int right = 0;
    double worst = 0;
    try (Model model =
        new Model(architecture, weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      for (int from = 0; from < count; from += BATCH) {
        float[][] logits = logits(model, architecture.image(), images, from);
        for (int i = 0; i < BATCH; i++) {
          right += best(logits[i]) == labels[8 + from + i] ? 1 : 0;
          for (int j = 0; from + i < expected.size() && j < logits[i].length; j++) {
            double e = expected.get(from + i).get(j).asDouble();
            worst = Math.max(worst, Math.abs(logits[i][j] - e));
          }
        }
      }
    }
    System.out.printf(
        "largest difference of a logit %.2g, accuracy %d of %d%n", worst, right, count);
    assertThat(worst).isLessThan(1e-4);
    assertThat((double) right / count)
        .isCloseTo(golden.get("test_accuracy_10000").asDouble(), offset(1e-4));
  }

  private static float[][] logits(Model model, ImageShape shape, byte[] images, int from) {
    int plane = shape.height() * shape.width();
    float[] pixels = new float[BATCH * shape.channels() * plane];
    for (int i = 0; i < BATCH; i++) {
      for (int c = 0; c < shape.channels(); c++) {
        for (int p = 0; p < plane; p++) {
          double v =
              bilinear(
                  images,
                  16 + (from + i) * SIDE * SIDE,
                  source(p / shape.width(), shape.height()),
                  source(p % shape.width(), shape.width()));
          pixels[(i * shape.channels() + c) * plane + p] = (float) ((v / 255 - 0.5) / 0.5);
        }
      }
    }
    try (NDManager step = Torch.manager(Device.cpu())) {
      NDArray batch =
          step.create(pixels, new Shape(BATCH, shape.channels(), shape.height(), shape.width()));
      float[] flat = model.logits(step, List.of(), List.of(batch)).toFloatArray();
      int labels = flat.length / BATCH;
      float[][] rows = new float[BATCH][];
      for (int i = 0; i < BATCH; i++) {
        rows[i] = Arrays.copyOfRange(flat, i * labels, (i + 1) * labels);
      }
      return rows;
    }
  }

  /** The position of a pixel's centre in the small image. */
  private static double source(int at, int side) {
    return Math.max(0, (at + 0.5) * SIDE / side - 0.5);
  }

  private static double bilinear(byte[] images, int start, double y, double x) {
    int y0 = (int) y;
    int x0 = (int) x;
    int y1 = Math.min(y0 + 1, SIDE - 1);
    int x1 = Math.min(x0 + 1, SIDE - 1);
    double above = mix(images[start + y0 * SIDE + x0], images[start + y0 * SIDE + x1], x - x0);
    double below = mix(images[start + y1 * SIDE + x0], images[start + y1 * SIDE + x1], x - x0);
    return above + (below - above) * (y - y0);
  }

  private static double mix(byte a, byte b, double share) {
    return (a & 255) + ((b & 255) - (a & 255)) * share;
  }

  private static int best(float[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      best = row[i] > row[best] ? i : best;
    }
    return best;
  }

  private static byte[] gunzip(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return in.readAllBytes();
    }
  }
}
