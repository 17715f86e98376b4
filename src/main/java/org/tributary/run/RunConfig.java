package org.tributary.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.json.Yaml;
import org.tributary.linalg.Backend;
import org.tributary.model.Precision;
import org.tributary.rows.Manifest;
import org.tributary.torch.Machine;
import org.tributary.torch.Torch;
import org.tributary.torch.Widening;

/**
 * The effective configuration of a run and the hashes of its inputs. It is written once, as {@code
 * config.yaml} of the run's folder, and later starts of the run are compared with it.
 */
public final class RunConfig {
  private static final Logger LOG = LoggerFactory.getLogger(RunConfig.class);

  private final Blueprint blueprint;
  private final TrainConfig config;
  private final ObjectNode facts;
  private final String run;

  private RunConfig(Blueprint blueprint, ObjectNode facts, String run) {
    this.blueprint = blueprint;
    config = blueprint.config();
    this.facts = facts;
    this.run = run;
  }

  /**
   * Collects the configuration and the inputs of a run.
   *
   * @param store reaches model and partitions
   * @param blueprint of the run
   * @throws IOException if a file cannot be hashed
   */
  public static RunConfig of(Store store, Blueprint blueprint) throws IOException {
    TrainConfig config = blueprint.config();
    String frozen = EffectiveConfig.frozen(config).sha256();
    Path out = store.path(config.out());
    Properties build = build();
    ObjectNode facts = Json.object();
    facts.put("frozen", frozen);
    facts.put("model", blueprint.base().files().hash());
    facts.put(
        "partitions", store.sha256(new Path(store.path(config.data().path()), Manifest.FILE)));
    ObjectNode classifier = ClassifierFacts.of(blueprint);
    if (classifier != null) {
      facts.set(ClassifierFacts.KEY, classifier);
    }
    String adapter = adapter(config);
    if (adapter != null) {
      facts.put("adapter", AdapterStart.hash(store, adapter));
    }
    facts.put("version", build.getProperty("git.build.version", "unknown"));
    facts.put("commit", build.getProperty("git.commit.id.full", "unknown"));
    facts.put("libtorch", Torch.version());
    facts.put("gemm", Backend.name());
    facts.put("spark", org.apache.spark.package$.MODULE$.SPARK_VERSION());
    facts.put("java", System.getProperty("java.version"));
    facts.put("cpuCapability", Machine.cpuCapability());
    if (blueprint.precision() == Precision.BFLOAT16) {
      facts.put("bfloat16", Widening.least().isPresent() ? "widened" : Machine.bfloat16());
    }
    String name =
        ComparisonFolder.around(store, out).isPresent()
            ? out.getParent().getName() + "-" + out.getName()
            : out.getName();
    return new RunConfig(blueprint, facts, name + "-" + frozen.substring(0, 8));
  }

  /** The adapter from which a run starts; null if there is none. */
  private static String adapter(TrainConfig config) {
    return config.framework().lora() == null ? null : config.framework().lora().start();
  }

  /** The version and commit of this program. */
  public static Properties build() throws IOException {
    Properties build = new Properties();
    try (InputStream in = RunConfig.class.getResourceAsStream("/org/tributary/build.properties")) {
      if (in != null) {
        build.load(in);
      }
    }
    return build;
  }

  /**
   * The run's name in the tables: its folder's name, in a comparison after its variant's, and the
   * hash of what is frozen, all from the first start. Keys of later releases change the hash but
   * not the name.
   */
  public String run(Store store, RunFolder folder) throws IOException {
    return store.exists(folder.config())
        ? read(store, folder.config()).path("run").path("name").asText(run)
        : run;
  }

  /**
   * The name that a run's {@code config.yaml} gives it.
   *
   * @throws WrongInput if the file is damaged
   */
  public static String name(Store store, RunFolder folder) throws IOException {
    return stored(store, folder).path("run").path("name").asText();
  }

  /** A run's {@code config.yaml}. */
  public static JsonNode stored(Store store, RunFolder folder) throws IOException {
    return read(store, folder.config());
  }

  /**
   * The configuration of a run at its first start.
   *
   * @throws WrongInput if the folder has no run, or its file is damaged
   */
  public static TrainConfig config(Store store, RunFolder folder) throws IOException {
    if (!store.exists(folder.config()) || !stored(store, folder).path("run").has("frozen")) {
      throw new WrongInput(
          "%s is not a run (it has no config.yaml of one); name the folder out of train, or of one of a comparison's runs"
              .formatted(folder.root()));
    }
    return ConfigReader.stored(
        folder.config().toString(),
        Yaml.text(stored(store, folder).path("config")),
        TrainConfig.class,
        RunSpec.CHOICES);
  }

