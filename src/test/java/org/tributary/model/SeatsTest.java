package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.fixture.GoldenCases;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/**
 * The text of a row is the same, however many rows are generated at once and whenever others end.
 */
class SeatsTest {
  private static final int PROMPTS = 11;
  private static final int LONGEST = 9;
  private static final int NEW = 14;

  @ParameterizedTest
  @ValueSource(strings = {"llama_gqa", "gpt2", "llama_rope_dynamic", "gemma2", "gemma3"})
  void everyNumberOfSeatsGivesTheSameTexts(String name) throws IOException {
    Torch.prepareThread(1);
    Path folder = GoldenCases.of(name);
    Map<String, HostTensor> weights = SafeTensors.map(folder.resolve("model.safetensors"));
    Architecture architecture =
        Architectures.of(
            JSON.readTree(folder.resolve("config.json").toFile()), weights.keySet(), null);
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model = new Model(architecture, weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      for (double temperature : new double[] {0, 0.9}) {
        for (double penalty : new double[] {1, 1.3}) {
          List<Long> ends = ends(manager, model, temperature, penalty);
          Decoding how = new Decoding(ends, temperature, 0.95, penalty);
          List<List<Long>> alone = texts(manager, model, how, 1);
          assertThat(alone.stream().map(List::size).distinct().count()).isGreaterThan(2);
          for (int seats : new int[] {2, 3, PROMPTS - 1, PROMPTS, PROMPTS + 5}) {
            assertThat(texts(manager, model, how, seats))
                .as("%s seats, temperature %s, penalty %s", seats, temperature, penalty)
                .isEqualTo(alone);
          }
        }
      }
    }
  }

  /** Some tokens that the texts have, so that rows end at different places. */
  private static List<Long> ends(
      NDManager manager, Model model, double temperature, double penalty) {
    Decoding free = new Decoding(List.of(), temperature, 0.95, penalty);
    List<List<Long>> texts = texts(manager, model, free, PROMPTS);
    return List.of(texts.get(0).get(2), texts.get(3).get(5), texts.get(6).get(8));
  }

  private static List<List<Long>> texts(NDManager manager, Model model, Decoding how, int seats) {
    SplittableRandom random = new SplittableRandom(4);
    long[] ids = new long[PROMPTS * LONGEST];
    long[] lengths = new long[PROMPTS];
    for (int i = 0; i < PROMPTS; i++) {
      lengths[i] = 1 + random.nextInt(LONGEST);
      for (int j = 0; j < lengths[i]; j++) {
        ids[i * LONGEST + j] = 3 + random.nextInt(40);
      }
    }
    float[] uniform = new float[PROMPTS * NEW];
    for (int i = 0; i < uniform.length; i++) {
      uniform[i] = (random.nextInt() >>> 8) * 0x1p-24f;
    }
    long[] made;
    try (NDManager own = manager.newSubManager()) {
      made =
          model
              .generate(
                  own,
                  List.of(),
                  own.create(ids, new Shape(PROMPTS, LONGEST)),
                  own.create(lengths),
                  seats,
                  how,
                  own.create(uniform, new Shape(PROMPTS, NEW)))
              .toLongArray();
    }
    List<List<Long>> texts = new ArrayList<>();
    for (int i = 0; i < PROMPTS; i++) {
      List<Long> text = new ArrayList<>();
      for (long token : Arrays.copyOfRange(made, i * NEW, (i + 1) * NEW)) {
        text.add(token);
        if (how.ends().contains(token)) {
          break;
        }
      }
      texts.add(text);
    }
    return texts;
  }
}
