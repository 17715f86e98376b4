package org.tributary.federation;

import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
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
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.TrainConfig;
import org.tributary.fixture.GoldenCases;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;

/**
 * The cost of the driver's part of a round: the scan of the updates, and the merge. Run by {@code
 * bench/merge/run} as {@code MergeCost FOLDER CLIENTS HIDDEN LAYERS VOCABULARY TIMES}. The updates
 * are those of FedAvg for a BERT with random weights. For comparison it hashes the same files on
 * all cores. Prints one line of a Markdown table.
 */
final class MergeCost {
  private MergeCost() {}

  /** Measures one setting. */
  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    int clients = Integer.parseInt(args[1]);
    Files.createDirectories(root);
    int[] sizes = new int[clients];
    Arrays.setAll(sizes, k -> 5 + k % 7);
    Tiny tiny = new Tiny(root, sizes);
    Path model = model(root.resolve("large"), Integer.parseInt(args[2]), args[3], args[4]);
    TrainConfig config =
        tiny.config("merge", "fedavg", "model.path=" + model, "model.newHead=true");
    try (SparkSession session =
        SparkSession.builder().master("local[2]").appName("merge").getOrCreate()) {
      JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
      measure(spark, config, clients, Integer.parseInt(args[5]));
    }
  }

  private static Path model(Path folder, int hidden, String layers, String vocabulary)
      throws IOException {
    Path golden = GoldenCases.of("bert");
    ObjectNode config = (ObjectNode) JSON.readTree(golden.resolve("config.json").toFile());
    config.put("hidden_size", hidden).put("intermediate_size", 4 * hidden);
    config.put("num_hidden_layers", Integer.parseInt(layers));
    config.put("num_attention_heads", 4).put("vocab_size", Integer.parseInt(vocabulary));
    config.putArray("architectures").add("BertModel");
    config.remove(List.of("id2label", "label2id"));
    Architecture bert = Architectures.of(config, Set.of("pooler.dense.weight"), null);
    Map<String, HostTensor> weights = new TreeMap<>();
    bert.weights().forEach((name, shape) -> weights.put(name, random(shape, name.hashCode())));
    weights.keySet().removeIf(name -> name.startsWith("classifier"));
    HuggingFaceFolder.write(
        Tiny.STORE,
        Tiny.hadoop(folder),
        config,
        weights,
        Map.of("tokenizer.json", Files.readAllBytes(golden.resolve("tokenizer.json"))));
    return folder;
  }

  private static HostTensor random(long[] shape, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int elements = Math.toIntExact(HostTensor.elements(shape));
    ByteBuffer data = ByteBuffer.allocate(4 * elements).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      data.putFloat((float) (0.04 * random.nextDouble() - 0.02));
    }
    return new HostTensor(DType.F32, shape, data.flip());
  }

  private static void measure(JavaSparkContext spark, TrainConfig config, int clients, int times)
      throws Exception {
    Blueprint blueprint = new Blueprint(Tiny.STORE, config);
    RunFolder folder = new RunFolder(Tiny.STORE.path(config.out()));
    Tiny.STORE.commit(
        folder.start(), SafeTensors.content(StartState.of(Tiny.STORE, blueprint), Map.of()));
    long bytes = 0;
    for (String client : blueprint.cohort(0)) {
      Map<String, HostTensor> update = new TreeMap<>();
      blueprint
          .plan(0)
          .parts()
          .forEach(
              (name, part) ->
                  update.put(name, random(part.shape(), client.hashCode() + name.hashCode())));
      bytes = update.values().stream().mapToLong(t -> t.data().remaining()).sum();
      String report =
          ClientReport.of("{\"client\": \"%s\", \"samples\": 3}".formatted(client)).json();
      Tiny.STORE.commit(
          folder.update(0, client, "a-1"),
          SafeTensors.content(update, Map.of(ClientReport.KEY, report)));
    }
    Broadcast<RunSpec> spec =
        spark.broadcast(
            RunSpec.of(
                config, folder.root(), new SerializableConfiguration(spark.hadoopConfiguration())));
    List<double[]> seconds = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      Tiny.STORE.delete(folder.global(0));
      seconds.add(once(spark, spec, blueprint, folder, clients * bytes));
    }
    seconds.remove(0); // until code is compiled
    System.out.printf(
        Locale.ROOT,
        "| %d x %.0f MB | %.2f | %.2f | %.2f | %.2f |%n",
        clients,
        bytes / 1e6,
        median(seconds, 2),
        median(seconds, 0),
        median(seconds, 1),
        median(seconds, 0) + median(seconds, 1));
  }

  private static double[] once(
      JavaSparkContext spark,
      Broadcast<RunSpec> spec,
      Blueprint blueprint,
      RunFolder folder,
      long uploaded)
      throws Exception {
    long begin = System.nanoTime();
    List<UpdateValidation.Checked> checked =
        new UpdateValidation(spark, spec, blueprint).check(Tiny.STORE, folder, 0);
    double look = (System.nanoTime() - begin) / 1e9;
    List<AcceptedUpdates.Choice> choices = new ArrayList<>();
    Map<org.apache.hadoop.fs.Path, String> looked = new TreeMap<>();
    for (UpdateValidation.Checked c : checked) {
      if (c.problem() != null) {
        throw new IllegalStateException(c.problem());
      }
      looked.put(folder.update(0, c.client(), c.attempt()), c.sha256());
      choices.add(new AcceptedUpdates.Choice(c.client(), c.attempt(), 3, c.sha256(), null));
    }
    double[] weights = new double[choices.size()];
    Arrays.fill(weights, 1.0 / weights.length);
    begin = System.nanoTime();
    new RoundMerge(spark, spec, blueprint)
        .merge(new AcceptedUpdates(0, choices, Map.of()), weights, looked, uploaded);
    double merge = (System.nanoTime() - begin) / 1e9;
    begin = System.nanoTime();
    DriverThreads.map(List.copyOf(looked.keySet()), Tiny.STORE::sha256);
    return new double[] {look, merge, (System.nanoTime() - begin) / 1e9};
  }

  private static double median(List<double[]> seconds, int which) {
    double[] sorted = seconds.stream().mapToDouble(s -> s[which]).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
