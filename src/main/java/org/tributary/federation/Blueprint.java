package org.tributary.federation;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.checkpoint.Store;
import org.tributary.client.Recipe;
import org.tributary.config.TrainConfig;
import org.tributary.data.ClassificationSet;
import org.tributary.data.Examples;
import org.tributary.data.GenerationSet;
import org.tributary.data.Manifest;
import org.tributary.data.Prompt;
import org.tributary.data.Tokens;
import org.tributary.error.WrongInput;
import org.tributary.framework.Framework;
import org.tributary.framework.Frameworks;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.Lora;
import org.tributary.model.Pooling;
import org.tributary.model.Task;
import org.tributary.model.WeightNames;
import org.tributary.optim.GaLoreSettings;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.Optimizers;
import org.tributary.optim.Projector;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.TrainPlan;
import org.tributary.protocol.Trainables;

/**
 * All that a run's configuration, base model and partitions decide, worked out the same way by the
 * driver and by every executor. Making one reads and checks, and writes nothing.
 */
public final class Blueprint {
  /** The one client of a pooled framework. */
  static final String POOLED_CLIENT = "all";

  private final TrainConfig config;
  private final Path data;
  private final Manifest manifest;
  private final HuggingFaceFolder base;
  private final Map<String, SafeTensorsHeader.Entry> baseTensors;
  private final List<String> labels;
  private final Architecture architecture;
  private final Map<String, long[]> newHead;
  private final Map<String, long[]> adapted;
  private final Framework framework;
  private final Ranks ranks;
  private final TrainPlan plan;

  /**
   * Works a run out.
   *
   * @param store reaches the paths of the configuration
   * @param config of the run
   * @throws WrongInput if model, partitions and configuration do not fit each other
   * @throws IOException where a file system fails
   */
  public Blueprint(Store store, TrainConfig config) throws IOException {
    this.config = config;
    data = store.path(config.data().path());
    manifest = Manifest.read(store, data);
    base = HuggingFaceFolder.open(store, store.path(config.model().path()));
    baseTensors = headers(store, base);
    architecture =
        Architectures.of(
            base.config(),
            baseTensors.keySet(),
            Pooling.valueOf(config.model().pooling().toUpperCase(java.util.Locale.ROOT)));
    labels =
        architecture.task() == Task.GENERATION
            ? List.of()
            : Labels.of(base, manifest, config.data());
    newHead = head();
    WeightNames.check(base.folder().toString(), architecture, shapes());
    Adapters adapters = lora() == null ? null : lora().adapters();
    framework = Frameworks.named(config.framework().name(), adapters);
    ranks = Ranks.of(config, adapters, framework, manifest);
    adapted = lora() == null ? Map.of() : lora().layers(architecture.linearLayers());
    plan = framework.plan(trainables());
    checkOptimizer();
    checkLengths();
    checkClients();
  }

  private static Map<String, SafeTensorsHeader.Entry> headers(Store store, HuggingFaceFolder base)
      throws IOException {
    Map<String, SafeTensorsHeader.Entry> all = new LinkedHashMap<>();
    for (Path file : base.weightFiles()) {
      try (SafeTensors.Reader reader = SafeTensors.open(store, file)) {
        all.putAll(reader.header().tensors());
      }
    }
    return all;
  }

