package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/**
 * A model with an adapter merged into its weights: every adapted W {@code [out, in]} becomes W + s
 * B A, computed in float64 and rounded to W's type in the checkpoint. If W is stored as [in, out],
 * the product is transposed. Modules that were trained whole replace those of the model, or are
 * added.
 *
 * <p>Adapters are trained on a model with a head. Its tensor names have a prefix such as {@code
 * bert.}, which a checkpoint without a head lacks. If a classifier is added, all names get the
 * prefix.
 */
public final class AdapterMerge {
  private static final String WEIGHT = ".weight";
  private static final String LM_HEAD = "lm_head.weight";

  private final HuggingFaceFolder base;
  private final Map<String, SafeTensorsHeader.Entry> there;
  private final PeftAdapter adapter;
  private final Family family;
  private final String prefix;
  private final AdapterClassifier classifier;
  private final List<String> problems = new ArrayList<>();
  private final Map<String, ModelEdit.Change> changed = new TreeMap<>();
  private final Map<String, HostTensor> replaced = new TreeMap<>();
  private final Map<String, HostTensor> added = new TreeMap<>();
  private boolean untied;

  private AdapterMerge(HuggingFaceFolder base, PeftAdapter adapter, Family family)
      throws IOException {
    this.base = base;
    this.adapter = adapter;
    this.family = family;
    there = base.tensors();
    prefix = prefix();
    classifier = new AdapterClassifier(adapter, PeftNotes.labels(adapter));
    adapter.modules().forEach(this::change);
    adapter.saved().forEach(this::save);
  }

  /**
   * What the merge must know about a model family.
   *
   * @param stored converts an adapter's name to the name in a checkpoint with a head
   * @param withHead the change of config.json when a classifier is added
   * @param ties tied matrices, of which a file may hold both copies: the used name by the optional
   *     name
   * @param used whether the model uses a tensor; tensors that an adapter changes count as used
   * @param otherHead whether a tensor belongs to a head that a new classifier replaces
   */
  public record Family(
      UnaryOperator<String> stored,
      UnaryOperator<ObjectNode> withHead,
      Map<String, String> ties,
      Predicate<String> used,
      Predicate<String> otherHead) {
    /** An unknown family. */
    public static final Family UNKNOWN =
        new Family(
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            Map.of(),
            name -> false,
            name -> false);
  }

  /**
   * The result of a merge.
   *
   * @param merged the weights to which a product was added, by their names in the base model
   * @param replaced the tensors of the model that were replaced
   * @param added tensors that the base model did not have
   * @param written false if all files existed already
   */
  public record Done(
      List<String> merged, List<String> replaced, List<String> added, boolean written) {}

  /**
   * Writes the merged model.
   *
   * @param store reaches all folders
   * @param base the model that the adapter was trained on
   * @param adapter for it
   * @param family the model's family
   * @param target created if it is missing
   * @return the result
   * @throws WrongInput if the adapter does not fit the model (names at most ten of the modules), if
   *     the model has NaN or infinite numbers, or would get values that its type cannot hold, or if
   *     the target has something else. Then nothing is written
   * @throws IOException if a file system fails
   */
  public static Done write(
      Store store, HuggingFaceFolder base, PeftAdapter adapter, Family family, Path target)
      throws IOException {
    AdapterMerge merge = new AdapterMerge(base, adapter, family);
    merge.tie();
    if (!merge.problems.isEmpty()) {
      throw WrongInput.some(
          "%s: the adapter does not fit this model; name the one that it was trained on%s:"
              .formatted(base.folder(), hint(adapter)),
          merge.problems);
    }
    merge.checkFinite();
    List<String> merged = new ArrayList<>(merge.changed.keySet());
    Set<String> replaced = new TreeSet<>();
    adapter.saved().keySet().stream().map(merge::nameThere).forEach(replaced::add);
    merged.removeAll(replaced);
    replaced.retainAll(merge.there.keySet());
    ModelEdit edit =
        new ModelEdit(merge.config(), merge.names(), merge.changed, merge.replaced, merge.added);
    boolean written = edit.write(store, base, target);
    return new Done(merged, List.copyOf(replaced), List.copyOf(merge.added.keySet()), written);
  }

  private static String hint(PeftAdapter adapter) {
    String name = adapter.config().baseModel();
    return name.isEmpty() ? "" : " (its configuration says " + name + ")";
  }

  /**
   * The prefix of the adapter's names, which the checkpoint's names lack; empty if there is none.
   */
  private String prefix() {
    List<String> modules = adapter.modules().stream().map(family.stored()).toList();
    String first = modules.isEmpty() ? "" : modules.get(0);
    String front = first.substring(0, first.indexOf('.') + 1);
    boolean isIn =
        modules.stream()
            .anyMatch(
                module ->
                    module.startsWith(front)
                        && there.containsKey(module.substring(front.length()) + WEIGHT));
    boolean isPlain =
        modules.stream()
            .anyMatch(module -> !module.startsWith(front) || there.containsKey(module + WEIGHT));
    return isIn && !isPlain ? front : "";
  }

  /** Converts a name of the adapter to the checkpoint's name. */
  private String nameThere(String name) {
    String own = family.stored().apply(name);
    return !prefix.isEmpty() && own.startsWith(prefix) ? own.substring(prefix.length()) : own;
  }

  private UnaryOperator<String> names() {
    String front = added.isEmpty() ? "" : prefix;
    boolean isNew = newHead() != null;
    return name -> isNew && family.otherHead().test(name) ? null : front + name;
  }

