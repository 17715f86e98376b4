package org.tributary.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.tributary.batch.BatchOrder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftConfig;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.model.Architecture;
import org.tributary.model.Lora;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/**
 * Writes what both sides of {@code bench/run} read: start weights, start adapters, rows and their
 * order. {@code PrepareCases DATA TOKENIZER FOLDER...}, where each folder has a {@code case.json}
 * and {@code model/config.json}.
 */
public final class PrepareCases {
  /** Rows are sampled for this many batches, the size of the Trainer's groups of equal length. */
  private static final int BATCHES = 50;

  private PrepareCases() {}

  /** Prepares the folders. */
  public static void main(String[] args) throws IOException {
    RawRows raw = new RawRows(Path.of(args[0]), Path.of(args[1]));
    for (String folder : List.of(args).subList(2, args.length)) {
      StepCase one = StepCase.read(Path.of(folder));
      Architecture architecture = one.architecture();
      if (!Files.exists(one.model().resolve("model.safetensors"))) {
        write(one.model().resolve("model.safetensors"), weights(one, architecture));
      }
      if (one.lora() != null) {
        adapter(one, architecture)
            .write(
                Store.of(new Configuration()),
                new org.apache.hadoop.fs.Path(one.folder().resolve("adapter").toUri()));
      }
      boolean random = one.rows().equals("synthetic");
      int n = (random ? 8 : BATCHES) * one.batch();
      long vocabulary = architecture.image() == null ? architecture.vocabulary() : 0;
      Map<String, HostTensor> rows = new TreeMap<>(raw.of(one, vocabulary, n));
      if (!one.rows().equals("prompts")) {
        rows.put("order", order(one, n));
      }
      write(one.rowsFile(), rows);
    }
  }

  /** The rows of all batches, one after the other, as local training takes them. */
  private static HostTensor order(StepCase one, int n) {
    BatchOrder order = new BatchOrder(n, one.orderSeed());
    int[] rows = order.next(one.recipe().steps() * one.batch());
    long[] longs = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      longs[i] = rows[i];
    }
    return RawRows.longs(longs);
  }

  /** Uniform numbers of a deviation of 0.02; norms begin with 1, biases with 0. */
  private static Map<String, HostTensor> weights(StepCase one, Architecture architecture) {
    Map<String, HostTensor> weights = new TreeMap<>();
    one.weights(architecture)
        .forEach(
            (name, shape) -> {
              SplittableRandom random = new SplittableRandom(name.hashCode());
              int n = Math.toIntExact(HostTensor.elements(shape));
              ByteBuffer bytes = ByteBuffer.allocateDirect(4 * n).order(ByteOrder.LITTLE_ENDIAN);
              for (int i = 0; i < n; i++) {
                double centred = random.nextDouble() - 0.5;
                float constant = name.endsWith(".bias") ? 0 : 1;
                bytes.putFloat(
                    shape.length == 1 ? constant : (float) (0.04 * Math.sqrt(3) * centred));
              }
              weights.put(name, new HostTensor(DType.F32, shape, bytes.flip()));
            });
    return weights;
  }

  private static PeftAdapter adapter(StepCase one, Architecture architecture) throws IOException {
    Lora lora = one.lora();
    Map<String, long[]> layers = lora.layers(architecture.linearLayers());
    Map<String, HostTensor> tensors = new TreeMap<>();
    layers.forEach(
        (layer, shape) ->
            lora.start(layer, shape, 7)
                .forEach((name, t) -> tensors.put(architecture.nameInPeft(name), t)));
    if (one.labels() > 0) {
      Map<String, HostTensor> all = SafeTensors.map(one.model().resolve("model.safetensors"));
      architecture.head(one.labels()).keySet().forEach(name -> tensors.put(name, all.get(name)));
    }
    PeftConfig config =
        new PeftConfig(
            lora.rank(),
            lora.alpha(),
            false,
            PeftConfig.Targets.of(layers.keySet().stream().map(architecture::nameInPeft).toList()),
            one.labels() > 0 ? List.of("classifier") : List.of(),
            Map.of(),
            Map.of(),
            false,
            one.model().toString(),
            null,
            null);
    return new PeftAdapter(config, tensors);
  }

  private static void write(Path file, Map<String, HostTensor> tensors) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      SafeTensors.write(out, tensors, Map.of("format", "pt"));
    }
  }
}
