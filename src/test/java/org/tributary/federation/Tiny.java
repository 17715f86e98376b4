package org.tributary.federation;

import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LowRankChange;
import org.tributary.protocol.RoundPlan;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.run.Blueprint;
import org.tributary.run.GlobalState;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;

/**
 * A model and data small enough for tests: the golden BERT as a base model without a classifier,
 * and clients of unequal sizes. In every text, one word gives its class.
 */
public final class Tiny {
  /** Files on this machine. */
  public static final Store STORE = Store.of(new Configuration());

  private static final List<String> LABELS = List.of("genetic", "symptoms", "treatment");
  private static final Schema SCHEMA =
      Schema.of(
          new Schema.Column("text", Schema.Type.STRING),
          new Schema.Column("label", Schema.Type.STRING));

  private final Path root;
  private final List<String> labels;

  /** Makes the model and a partitioned set with clients of the given sizes. */
  public Tiny(Path root, int... sizes) throws IOException {
    this(root, LABELS, sizes);
  }

  /** The same rows; their three labels have other names. */
  Tiny(Path root, List<String> labels, int... sizes) throws IOException {
    this.root = root;
    this.labels = labels;
    writeModel();
    writeData(sizes);
  }

  private void writeModel() throws IOException {
    Path golden = GoldenCases.of("bert");
    ObjectNode config = (ObjectNode) JSON.readTree(golden.resolve("config.json").toFile());
    config.putArray("architectures").add("BertModel");
    config.remove(List.of("id2label", "label2id"));
    Map<String, HostTensor> weights =
        new TreeMap<>(SafeTensors.map(golden.resolve("model.safetensors")));
    weights.keySet().removeIf(name -> name.startsWith("classifier"));
    HuggingFaceFolder.write(
        STORE,
        hadoop(model()),
        config,
        weights,
        Map.of("tokenizer.json", Files.readAllBytes(golden.resolve("tokenizer.json"))));
  }