  /** The weight of the new classifier, whether the model had one before or not; null without. */
  private HostTensor newHead() {
    Map<String, HostTensor> heads = new TreeMap<>(added);
    heads.putAll(replaced);
    return AdapterClassifier.weight(heads);
  }

  /** The configuration of the merged model; null if it does not change. */
  private ObjectNode config() {
    HostTensor head = newHead();
    if (head == null) {
      return untied ? base.config().put("tie_word_embeddings", false) : null;
    }
    return family.withHead().apply(classifier.config(base.config(), (int) head.shape()[0]));
  }

  private void change(String module) {
    String name = nameThere(module) + WEIGHT;
    SafeTensorsHeader.Entry weight = there.get(name);
    if (weight == null && family.ties().containsKey(name)) {
      return;
    }
    if (weight == null) {
      problems.add("module %s is not in the model".formatted(module));
      return;
    }
    HostTensor a = adapter.tensors().get(module + PeftAdapter.LORA_A);
    HostTensor b = adapter.tensors().get(module + PeftAdapter.LORA_B);
    boolean transposed = Conv1d.isTransposed(base.config(), module);
    long[] shape = {b.shape()[0], a.shape()[1]};
    long[] stored = transposed ? new long[] {shape[1], shape[0]} : shape;
    if (!Arrays.equals(weight.shape(), stored)) {
      problems.add(
          "module %s: A %s and B %s fit a weight of shape %s, the model's has %s"
              .formatted(
                  module,
                  Arrays.toString(a.shape()),
                  Arrays.toString(b.shape()),
                  Arrays.toString(stored),
                  Arrays.toString(weight.shape())));
    } else if (!weight.dtype().isFloating() || weight.dtype() == DType.F64) {
      problems.add(
          "module %s: the model's weight is %s, not F32, F16 or BF16"
              .formatted(module, weight.dtype()));
    } else {
      double scaling = adapter.config().scaling(module);
      ModelEdit.Change change =
          w ->
              LoraProduct.add(
                  adapter.weight(module).orElse(w).to(w.dtype()), scaling, a, b, transposed);
      if (changed.put(name, change) != null) {
        problems.add("module %s is in the adapter twice, under two names".formatted(module));
      }
    }
  }

  private void save(String name, HostTensor tensor) {
    SafeTensorsHeader.Entry before = there.get(nameThere(name));
    if (before == null && family.ties().containsKey(nameThere(name))) {
      return;
    }
    if (before == null && name.equals(LM_HEAD)) {
      problems.add(name + " is in the adapter, but the model's head is its token embedding");
    } else if (before == null) {
      added.put(family.stored().apply(name), tensor);
    } else if (classifier.replaces(name, before.shape(), tensor.shape())) {
      replaced.put(nameThere(name), tensor);
    } else if (!Arrays.equals(before.shape(), tensor.shape())) {
      problems.add(adapter.misfit(name, before.shape()));
    } else {
      changed.put(nameThere(name), was -> tensor);
    }
  }

  /**
   * Tied matrices stay tied, unless the adapter changes one of them. Then peft has two separate
   * matrices, and two are written. (merge_and_unload also adds the product of a head to the
   * embedding.)
   */
  private void tie() throws IOException {
    Map<String, HostTensor> saved = new TreeMap<>();
    adapter.saved().forEach((name, tensor) -> saved.put(nameThere(name), tensor));
    Map<String, String> adapted = new TreeMap<>();
    adapter.modules().forEach(module -> adapted.put(nameThere(module) + WEIGHT, module));
    for (Map.Entry<String, String> tie : family.ties().entrySet()) {
      String head = tie.getKey();
      String same = tie.getValue();
      if (there.containsKey(head)
          && (changed.containsKey(same) || changed.containsKey(head))
          && !base.tensor(head).equals(base.tensor(same))) {
        problems.add("%s and %s are tied by config.json, but differ".formatted(head, same));
      } else if (!TiedWeights.problems(Map.of(head, same), saved, adapted.keySet()).isEmpty()) {
        untie(head, same, saved.get(head), adapted.get(head));
      }
    }
  }

  /** Makes a separate matrix for the head: the original embedding with the adapter's change. */
  private void untie(String head, String same, HostTensor saved, String module) throws IOException {
    if (!there.containsKey(same)) {
      problems.add(
          "%s is changed, which config.json ties to %s: the model has neither"
              .formatted(head, same));
      return;
    }
    HostTensor embedding = base.tensor(same);
    HostTensor own = saved == null ? embedding : saved.to(embedding.dtype());
    if (module != null) {
      HostTensor a = adapter.tensors().get(module + PeftAdapter.LORA_A);
      HostTensor b = adapter.tensors().get(module + PeftAdapter.LORA_B);
      HostTensor before = adapter.weight(module).orElse(embedding).to(embedding.dtype());
      own = LoraProduct.add(before, adapter.config().scaling(module), a, b, false);
    }
    if (!own.dtype().allFinite(own.data())) {
      problems.add("%s: the new head is too large for %s".formatted(head, own.dtype()));
    }
    if (there.containsKey(head)) {
      HostTensor value = own;
      changed.put(head, was -> value);
    } else {
      added.put(head, own);
    }
    untied = true;
  }

  private void checkFinite() throws IOException {
    Set<String> names = new TreeSet<>(there.keySet());
    names.removeIf(name -> !family.used().test(name) && !changed.containsKey(name));
    base.checkFinite(names);
  }
}
