package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/**
 * Text models compute without padding. A batch of rows of different lengths has the loss and the
 * gradients of its rows alone, for every family of the golden folder, whichever tokens count.
 */
class PackedRowsTest {
  private static final int[] LENGTHS = {5, 2, 5, 5, 9, 3};

  @TestFactory
  Stream<DynamicTest> aBatchIsTheMeanOfItsRows() throws IOException {
    List<Path> cases = new ArrayList<>();
    try (Stream<Path> folders = Files.list(Path.of(System.getProperty("golden")))) {
      for (Path folder : folders.sorted().toList()) {
        if (Files.exists(folder.resolve("config.json"))
            && SafeTensors.map(folder.resolve("inputs.safetensors")).containsKey("input_ids")) {
          cases.add(folder);
        }
      }
    }
    assertThat(cases).isNotEmpty();
    return cases.stream()
        .flatMap(
            folder ->
                Stream.of(Pooling.CLS, Pooling.MEAN)
                    .flatMap(
                        pooling ->
                            Stream.of(1, 2, Integer.MAX_VALUE)
                                .map(
                                    counted ->
                                        DynamicTest.dynamicTest(
                                            folder.getFileName() + " " + pooling + " " + counted,
                                            () -> check(folder, pooling, counted)))));
  }

  private static void check(Path folder, Pooling pooling, int counted) throws IOException {
    Torch.prepareThread(1);
    Map<String, HostTensor> weights = SafeTensors.map(folder.resolve("model.safetensors"));
    Architecture architecture =
        Architectures.of(
            JSON.readTree(folder.resolve("config.json").toFile()), weights.keySet(), pooling);
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model = new Model(architecture, weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      List<NDArray> train = new ArrayList<>();
      weights.forEach((name, w) -> train.add(model.trainable(manager, name, w)));
      List<NDArray> batch = inputs(manager, architecture, counted, 0, LENGTHS.length);
      Map<String, float[]> together = new TreeMap<>();
      add(together, model.gradients(manager, train, batch), 1);
      Map<String, float[]> blockwise = new TreeMap<>();
      add(blockwise, model.checkpointed(manager, train, batch), 1);
      Map<String, float[]> alone = new TreeMap<>();
      double targets = 0;
      for (int row = 0; row < LENGTHS.length; row++) {
        targets += targets(architecture, counted, row);
      }
      for (int row = 0; row < LENGTHS.length; row++) {
        List<NDArray> one = inputs(manager, architecture, counted, row, row + 1);
        double share = targets(architecture, counted, row) / targets;
        add(alone, model.gradients(manager, train, one), share);
      }
      assertThat(together.keySet()).isEqualTo(alone.keySet()).contains("loss");
      double scale =
          Math.max(1, alone.values().stream().mapToDouble(v -> largest(v)).max().orElse(0));
      together.forEach((name, values) -> assertClose(name, values, alone.get(name), scale));
      together.forEach((name, values) -> assertClose(name, values, blockwise.get(name), scale));
    }
  }

  private static int targets(Architecture architecture, int counted, int row) {
    return architecture.task() == ModelTask.CLASSIFICATION
        ? 1
        : Math.min(counted, LENGTHS[row] - 1);
  }

  /** The last tokens of the rows count, for decoders. */
  private static List<NDArray> inputs(
      NDManager manager, Architecture architecture, int counted, int from, int to) {
    int rows = to - from;
    int length = Arrays.stream(LENGTHS, from, to).max().getAsInt();
    long[] ids = new long[rows * length];
    long[] mask = new long[rows * length];
    long[] labels = new long[rows * length];
    long[] classes = new long[rows];
    Arrays.fill(labels, -100);
    for (int row = from; row < to; row++) {
      SplittableRandom random = new SplittableRandom(row);
      classes[row - from] = row % 2;
      for (int i = 0; i < LENGTHS[row]; i++) {
        int place = (row - from) * length + i;
        ids[place] = random.nextLong(architecture.vocabulary());
        mask[place] = 1;
        if (i >= LENGTHS[row] - targets(architecture, counted, row)) {
          labels[place] = ids[place];
        }
      }
    }
    Shape shape = new Shape(rows, length);
    boolean classifies = architecture.task() == ModelTask.CLASSIFICATION;
    return List.of(
        manager.create(ids, shape),
        manager.create(mask, shape),
        manager.zeros(shape, DataType.INT64),
        classifies ? manager.create(classes) : manager.create(labels, shape));
  }

  private static void add(Map<String, float[]> sums, Map<String, NDArray> results, double share) {
    results.forEach(
        (name, array) -> {
          if (name.startsWith("grads.") || name.equals("loss")) {
            float[] values = array.toFloatArray();
            float[] sum = sums.computeIfAbsent(name, n -> new float[values.length]);
            for (int i = 0; i < values.length; i++) {
              sum[i] += (float) (share * values[i]);
            }
          }
        });
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /**
   * @param scale the model's largest gradient, at least 1. Some gradients are zero but for the
   *     rounding of much larger terms, such as that of the bias of keys
   */
  private static void assertClose(String name, float[] actual, float[] expected, double scale) {
    double largest = Math.max(1e-2 * scale, largest(expected));
    double worst = 0;
    for (int i = 0; i < actual.length; i++) {
      worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
    }
    assertThat(worst / largest).as(name).isCloseTo(0, offset(2e-5));
  }
}