  /** A language model in addition to the encoder: the golden Llama, made on the first call. */
  public Path llama() throws IOException {
    Path folder = root.resolve("llama");
    if (!Files.exists(folder)) {
      Files.createDirectories(folder);
      Path golden = GoldenCases.of("llama_gqa");
      for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
        Files.copy(golden.resolve(name), folder.resolve(name));
      }
    }
    return folder;
  }

  private void writeData(int... sizes) throws IOException {
    TreeMap<String, Manifest.Client> clients = new TreeMap<>();
    for (int k = 0; k < sizes.length; k++) {
      String id = "%04d".formatted(k);
      clients.put(
          id,
          new Manifest.Client(
              part("client=" + id + "/train", sizes[k], k),
              part("client=" + id + "/validation", 4, 100 + k),
              null));
    }
    Manifest.Inputs inputs =
        new Manifest.Inputs(
            "tiny",
            0,
            "parquet",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            "label",
            new Manifest.Partitioner("natural", new TreeMap<>()),
            new Manifest.Shares(0, 0),
            null,
            null,
            null);
    new Manifest(
            Manifest.VERSION,
            inputs,
            Map.of(),
            SCHEMA.columns(),
            labels,
            clients,
            part("test", 60, 999),
            Map.of(),
            Map.of(),
            new TreeMap<>())
        .write(STORE, hadoop(data()));
  }

  private Manifest.Part part(String folder, int rows, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    List<Row> all = new ArrayList<>();
    TreeMap<String, Long> counts = new TreeMap<>();
    for (int i = 0; i < rows; i++) {
      int truth = random.nextInt(LABELS.size());
      String text = "what is the %s of disease %d".formatted(LABELS.get(truth), random.nextInt(50));
      String label = labels.get(truth);
      all.add(Row.of(SCHEMA, text, label));
      counts.merge(label, 1L, Long::sum);
    }
    String file = folder + "/part-00000.parquet";
    org.apache.hadoop.fs.Path path = hadoop(data().resolve(file));
    STORE.commit(path, out -> ParquetRows.write(out, SCHEMA, all));
    return new Manifest.Part(file, rows, counts, STORE.sha256(path), null);
  }

  /** Records the current files in the manifest, as if they had been partitioned this way. */
  public void seal() throws IOException {
    org.apache.hadoop.fs.Path file = hadoop(data().resolve(Manifest.FILE));
    Manifest m = Manifest.read(STORE, hadoop(data()));
    TreeMap<String, Manifest.Client> clients = new TreeMap<>();
    for (Map.Entry<String, Manifest.Client> client : m.clients().entrySet()) {
      clients.put(
          client.getKey(),
          new Manifest.Client(
              sealed(client.getValue().train()), sealed(client.getValue().validation()), null));
    }
    STORE.delete(file);
    new Manifest(
            m.version(),
            m.inputs(),
            m.sources(),
            m.columns(),
            m.labels(),
            clients,
            sealed(m.test()),
            m.duplicates(),
            m.skipped(),
            m.leftOut())
        .write(STORE, hadoop(data()));
  }

  private Manifest.Part sealed(Manifest.Part part) throws IOException {
    if (part == null) {
      return null;
    }
    org.apache.hadoop.fs.Path path = hadoop(data().resolve(part.file()));
    long rows = part.rows();
    try (ParquetReading reading = ParquetRows.read(STORE, path)) {
      rows = reading.rows();
    } catch (WrongInput e) {
      // This is not a Parquet file: a test needs it like this.
    }
    return new Manifest.Part(
        part.file(),
        rows,
        part.labels(),
        STORE.sha256(path),
        Files.size(data().resolve(part.file())));
  }

  /** The base model's folder. */
  public Path model() {
    return root.resolve("model");
  }

  /** The partitioned set's folder. */
  public Path data() {
    return root.resolve("data");
  }

  /** Replaces a client's training rows by rows with the given label; see {@link #seal}. */
  public void relabel(String client, int rows, String label) throws IOException {
    List<Row> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      all.add(Row.of(SCHEMA, "what is it, number " + i, label));
    }
    rewrite(
        "client=" + client + "/train",
        rewritten -> {
          rewritten.clear();
          rewritten.addAll(all);
        });
  }

  /** A row of text and label; either may be null. */
  public static Row row(String text, String label) {
    return Row.of(SCHEMA, text, label);
  }

  /** Changes the rows of a part; see {@link #seal}. */
  public void rewrite(String folder, Consumer<List<Row>> change) throws IOException {
    org.apache.hadoop.fs.Path path = hadoop(data().resolve(folder + "/part-00000.parquet"));
    List<Row> rows = new ArrayList<>();
    ParquetRows.forEach(STORE, path, List.of("text", "label"), rows::add);
    change.accept(rows);
    STORE.delete(path);
    STORE.commit(path, out -> ParquetRows.write(out, SCHEMA, rows));
  }

  /** The run's folder for a name. */
  public Path out(String name) {
    return root.resolve("runs").resolve(name);
  }

  /** A configuration: three rounds of two steps with AdamW, changed by {@code key=value}s. */
  public TrainConfig config(String name, String framework, String... sets) {
    return ConfigReader.read(
        "tiny.yaml", yaml(name, framework), List.of(sets), TrainConfig.class, RunSpec.CHOICES);
  }

  /** The file that {@link #config} is based on. */
  public String yaml(String name, String framework) {
    return """
        out: %s
        seed: 7
        rounds: 3
        model: {path: %s, maxLength: 16}
        data: {path: %s}
        framework: {name: %s}
        client:
          steps: 2
          batch: 4
          optimizer: {name: adamw, lr: 1.0e-2, weightDecay: 0.01}
          schedule: {name: cosine, warmup: 2}
        evaluate: {shard: 25, batch: 8}
        keep: {updates: 99, globals: 99}
        """
        .formatted(out(name), model(), data(), framework);
  }

  /** Settings that ask for adapters. */
  public static final String[] LORA = {
    "framework.lora.rank=3", "framework.lora.targets=[query, value]", "framework.lora.alpha=6"
  };

  /** A path as Hadoop writes it. */
  public static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }

  /** All that merges have written up to a round; low-rank changes are added to their matrices. */
  public static Map<String, HostTensor> global(TrainConfig config, RunFolder folder, int round)
      throws IOException {
    Set<String> names = new TreeSet<>();
    for (String name : tensors(folder.global(round)).keySet()) {
      names.add(LowRankChange.isFactor(name) ? LowRankChange.matrix(name) : name);
    }
    RoundPlan plan = new Blueprint(STORE, config).plan(round);
    try (GlobalState state = GlobalState.open(STORE, folder, plan, round + 1)) {
      return state.tensors(names);
    }
  }

  /** The tensors of a file. */
  public static Map<String, HostTensor> tensors(org.apache.hadoop.fs.Path file) {
    try {
      return SafeTensors.read(STORE, file).tensors();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
