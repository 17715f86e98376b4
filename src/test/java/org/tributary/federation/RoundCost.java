package org.tributary.federation;

import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.scheduler.LiveListenerBus;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.TrainConfig;
import org.tributary.fixture.GoldenCases;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;
import org.tributary.tables.RoundSummary;

/**
 * The cost of a round around the clients' steps, in {@code local[2]}. Run by {@code
 * bench/round/run} as {@code RoundCost FOLDER MODEL CLIENTS STEPS ROUNDS}. The framework is FedAvg,
 * the models have random weights. Prints one line of a Markdown table: medians over the rounds
 * after the first.
 */
final class RoundCost {
  private static final int SLOTS = 2;

  private RoundCost() {}

  /** Measures one setting. */
  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    int clients = Integer.parseInt(args[2]);
    int rounds = Integer.parseInt(args[4]) + 1;
    Files.createDirectories(root);
    int[] sizes = new int[clients];
    Arrays.setAll(sizes, k -> 5 + k % 7);
    Tiny tiny = new Tiny(root, sizes);
    List<String> sets = new ArrayList<>(model(tiny, root, args[1]));
    sets.add("client.steps=" + args[3]);
    sets.add("rounds=" + rounds);
    sets.add("keep={updates: 1, globals: 1}");
    TrainConfig config = tiny.config("round", "fedavg", sets.toArray(String[]::new));
    Times times = new Times(new RunFolder(Tiny.STORE.path(config.out())));
    try (SparkSession session =
        SparkSession.builder().master("local[" + SLOTS + "]").appName("round").getOrCreate()) {
      session.sparkContext().addSparkListener(times.tasks);
      times.bus = session.sparkContext().listenerBus();
      new Federation(session, times).train(config);
    }
    times.print(args[1], clients, args[3]);
  }

  /** Writes the model, and gives the settings that it needs. */
  private static List<String> model(Tiny tiny, Path root, String name) throws IOException {
    return switch (name) {
      case "tiny" -> List.of();
      case "minilm" ->
          List.of(
              "model.path=" + bert(root.resolve(name)),
              "model.newHead=true",
              "client.batch=16",
              "model.maxLength=32");
      case "llama" ->
          List.of(
              "model.path=" + llama(tiny, root.resolve("large")),
              "model.maxLength=16",
              "client.batch=1",
              "data.prompt=\"{text}\"",
              "data.answer=label",
              "evaluate.parts=[validation]",
              "evaluate.every=1000");
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** The sizes of all-MiniLM-L6-v2. */
  private static Path bert(Path folder) throws IOException {
    Path golden = GoldenCases.of("bert");
    ObjectNode config = (ObjectNode) JSON.readTree(golden.resolve("config.json").toFile());
    config.put("hidden_size", 384).put("intermediate_size", 1536).put("vocab_size", 30522);
    config.put("num_hidden_layers", 6).put("num_attention_heads", 12);
    config.putArray("architectures").add("BertModel");
    config.remove(List.of("id2label", "label2id"));
    return write(folder, golden, config, Set.of("pooler.dense.weight"));
  }

  /** 97 million weights, 389 MB in float32. */
  private static Path llama(Tiny tiny, Path folder) throws IOException {
    Path golden = tiny.llama();
    ObjectNode config = (ObjectNode) JSON.readTree(golden.resolve("config.json").toFile());
    config.put("hidden_size", 768).put("intermediate_size", 2048).put("vocab_size", 16000);
    config.put("num_hidden_layers", 12).put("num_attention_heads", 12);
    config.put("num_key_value_heads", 12).put("tie_word_embeddings", true);
    return write(folder, golden, config, Set.of());
  }

  private static Path write(Path folder, Path golden, ObjectNode config, Set<String> more)
      throws IOException {
    Architecture architecture = Architectures.of(config, more, null);
    Map<String, HostTensor> weights = new TreeMap<>();
    architecture.weights().forEach((name, shape) -> weights.put(name, random(name, shape)));
    weights.keySet().removeIf(name -> name.startsWith("classifier"));
    HuggingFaceFolder.write(
        Tiny.STORE,
        Tiny.hadoop(folder),
        config,
        weights,
        Map.of("tokenizer.json", Files.readAllBytes(golden.resolve("tokenizer.json"))));
    return folder;
  }

  private static HostTensor random(String name, long[] shape) {
    SplittableRandom random = new SplittableRandom(name.hashCode());
    int elements = Math.toIntExact(HostTensor.elements(shape));
    ByteBuffer data = ByteBuffer.allocate(4 * elements).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      data.putFloat(shape.length == 1 ? 1 : (float) (0.04 * random.nextDouble() - 0.02));
    }
    return new HostTensor(DType.F32, shape, data.flip());
  }

  /** Seconds of each phase of every round, of the clients' steps, and of the processor. */
  private static final class Times implements RoundListener {
    private static final OperatingSystemMXBean SYSTEM =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final String STEPS = "steps";
    private static final String TASKS = "tasks";
    private static final String PROCESSOR = "processor";

    private final RunFolder folder;
    private final List<Map<String, Double>> rounds = new ArrayList<>();
    private final Tasks tasks = new Tasks();
    private LiveListenerBus bus;
    private long last;
    private long processor;

    Times(RunFolder folder) {
      this.folder = folder;
    }

    @Override
    public void phase(int round, Phase phase) {
      long now = System.nanoTime();
      if (phase == Phase.STARTED) {
        rounds.add(new TreeMap<>());
        processor = SYSTEM.getProcessCpuTime();
        tasks.seconds();
      } else {
        rounds.get(round).put(phase.name(), (now - last) / 1e9);
      }
      if (phase == Phase.TRAINED) {
        rounds.get(round).put(TASKS, tasks.seconds());
      }
      last = System.nanoTime();
    }

    @Override
    public void closed(RoundSummary summary) {
      Map<String, Double> seconds = rounds.get(summary.round());
      seconds.put(PROCESSOR, (SYSTEM.getProcessCpuTime() - processor) / 1e9);
      try {
        seconds.put(STEPS, steps(summary.round()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      System.err.printf(Locale.ROOT, "round %d %s%n", summary.round(), seconds);
    }

    /** Seconds of the clients' steps, for each slot. */
    private double steps(int round) throws IOException {
      double sum = 0;
      for (FileStatus file : Tiny.STORE.list(folder.updates(round))) {
        try (SafeTensors.Reader update = SafeTensors.open(Tiny.STORE, file.getPath())) {
          sum += ClientReport.of(update.header().metadata().get(ClientReport.KEY)).seconds();
        }
      }
      return sum / SLOTS;
    }

    /** Adds the durations of the tasks that have ended. */
    private final class Tasks extends SparkListener {
      private final LongAdder milliseconds = new LongAdder();

      @Override
      public void onTaskEnd(SparkListenerTaskEnd end) {
        milliseconds.add(end.taskInfo().duration());
      }

      /** Seconds since the last call, for each slot. */
      double seconds() {
        try {
          bus.waitUntilEmpty(10_000);
        } catch (TimeoutException e) {
          throw new IllegalStateException(e);
        }
        return milliseconds.sumThenReset() / 1e3 / SLOTS;
      }
    }

    void print(String model, int clients, String taken) {
      ToDoubleFunction<Map<String, Double>> whole =
          r -> sum(r, Phase.TRAINED, Phase.ACCEPTED, Phase.MERGED);
      System.out.printf(
          Locale.ROOT,
          "| %s | %d x %s | %.2f | %.3f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.3f |%n",
          model,
          clients,
          taken,
          median(r -> r.get(STEPS)),
          median(r -> SLOTS * (r.get(TASKS) - r.get(STEPS)) / clients),
          median(r -> sum(r, Phase.TRAINED)),
          median(r -> sum(r, Phase.ACCEPTED)),
          median(r -> sum(r, Phase.MERGED)),
          median(r -> sum(r, Phase.EVALUATED)),
          median(r -> sum(r, Phase.TABLED, Phase.CLOSED)),
          median(r -> r.get(PROCESSOR)),
          median(r -> whole.applyAsDouble(r) / r.get(STEPS)));
    }

    private static double sum(Map<String, Double> round, Phase... phases) {
      return Arrays.stream(phases).mapToDouble(p -> round.get(p.name())).sum();
    }

    private double median(ToDoubleFunction<Map<String, Double>> of) {
      double[] sorted = rounds.stream().skip(1).mapToDouble(of).sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }
}
