package org.tributary.federation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.HeadConfig;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.ModelEdit;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftConfig;
import org.tributary.checkpoint.PeftNotes;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.evaluation.Evaluation;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.Lora;
import org.tributary.model.ModelTask;
import org.tributary.model.Pooling;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.run.BaseName;
import org.tributary.run.Blueprint;
import org.tributary.run.GlobalState;
import org.tributary.run.RunFolder;
import org.tributary.run.SavedModules;
import org.tributary.tables.RoundSummary;

/** Writes the result of a run: a model, or an adapter for the base model. */
final class ResultWriter {
  private static final String WEIGHT = ".weight";
  private static final String SEQUENCES = "SEQ_CLS";

  private final Store store;
  private final RunFolder folder;
  private final Blueprint blueprint;
  private final int rounds;

  /**
   * A writer.
   *
   * @param rounds the result is the model after this round, counted from 1
   */
  ResultWriter(Store store, RunFolder folder, Blueprint blueprint, int rounds) {
    this.store = store;
    this.folder = folder;
    this.blueprint = blueprint;
    this.rounds = rounds;
  }

  /**
   * Writes the global result; with personal models, one result for each client.
   *
   * @param states every client's own state
   * @return the folders written
   */
  List<Path> write(Map<String, Path> states) throws IOException {
    Set<String> model = blueprint.modelTensors();
    Map<String, HostTensor> global;
    try (GlobalState state = GlobalState.open(store, folder, blueprint.plan(rounds), rounds)) {
      global = state.tensors(model);
    }
    Path root = blueprint.leavesModel() ? folder.model() : folder.adapter();
    List<Path> written = new ArrayList<>();
    if (!blueprint.plan(rounds - 1).any(Role::isPersonal)) {
      write(root, global, null);
      written.add(root);
      return written;
    }
    for (Map.Entry<String, Path> state : states.entrySet()) {
      Map<String, HostTensor> own = new TreeMap<>(global);
      own.putAll(SafeTensors.read(store, state.getValue()).tensors());
      own.keySet().retainAll(model);
      Path target = new Path(root, "client=" + state.getKey());
      write(target, own, state.getKey());
      written.add(target);
    }
    return written;
  }

  private void write(Path target, Map<String, HostTensor> tensors, String client)
      throws IOException {
    files(target, tensors);
    List<Evaluation> own =
        JsonFiles.read(store, folder.roundJson(rounds - 1), RoundSummary.class)
            .evaluations()
            .stream()
            .filter(e -> Objects.equals(e.client(), client))
            .toList();
    Path card = new Path(target, ModelCard.FILE);
    store.commit(card, FileContent.of(new ModelCard(blueprint, rounds, own).bytes()));
  }

  private void files(Path target, Map<String, HostTensor> tensors) throws IOException {
    if (blueprint.leavesModel()) {
      edit(new MergedAdapters(blueprint).of(tensors))
          .write(store, blueprint.base().files(), target);
      return;
    }
    Map<String, HostTensor> saved = new TreeMap<>();
    SavedModules.of(blueprint.base(), tensors, SEQUENCES.equals(taskType()))
        .forEach((name, tensor) -> saved.put(nameInPeft(name), tensor));
    Map<String, HostTensor> adapter = new TreeMap<>(saved);
    tensors.forEach((name, tensor) -> adapter.put(nameInPeft(name), tensor));
    BaseName base = blueprint.base().name();
    PeftConfig config =
        new PeftConfig(
            blueprint.lora().rank(),
            blueprint.lora().alpha(),
            blueprint.lora().rslora(),
            PeftConfig.Targets.of(targets()),
            List.copyOf(SavedModules.modules(blueprint.architecture(), saved.keySet())),
            Map.of(),
            Map.of(),
            blueprint.adapted().keySet().stream().anyMatch(blueprint.architecture()::transposed),
            base.source(),
            base.revision(),
            taskType());
    new PeftAdapter(config, adapter, notes()).write(store, target);
  }

  private Map<String, String> notes() {
    Pooling pooling = blueprint.architecture().pooling();
    return pooling == null
        ? Map.of()
        : PeftNotes.of(said() ? List.of() : blueprint.labels(), pooling.key());
  }

