package org.tributary.bench;

import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tributary.batch.Examples;
import org.tributary.batch.TextBatch;
import org.tributary.client.Assignment;
import org.tributary.client.BackwardMode;
import org.tributary.client.LocalTraining;
import org.tributary.client.Recipe;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.Lora;
import org.tributary.model.Model;
import org.tributary.model.Pooling;
import org.tributary.model.Precision;
import org.tributary.optim.AdamSettings;
import org.tributary.optim.GaLoreSettings;
import org.tributary.optim.GradientSubspaces;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.SgdSettings;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.torch.Machine;
import org.tributary.torch.Torch;

/**
 * Peak memory of one client training a Llama with random weights, in one process per setting:
 * {@code PeakMemory OPTIMIZER PRECISION BACKWARD BATCH LENGTH}, called by {@code bench/memory/run}.
 * Prints one line of a Markdown table.
 */
public final class PeakMemory {
  private static final String CONFIG =
      """
      {"model_type": "llama", "hidden_size": 768, "intermediate_size": 2048,
       "num_hidden_layers": 12, "num_attention_heads": 12, "num_key_value_heads": 12,
       "vocab_size": 16000, "max_position_embeddings": 2048, "tie_word_embeddings": true}
      """;

  private static final List<String> LINEAR =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  private static final int STEPS = 2;

  private PeakMemory() {}

  /** Runs one setting. */
  public static void main(String[] args) throws IOException {
    String optimizer = args[0];
    Precision precision = Precision.named(args[1]);
    BackwardMode backward = BackwardMode.valueOf(args[2].toUpperCase(Locale.ROOT));
    int batch = Integer.parseInt(args[3]);
    int length = Integer.parseInt(args[4]);
    Torch.prepareThread(2);
    Architecture llama =
        Architectures.of(JSON.readTree(CONFIG), Collections.emptySet(), Pooling.CLS);
    Map<String, HostTensor> base = new TreeMap<>();
    llama.weights().forEach((name, shape) -> base.put(name, normal(name, shape)));
    Lora lora = optimizer.equals("lora") ? new Lora(16, 32, false, LINEAR) : null;
    Map<String, HostTensor> start = lora == null ? base : adapters(lora, llama);
    Map<String, Double> scalings =
        lora == null
            ? Map.of()
            : Lora.scalings(lora.layers(llama.linearLayers()).keySet(), lora.scaling());
    // Trainable weights are not also frozen, as in a run that trains all weights.
    Map<String, HostTensor> frozen = lora == null ? Map.of() : base;
    System.gc();
    long before = Machine.residentMemoryBytes();
    Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    long[] peak = new long[1];
    double[] seconds = new double[1];
    long begin = System.nanoTime();
    try (Model model = new Model(llama, frozen, scalings, Device.cpu(), precision);
        NDManager manager = Torch.manager(Device.cpu())) {
      new LocalTraining(model, recipe(optimizer, backward, batch))
          .train(
              assignment(start, batch, length),
              manager,
              (step, steps, loss) -> {
                peak[0] = Machine.peakMemoryBytes();
                seconds[0] = (System.nanoTime() - begin) / 1e9 / step;
              });
    }
    long parameters = base.values().stream().mapToLong(HostTensor::elements).sum();
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %s | %.1f M | %d x %d | %.0f MB | %.1f s |%n",
        optimizer,
        args[1],
        args[2],
        parameters / 1e6,
        batch,
        length,
        (peak[0] - before) / 1e6,
        seconds[0]);
  }

  private static HostTensor normal(String name, long[] shape) {
    SplittableRandom random = new SplittableRandom(name.hashCode());
    boolean norm = shape.length == 1;
    int n = Math.toIntExact(HostTensor.elements(shape));
    ByteBuffer bytes = ByteBuffer.allocateDirect(4 * n).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < n; i++) {
      bytes.putFloat(norm ? 1 : (float) (0.04 * (random.nextDouble() - 0.5)));
    }
    return new HostTensor(DType.F32, shape, bytes.flip());
  }

  private static Map<String, HostTensor> adapters(Lora lora, Architecture llama) {
    Map<String, HostTensor> all = new TreeMap<>();
    lora.layers(llama.linearLayers())
        .forEach((layer, shape) -> all.putAll(lora.start(layer, shape, 7)));
    return all;
  }

  private static Recipe recipe(String optimizer, BackwardMode backward, int batch) {
    String name = optimizer.equals("lora") ? "adamw" : optimizer;
    Record own =
        switch (name) {
          case "galore" ->
              new GaLoreSettings(
                  0.9, 0.999, 1e-6, new GradientSubspaces(128, 200, 0.25, LINEAR, "randomized"));
          case "sgd" -> new SgdSettings(0);
          default -> new AdamSettings(0.9, 0.999, 1e-6);
        };
    OptimizerSettings settings = new OptimizerSettings(name, own, 0, 7);
    return new Recipe(
        7,
        1,
        STEPS,
        0,
        batch,
        1,
        Double.POSITIVE_INFINITY,
        settings,
        "constant",
        1e-4,
        0,
        false,
        backward);
  }

  private static Assignment assignment(Map<String, HostTensor> start, int batch, int length) {
    RoundPlan plan =
        new RoundPlan(
            start.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        Map.Entry::getKey,
                        e -> new RoundPlan.Part(e.getValue().shape(), Role.TRAVELS),
                        (a, b) -> a,
                        TreeMap::new)));
    return new Assignment("c", 0, new Random(batch, length), plan, start, Map.of());
  }

  /** Rows of random tokens, all of which count. */
  private record Random(int size, int tokens) implements Examples {
    @Override
    public int length(int row) {
      return tokens;
    }

    @Override
    public TextBatch batch(int[] rows) {
      int n = rows.length * tokens;
      long[] ids = new SplittableRandom(rows[0]).longs(n, 0, 16000).toArray();
      long[] ones = new long[n];
      Arrays.fill(ones, 1);
      return new TextBatch(ids, ones, new long[n], ids.clone(), rows.length, tokens, 0);
    }
  }
}