  /**
   * Whether a run's model, rows and classifier are still those of its first start.
   *
   * @return a line for each difference
   */
  public static List<String> differences(Store store, Blueprint blueprint, RunFolder folder)
      throws IOException {
    JsonNode old = stored(store, folder).path("run");
    List<String> differences = new ArrayList<>(of(store, blueprint).changedFiles(old));
    differences.addAll(ClassifierFacts.differences(old, blueprint));
    return differences;
  }

  /** Every effective key of a run that something reads. */
  public static JsonNode parameters(Blueprint blueprint) throws IOException {
    return Yaml.tree(
        EffectiveConfig.readYaml(
            blueprint.config(), TaskKeys.unread(blueprint.architecture()).keySet()));
  }

  /**
   * Compares a run with the contents of its folder. Files are hashed only if the folder has a run.
   *
   * @throws WrongInput if the folder belongs to another run, or has something else
   */
  public static void check(Store store, Blueprint blueprint, RunFolder folder) throws IOException {
    if (store.exists(folder.config())) {
      of(store, blueprint).checkAgainst(store, folder);
    } else {
      checkFree(store, folder);
    }
  }

  /**
   * Compares this start with the contents of the folder.
   *
   * @throws WrongInput if the folder belongs to another run, or has something else
   */
  public void checkAgainst(Store store, RunFolder folder) throws IOException {
    if (!store.exists(folder.config())) {
      checkFree(store, folder);
      return;
    }
    JsonNode file = read(store, folder.config());
    TrainConfig before =
        ConfigReader.stored(
            folder.config().toString(),
            Yaml.text(file.path("config")),
            TrainConfig.class,
            RunSpec.CHOICES);
    JsonNode old = file.path("run");
    List<String> differences = new ArrayList<>(EffectiveConfig.difference(before, config));
    differences.addAll(changedFiles(old));
    differences.addAll(ClassifierFacts.differences(old, blueprint));
    if (store.exists(folder.round(config.rounds()))) {
      differences.add(
          "rounds: is %d, but round %d has begun already; ask for more rounds"
              .formatted(config.rounds(), config.rounds() + 1));
    }
    differences.addAll(otherBackend(old));
    if (!differences.isEmpty()) {
      throw WrongInput.all(
          "out: %s is another run's; name another folder, or set back:".formatted(folder.root()),
          differences);
    }
    warnOfOtherBits(old);
  }

  /** A run may begin in a folder that has nothing but its lock. */
  private static void checkFree(Store store, RunFolder folder) throws IOException {
    if (!store.list(folder.root()).stream()
        .allMatch(file -> file.getPath().getName().equals(folder.lock().getName()))) {
      throw new WrongInput(
          "out: %s exists and is not a run (it has no config.yaml); name another folder"
              .formatted(folder.root()));
    }
  }

  private List<String> changedFiles(JsonNode old) {
    Map<String, String> stands = new LinkedHashMap<>();
    stands.put("model", "model.path: the files at " + config.model().path());
    stands.put("partitions", "data.path: the files at " + config.data().path());
    stands.put("adapter", "framework.lora.start: the files at " + adapter(config));
    List<String> changed = new ArrayList<>();
    stands.forEach(
        (key, files) -> {
          if (!old.path(key).asText().equals(facts.path(key).asText())
              && old.has(key) == facts.has(key)) {
            changed.add(files + " have changed since");
          }
        });
    return changed;
  }

  private List<String> otherBackend(JsonNode old) {
    String now = facts.get("gemm").asText();
    String gemm = old.path("gemm").asText(now);
    return gemm.equals(now)
        ? List.of()
        : List.of(
            "merges were computed by %s, this build has %s: resume with a build of profile cuda, or"
                    .formatted(gemm, now)
                + " without it, as before");
  }

  private void warnOfOtherBits(JsonNode old) {
    for (String key : List.of("cpuCapability", "bfloat16", "libtorch", "commit")) {
      if (old.has(key) && !old.get(key).asText().equals(facts.path(key).asText())) {
        LOG.warn(
            "this run began with {} {} and resumes with {}: bits may differ from an uninterrupted run",
            key,
            old.path(key).asText(),
            facts.path(key).asText());
      }
    }
  }

  private static JsonNode read(Store store, Path file) throws IOException {
    try {
      return Yaml.tree(store.readAll(file));
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          file + " is not a readable run configuration; name another out, or restore the file", e);
    }
  }

  /** Writes {@code config.yaml} if it is not there. */
  public void commit(Store store, RunFolder folder) throws IOException {
    ObjectNode whole = Json.object();
    whole.set("run", facts.deepCopy().put("name", run));
    whole.set("config", parameters(blueprint));
    byte[] text = Yaml.text(whole).getBytes(StandardCharsets.UTF_8);
    store.commit(folder.config(), out -> out.write(text));
  }
}