  /** The base model with the trained tensors, in the places and types that they had in it. */
  private ModelEdit edit(Map<String, HostTensor> tensors) throws IOException {
    Set<String> there = blueprint.base().files().tensors().keySet();
    Map<String, ModelEdit.Change> changed = new TreeMap<>();
    Map<String, HostTensor> replaced = new TreeMap<>();
    Map<String, HostTensor> added = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (there.contains(name) && blueprint.newHead().containsKey(name)) {
            replaced.put(name, tensor);
          } else if (there.contains(name)) {
            changed.put(name, before -> tensor);
          } else {
            added.put(name, tensor);
          }
        });
    blueprint
        .architecture()
        .tiedWeights()
        .forEach(
            (name, same) -> {
              if (there.contains(name) && changed.containsKey(same)) {
                changed.put(name, changed.get(same));
              }
            });
    return new ModelEdit(
        said() ? null : config(),
        said() ? UnaryOperator.identity() : this::nameInResult,
        changed,
        replaced,
        named(added));
  }

  /**
   * Whether the base model's config.json describes the result's classifier completely, if there is
   * one.
   */
  private boolean said() {
    return blueprint.labels().isEmpty()
        || blueprint.newHead().isEmpty()
            && blueprint.base().head().saysAll(blueprint.architecture(), blueprint.labels());
  }

  /** The name of a base model's tensor in the result; null if a new head replaces it. */
  private String nameInResult(String name) {
    Architecture architecture = blueprint.architecture();
    return blueprint.newHead().isEmpty() || !architecture.isOfOtherHead(name)
        ? architecture.nameWithHead(name)
        : null;
  }

  /** Tensors under the names that they have in a model with a head. */
  private Map<String, HostTensor> named(Map<String, HostTensor> tensors) {
    Map<String, HostTensor> named = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> named.put(blueprint.architecture().nameWithHead(name), tensor));
    return named;
  }

  /** Peft's name for the task; it has none for images. */
  private String taskType() {
    if (blueprint.architecture().task() == ModelTask.GENERATION) {
      return "CAUSAL_LM";
    }
    return blueprint.architecture().headedClass().equals("ForSequenceClassification")
        ? SEQUENCES
        : null;
  }

  /**
   * The layers' short names if peft finds exactly these layers by them; otherwise all full names.
   */
  private List<String> targets() throws IOException {
    List<String> asked = blueprint.lora().targets();
    Set<String> layers = new TreeSet<>(blueprint.adapted().keySet());
    List<String> inPeft = layers.stream().map(this::nameInPeft).toList();
    boolean renamed =
        layers.stream()
            .anyMatch(
                name -> !nameInPeft(name).equals(blueprint.architecture().nameWithHead(name)));
    List<String> brief =
        renamed || asked.contains(Lora.ALL_LINEAR)
            ? inPeft.stream()
                .map(name -> name.substring(name.lastIndexOf('.') + 1))
                .distinct()
                .toList()
            : asked;
    Set<String> all = new TreeSet<>(blueprint.base().files().tensors().keySet());
    all.addAll(blueprint.newHead().keySet());
    all.addAll(poolerOfTheClass());
    boolean exact =
        all.stream()
            .filter(w -> w.endsWith(WEIGHT))
            .map(w -> w.substring(0, w.length() - WEIGHT.length()))
            .filter(w -> !layers.contains(w))
            .map(w -> "." + nameInPeft(w))
            .noneMatch(w -> brief.stream().anyMatch(t -> w.endsWith("." + t)));
    return exact && brief.stream().noneMatch(t -> t.contains("*")) ? brief : inPeft;
  }

  /**
   * The layers that the class of transformers has between encoder and classifier, whichever pooling
   * the run uses.
   */
  private Set<String> poolerOfTheClass() throws IOException {
    HuggingFaceFolder base = blueprint.base().files();
    return Architectures.of(base.config(), base.tensors().keySet(), null).poolerWeights().keySet();
  }

  private String nameInPeft(String name) {
    Architecture architecture = blueprint.architecture();
    return architecture.nameInPeft(architecture.nameWithHead(name));
  }

  /**
   * The base model's configuration, with everything that loaders need to know about its new
   * classifier.
   */
  private ObjectNode config() {
    ObjectNode config = blueprint.base().files().config();
    HeadConfig.put(config, blueprint.labels(), blueprint.architecture().headedClass());
    config.put(HeadConfig.POOLING, blueprint.architecture().pooling().key());
    return blueprint.architecture().configWithHead(config);
  }
}
