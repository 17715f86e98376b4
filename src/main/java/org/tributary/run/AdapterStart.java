package org.tributary.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftConfig;
import org.tributary.checkpoint.PeftNotes;
import org.tributary.checkpoint.Sha256;
import org.tributary.checkpoint.Store;
import org.tributary.checkpoint.TiedWeights;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.model.Lora;
import org.tributary.model.Pooling;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/**
 * The adapter in the PEFT folder that {@code framework.lora.start} names, from which a run's
 * adapters start.
 */
final class AdapterStart {
  private static final String KEY = "framework.lora.start: ";

  private final Path folder;
  private final PeftAdapter adapter;

  private AdapterStart(Path folder, PeftAdapter adapter) {
    this.folder = folder;
    this.adapter = adapter;
  }

  /**
   * Reads the adapter.
   *
   * @throws WrongInput if it is missing or of a kind that is not supported
   */
  static AdapterStart read(Store store, String folder) throws IOException {
    Path path = store.path(folder);
    return new AdapterStart(path, PeftAdapter.read(store, path));
  }

  /**
   * A hash that identifies the adapter: SHA-256 over the hashes of its files.
   *
   * @throws WrongInput if one of the two is missing
   */
  static String hash(Store store, String folder) throws IOException {
    Path path = store.path(folder);
    for (String name : List.of(PeftAdapter.CONFIG, PeftAdapter.WEIGHTS)) {
      if (!store.exists(new Path(path, name))) {
        PeftAdapter.read(store, path); // the message says what is missing and how to fix it
      }
    }
    return Sha256.of(
        store.sha256(new Path(path, PeftAdapter.CONFIG))
            + " "
            + store.sha256(new Path(path, PeftAdapter.WEIGHTS)));
  }

  /**
   * The start values of all tensors of the adapter, by the base model's names, in float32.
   *
   * @param base the run's model
   * @param lora as configured
   * @param labels the run's classes
   * @param asked the tensors that the run trains or gives to all clients, shapes by the base
   *     model's names
   * @return a value for each A and B, and for the other tensors of the adapter
   * @throws WrongInput that names every way in which adapter and configuration differ
   */
  Map<String, HostTensor> tensors(
      BaseModel base, Lora lora, List<String> labels, Map<String, long[]> asked)
      throws IOException {
    Architecture architecture = base.architecture();
    List<String> problems = new ArrayList<>();
    compare(lora, problems);
    compare(labels, problems);
    comparePooling(architecture, problems);
    Map<String, String> ours = new HashMap<>();
    base.used().keySet().forEach(name -> ours.put(architecture.nameWithHead(name), name));
    asked.keySet().forEach(name -> ours.put(architecture.nameWithHead(name), name));
    Map<String, HostTensor> start = new TreeMap<>();
    for (Map.Entry<String, HostTensor> held : ours(architecture, ours, problems).entrySet()) {
      String own = held.getKey();
      HostTensor tensor = held.getValue().to(DType.F32);
      if (!asked.containsKey(own)) {
        if (!isTheModels(base, own, tensor)) {
          problems.add(untrained(base, own));
        }
      } else if (!Arrays.equals(tensor.shape(), asked.get(own))) {
        problems.add(
            "its %s is %s, the run asks for %s"
                .formatted(own, held.getValue(), Arrays.toString(asked.get(own))));
      } else {
        start.put(own, tensor);
      }
    }
    Set<String> held =
        adapter.tensors().keySet().stream()
            .map(architecture::nameFromPeft)
            .collect(Collectors.toSet());
    asked.keySet().stream()
        .filter(name -> name.contains(".lora_"))
        .map(architecture::nameWithHead)
        .filter(name -> !held.contains(name))
        .sorted()
        .forEach(name -> problems.add("it has no " + architecture.nameInPeft(name)));
    tell(problems);
    return start;
  }

  /** The adapter's tensors by the names of the base model; tied tensors occur once. */
  private Map<String, HostTensor> ours(
      Architecture architecture, Map<String, String> ours, List<String> problems) {
    Map<String, HostTensor> own = new TreeMap<>();
    adapter
        .tensors()
        .forEach(
            (name, tensor) -> {
              String stored = architecture.nameFromPeft(name);
              if (own.put(ours.getOrDefault(stored, stored), tensor) != null) {
                problems.add("it has %s twice, under two names".formatted(name));
              }
            });
    problems.addAll(TiedWeights.problems(architecture.tiedWeights(), own, Set.of()));
    own.keySet().removeAll(architecture.tiedWeights().keySet());
    return own;
  }

  /** Whether it equals the base model's tensor, such as a classifier that is not trained. */
  private static boolean isTheModels(BaseModel base, String name, HostTensor tensor)
      throws IOException {
    return base.used().containsKey(name) && base.files().tensor(name).to(DType.F32).equals(tensor);
  }

  private static String untrained(BaseModel base, String name) {
    String problem = "it has %s, which this run does not train; ".formatted(name);
    String module = name.substring(0, name.lastIndexOf('.'));
    if (base.used().containsKey(name)) {
      return problem
          + "name it in framework.train, as in framework.train: [%s.*]".formatted(module);
    }
    String layer = module.substring(0, Math.max(0, module.lastIndexOf('.')));
    return base.architecture().linearLayers().containsKey(layer)
        ? problem + "name the layer in framework.lora.targets"
        : problem + "no run adapts or trains it: begin with the model that merge-adapter makes";
  }

  private void compare(Lora lora, List<String> problems) {
    PeftConfig config = adapter.config();
    differ(problems, "r", config.rank(), "rank", lora.rank());
    differ(problems, "lora_alpha", config.alpha(), "alpha", lora.alpha());
    differ(problems, "use_rslora", config.useRslora(), "rslora", lora.rslora());
    if (!config.rankPattern().isEmpty() || !config.alphaPattern().isEmpty()) {
      problems.add(
          "it has different ranks or alphas for some layers (rank_pattern, alpha_pattern), and a"
              + " run has one for all; merge it into the model with merge-adapter and train on that");
    }
  }

  /** A classifier is only valid for the same classes. */
  private void compare(List<String> labels, List<String> problems) {
    List<String> noted = PeftNotes.labels(adapter);
    if (!noted.isEmpty() && !noted.equals(labels)) {
      problems.add("its classes are %s, the run's are %s, in this order".formatted(noted, labels));
    }
  }

  /**
   * It is also only valid for the same pooling; without a note, that is the pooling of
   * transformers.
   */
  private void comparePooling(Architecture architecture, List<String> problems) {
    Pooling ours = architecture.pooling();
    Pooling family = adapter.saved().isEmpty() ? null : architecture.classifierPooling();
    PeftNotes.pooling(adapter)
        .or(() -> Optional.ofNullable(family).map(Pooling::key))
        .filter(theirs -> ours == null || !theirs.equals(ours.key()))
        .ifPresent(
            theirs ->
                problems.add(
                    "its pooling is %s, the run's is %s; set model.pooling"
                        .formatted(theirs, ours == null ? "none" : ours.key())));
  }

  private static void differ(
      List<String> problems, String theirKey, Object theirs, String ourKey, Object ours) {
    if (!theirs.equals(ours)) {
      problems.add(
          "its %s is %s, framework.lora.%s is %s".formatted(theirKey, theirs, ourKey, ours));
    }
  }

  private void tell(List<String> problems) {
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          KEY
              + folder
              + " does not fit this run; change the configuration, or name another adapter:",
          problems);
    }
  }
}
