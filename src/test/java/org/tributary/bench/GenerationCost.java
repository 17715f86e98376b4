package org.tributary.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tributary.batch.TextBatch;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.model.Decoding;
import org.tributary.model.Model;
import org.tributary.model.Precision;
import org.tributary.torch.Torch;

/**
 * The cost of greedy generation: {@code GenerationCost FOLDER}, in turns with the peer, see {@code
 * bench/run}.
 */
public final class GenerationCost {
  private GenerationCost() {}

  /** Runs one case. */
  public static void main(String[] args) throws IOException {
    StepCase one = StepCase.read(Path.of(args[0]));
    int pairs = one.json().get("pairs").asInt();
    Torch.prepareThread(one.threads());
    try (NDManager manager = Torch.manager(Device.cpu())) {
      manager.zeros(new Shape(8)).getFloat(0);
      Turns turns = new Turns();
      PreparedRows rows = PreparedRows.of(one);
      TextBatch prompts = (TextBatch) rows.batch(IntStream.range(0, rows.size()).toArray());
      try (Model model =
          new Model(
              one.architecture(),
              SafeTensors.map(one.model().resolve("model.safetensors")),
              Map.of(),
              Device.cpu(),
              Precision.FLOAT32)) {
        turns.resetPeak();
        for (int i = 0; i <= pairs; i++) {
          long begin = System.nanoTime();
          long[] made = generate(model, manager, prompts, one);
          double seconds = (System.nanoTime() - begin) / 1e9;
          turns.say(Map.of("seconds", List.of(seconds), "made", made));
          if (i < pairs) {
            turns.asked();
          }
        }
      }
      turns.answerGemm(manager);
    }
  }

  /** A case with {@code ends: n} ends a text with each n-th token of the vocabulary. */
  private static Decoding decoding(StepCase one) throws IOException {
    if (!one.json().has("ends")) {
      return Decoding.greedy(List.of());
    }
    int each = one.json().get("ends").asInt();
    long vocabulary = one.architecture().vocabulary();
    List<Long> ends = LongStream.range(0, vocabulary).filter(id -> id % each == 0).boxed().toList();
    return new Decoding(ends, 0, 1, one.json().get("penalty").asDouble());
  }

  private static long[] generate(Model model, NDManager manager, TextBatch prompts, StepCase one)
      throws IOException {
    int most = one.json().get("new").asInt();
    int seats = one.json().get("batch").asInt();
    int n = prompts.rows();
    long[] lengths = new long[n];
    for (int i = 0; i < prompts.mask().length; i++) {
      lengths[i / prompts.length()] += prompts.mask()[i];
    }
    try (NDManager own = manager.newSubManager()) {
      NDArray ids = own.create(prompts.ids(), new Shape(n, prompts.length()));
      NDArray uniform = own.zeros(new Shape(n, most));
      return model
          .generate(own, List.of(), ids, own.create(lengths), seats, decoding(one), uniform)
          .toLongArray();
    }
  }
}