  private Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    baseTensors.forEach(
        (name, entry) -> {
          if (entry.dtype() != org.tributary.protocol.DType.F32 && used(name)) {
            throw new WrongInput(
                "%s: tensor %s is %s; this release trains F32 weights: save the model in float32"
                    .formatted(base.folder(), name, entry.dtype()));
          }
          shapes.put(name, entry.shape());
        });
    return shapes;
  }

  private boolean used(String name) {
    return architecture.weights().containsKey(name)
        || architecture.optionalWeights().containsKey(name)
        || architecture.head(labels.size()).containsKey(name);
  }

  private Map<String, long[]> head() {
    Map<String, long[]> head = architecture.head(labels.size());
    if (!baseTensors.keySet().containsAll(head.keySet())) {
      return head;
    }
    head.forEach(
        (name, shape) -> {
          long[] found = baseTensors.get(name).shape();
          if (!Arrays.equals(found, shape)) {
            throw new WrongInput(
                "%s: tensor %s has shape %s, but there are %d classes; name them in id2label of"
                        .formatted(base.folder(), name, Arrays.toString(found), labels.size())
                    + " config.json, or take the model without its classifier");
          }
        });
    return Map.of();
  }

  private Trainables trainables() {
    SortedMap<String, long[]> weights = new TreeMap<>();
    baseTensors.forEach(
        (name, entry) -> {
          if (used(name)) {
            weights.put(name, entry.shape());
          }
        });
    List<String> named = config.framework().train();
    SortedMap<String, long[]> chosen =
        named.isEmpty() ? weights : WeightNames.matching(named, weights, newHead.keySet());
    SortedMap<String, long[]> a = new TreeMap<>();
    SortedMap<String, long[]> b = new TreeMap<>();
    adapted.forEach(
        (layer, shape) -> {
          a.put(layer + Lora.A, new long[] {lora().rank(), shape[1]});
          b.put(layer + Lora.B, new long[] {shape[0], lora().rank()});
        });
    return new Trainables(chosen, !named.isEmpty(), new TreeMap<>(newHead), a, b);
  }

  private void checkOptimizer() {
    SortedMap<String, long[]> shapes = new TreeMap<>(plan.of(Role.TRAVELS));
    shapes.putAll(plan.of(Role.STAYS));
    Optimizers.check(optimizer(config.client().optimizer()), shapes);
  }

  private void checkLengths() {
    if (config.model().maxLength() > architecture.maxPositions()) {
      throw new WrongInput(
          "model.maxLength: %d is more than the model's %d positions; lower it"
              .formatted(config.model().maxLength(), architecture.maxPositions()));
    }
  }

  private void checkClients() {
    List<String> problems = new ArrayList<>();
    manifest
        .clients()
        .forEach(
            (id, client) -> {
              if (client.train() == null || client.train().rows() == 0) {
                problems.add(
                    "client %s has no training rows; partition again with fewer clients or a larger"
                            .formatted(id)
                        + " partitioner.minRows");
              }
            });
    if (config.cohort().minClients() > cohort(0).size()) {
      problems.add(
          "cohort.minClients: %d is more than the %d clients of a round; lower it"
              .formatted(config.cohort().minClients(), cohort(0).size()));
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(data + ":", problems);
    }
  }

  /**
   * Opens the tokenizer and checks that the model knows all its ids.
   *
   * @param store reaches the model folder
   * @return to be closed
   * @throws WrongInput if there is none, or it does not fit the embedding
   */
  public Tokens tokens(Store store) throws IOException {
    Path file = new Path(base.folder(), HuggingFaceFolder.TOKENIZER);
    // A row of prompt and answer is cut where the prompt begins, which only the row knows.
    int longest =
        architecture.task() == Task.GENERATION ? Integer.MAX_VALUE : config.model().maxLength();
    Tokens tokens = Tokens.open(store, file, longest);
    if (tokens.size() > architecture.vocabulary()) {
      int size = tokens.size();
      tokens.close();
      throw new WrongInput(
          "%s: has ids up to %d, but the embedding in %s has %d rows; use the tokenizer of this model"
              .formatted(file, size - 1, base.folder(), architecture.vocabulary()));
    }
    return tokens;
  }

  /**
   * How every client trains.
   *
   * @return numbers from the configuration
   */
  public Recipe recipe() {
    TrainConfig.Client c = config.client();
    TrainConfig.Optimizer o = c.optimizer();
    return new Recipe(
        config.seed(),
        config.rounds(),
        c.steps() == null ? 0 : c.steps(),
        c.epochs() == null ? 0 : c.epochs(),
        c.batch(),
        c.accumulate(),
        c.clip() == null ? Double.POSITIVE_INFINITY : c.clip(),
        optimizer(o),
        c.schedule().name(),
        o.lr(),
        c.schedule().warmup(),
        c.keepOptimizer());
  }

  private OptimizerSettings optimizer(TrainConfig.Optimizer o) {
    TrainConfig.GaLore g = o.galore();
    return new OptimizerSettings(
        o.name(),
        o.momentum(),
        o.beta1(),
        o.beta2(),
        o.eps(),
        o.weightDecay(),
        g == null
            ? null
            : new GaLoreSettings(
                g.rank(),
                g.gap(),
                g.scale(),
                g.targets(),
                Projector.named(g.projector()),
                config.seed()));
  }

  /**
   * The adapters that the configuration asks for.
   *
   * @return null without
   */
  public Lora lora() {
    TrainConfig.Lora l = config.framework().lora();
    return l == null ? null : new Lora(l.rank(), l.alpha(), l.rslora(), l.targets());
  }

  /**
   * The clients of a round.
   *
   * @param round counted from 0
   * @return ids in their order
   */
  public List<String> cohort(int round) {
    return framework.pooled()
        ? List.of(POOLED_CLIENT)
        : Cohort.sample(
            List.copyOf(manifest.clients().keySet()),
            config.cohort().fraction(),
            config.seed(),
            round);
  }

  /**
   * Whether a client takes part for the first time.
   *
   * @param client id
   * @param round counted from 0, in whose cohort it is
   * @return false if it was in the cohort of an earlier round
   */
  boolean isFirst(String client, int round) {
    return IntStream.range(0, round).noneMatch(earlier -> cohort(earlier).contains(client));
  }

  /**
   * The folders of a client's training rows.
   *
   * @param client id
   * @return one, or all clients' for the pooled client
   */
  public List<Path> trainFolders(String client) {
    return framework.pooled()
        ? manifest.clients().values().stream().map(c -> folder(c.train())).toList()
        : List.of(folder(manifest.clients().get(client).train()));
  }

  /**
   * The folders of an evaluation's rows.
   *
   * @param part {@code test} or {@code validation}
   * @return the global test rows, or all clients' validation rows; empty where there are none
   */
  public List<Path> evaluationFolders(String part) {
    if (part.equals("test")) {
      return manifest.test() == null ? List.of() : List.of(folder(manifest.test()));
    }
    return manifest.clients().values().stream()
        .map(Manifest.Client::validation)
        .filter(v -> v != null && v.rows() > 0)
        .map(this::folder)
        .toList();
  }

  /**
   * The rows of an evaluation.
   *
   * @param part {@code test} or {@code validation}
   * @return how many
   */
  public long evaluationRows(String part) {
    if (part.equals("test")) {
      return manifest.test() == null ? 0 : manifest.test().rows();
    }
    return manifest.clients().values().stream()
        .map(Manifest.Client::validation)
        .filter(v -> v != null)
        .mapToLong(Manifest.Part::rows)
        .sum();
  }

  private Path folder(Manifest.Part part) {
    return new Path(data, part.folder());
  }

  /**
   * Reads rows as the model's task wants them.
   *
   * @param store reaches the folders
   * @param folders of Parquet files
   * @return at least one row
   * @throws WrongInput if there are none, or one cannot be used
   * @throws IOException where a file system fails
   */
  public Examples rows(Store store, List<Path> folders) throws IOException {
    TrainConfig.Data d = config.data();
    if (architecture.task() == Task.GENERATION) {
      return GenerationSet.read(
          store,
          folders,
          new GenerationSet.Layout(
              Prompt.of(d.prompt()), d.answer(), endToken(), config.model().maxLength()));
    }
    return ClassificationSet.read(
        store, folders, new ClassificationSet.Columns(d.text(), d.label()), labels);
  }

  /**
   * The token that ends a text, as the model's config.json has it.
   *
   * @return its id
   * @throws WrongInput if there is none
   */
  public long endToken() {
    JsonNode end = base.config().path("eos_token_id");
    JsonNode first = end.isArray() ? end.path(0) : end;
    if (!first.isIntegralNumber()) {
      throw new WrongInput(
          "%s: config.json has no eos_token_id, without which no answer ends; add it"
              .formatted(base.folder()));
    }
    return first.longValue();
  }

  /** The configuration. */
  public TrainConfig config() {
    return config;
  }

  /** What the partitioned set holds. */
  public Manifest manifest() {
    return manifest;
  }

  /** The base model. */
  public HuggingFaceFolder base() {
    return base;
  }

  /** The classes, in the order of the classifier's rows. */
  public List<String> labels() {
    return labels;
  }

  /** The base model's family and sizes. */
  public Architecture architecture() {
    return architecture;
  }

  /** The classifier's shapes where it starts anew; empty where the checkpoint has one. */
  public Map<String, long[]> newHead() {
    return newHead;
  }

  /** The layers that carry adapters, shape [out, in] by name. */
  public Map<String, long[]> adapted() {
    return adapted;
  }

  /** The framework. */
  public Framework framework() {
    return framework;
  }

  /** What trains, travels and stays, in the shapes of the global tensors. */
  public TrainPlan plan() {
    return plan;
  }

  /** The ranks of the clients' adapters. */
  Ranks ranks() {
    return ranks;
  }

  /**
   * Whether a tensor of the base model is one that the program uses.
   *
   * @param name of the tensor
   * @return false for extras, such as a pooler that mean pooling does not use
   */
  public boolean isUsed(String name) {
    return baseTensors.containsKey(name) && used(name);
  }
}
