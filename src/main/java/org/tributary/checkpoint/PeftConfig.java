package org.tributary.checkpoint;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;

/**
 * The keys of {@code adapter_config.json} that are used, and peft's rules for them. Source: peft
 * 0.21, {@code LoraConfig}, {@code check_target_module_exists} and {@code get_pattern_key}.
 *
 * @param rank r
 * @param alpha lora_alpha
 * @param useRslora whether s is alpha / sqrt(r)
 * @param targets which modules are adapted
 * @param modulesToSave modules that are trained whole; may be empty
 * @param rankPattern different ranks, by a regular expression for the end of a module's name; the
 *     first match counts
 * @param alphaPattern different values of alpha, in the same form
 * @param fanInFanOut whether the adapted weights are stored as [in, out], as in GPT-2
 * @param baseModel base_model_name_or_path
 * @param revision of the base model on the hub; null for none
 * @param taskType peft's task type, such as SEQ_CLS or CAUSAL_LM; null for none
 */
public record PeftConfig(
    int rank,
    double alpha,
    boolean useRslora,
    Targets targets,
    List<String> modulesToSave,
    Map<String, Integer> rankPattern,
    Map<String, Double> alphaPattern,
    boolean fanInFanOut,
    String baseModel,
    String revision,
    String taskType) {
  private static final String ALL_LINEAR = "all-linear";
  private static final List<String> EMBEDDINGS =
      List.of("embed_tokens", "wte", "word_embeddings", "lm_head");

  /** Sorts the values that are sets in peft; keeps the order of the patterns. */
  public PeftConfig {
    modulesToSave = List.copyOf(new TreeSet<>(modulesToSave));
    rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
    alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
  }

  /**
   * Which modules are adapted. There is either a list or a pattern, for the adapted modules and for
   * the excluded ones.
   *
   * @param modules their names, or the ends of their names after a dot; null if there is a pattern
   * @param pattern a regular expression over whole names, in Python's syntax, or {@code
   *     all-linear}; null if there is a list
   * @param layers the layers of the modules in the list; null for all layers
   * @param excluded modules that are left out; null for none
   */
  public record Targets(List<String> modules, String pattern, Layers layers, Targets excluded) {
    /** Sorts the modules, because peft keeps them as a set. */
    public Targets {
      modules = modules == null ? null : List.copyOf(new TreeSet<>(modules));
    }

    /**
     * Modules of all layers, none left out.
     *
     * @param modules as above
     * @param pattern as above
     */
    public Targets(List<String> modules, String pattern) {
      this(modules, pattern, null, null);
    }

    /**
     * Modules by name.
     *
     * @param modules their names, or the ends of their names after a dot
     * @return the targets
     */
    public static Targets of(List<String> modules) {
      return new Targets(modules, null);
    }

    /**
     * Whether a module is adapted.
     *
     * @param module its dotted name in the base model
     * @return true if it is
     */
    public boolean matches(String module) {
      if (excluded != null && excluded.matches(module)) {
        return false;
      }
      if (pattern != null) {
        return isAllLinear() || PythonPattern.of(pattern).matches(module);
      }
      return modules.contains(module)
          || modules.stream().anyMatch(end -> module.endsWith("." + end))
              && (layers == null || layers.hold(module));
    }

    private boolean isAllLinear() {
      return pattern.equalsIgnoreCase(ALL_LINEAR);
    }

    @Override
    public String toString() {
      String named = pattern == null ? String.join(", ", modules) : pattern;
      return named
          + (layers == null ? "" : " of layers " + layers.indices())
          + (excluded == null ? "" : " without " + excluded);
    }
  }

  /**
   * Layers by number, which is the first number among the parts of a module's name.
   *
   * @param indices layers_to_transform
   * @param names layers_pattern, the name part before the number, in Python's syntax; empty for any
   *     part except the first
   */
  public record Layers(Set<Integer> indices, List<String> names) {
    private static final String ANY = ".*?\\.[^.]*\\.(\\d+)\\.";

    /** Sorts the numbers. */
    public Layers {
      indices = Collections.unmodifiableSet(new TreeSet<>(indices));
      names = List.copyOf(names);
    }

    private boolean hold(String module) {
      List<String> patterns =
          names.isEmpty()
              ? List.of(ANY)
              : names.stream().map(name -> "(?:^|.*?\\.)" + name + "\\.(\\d+)\\.").toList();
      for (String pattern : patterns) {
        Optional<String> found = PythonPattern.of(pattern).lastGroup(module);
        if (found.isPresent()) {
          String number = found.get();
          return indices.stream().anyMatch(index -> number.equals(index.toString()));
        }
      }
      return false;
    }
  }

  /**
   * A module's rank.
   *
   * @param module its dotted name in the base model
   * @return r, or the rank of rankPattern
   */
  public int rank(String module) {
    return first(rankPattern, module, rank);
  }

  /**
   * The scaling of a module's B A.
   *
   * @param module its dotted name in the base model
   * @return s
   */
  public double scaling(String module) {
    double a = first(alphaPattern, module, alpha);
    return useRslora ? a / Math.sqrt(rank(module)) : a / rank(module);
  }

  private static <T> T first(Map<String, T> patterns, String module, T otherwise) {
    for (var entry : patterns.entrySet()) {
      if (ending(entry.getKey()).begins(module)) {
        return entry.getValue();
      }
    }
    return otherwise;
  }

  private static PythonPattern ending(String key) {
    return PythonPattern.of("(.*\\.)?(" + key + ")$");
  }

  /**
   * Whether a tensor belongs to a module that is trained whole. For peft that is a module whose
   * name ends in one of modulesToSave, even in the middle of a word. Embeddings and their heads may
   * be in a file although they are not named: peft adds them if their rows were resized, or if they
   * are tied to a named module.
   *
   * @param tensor its dotted name in the base model
   * @return true if it does
   */
  public boolean isSaved(String tensor) {
    for (int dot = tensor.indexOf('.'); dot > 0; dot = tensor.indexOf('.', dot + 1)) {
      String module = tensor.substring(0, dot);
      if (modulesToSave.stream().anyMatch(module::endsWith)) {
        return true;
      }
    }
    return isEmbedding(tensor);
  }

  /** Whether it is a token embedding or the head of a language model. */
  static boolean isEmbedding(String tensor) {
    return EMBEDDINGS.stream().anyMatch(end -> ("." + tensor).endsWith("." + end + ".weight"));
  }

  /**
   * Reads an adapter's configuration.
   *
   * @param store reaches the folder
   * @param folder the adapter's folder
   * @return the keys that are used
   * @throws WrongInput if the file is missing, or has keys that are not supported: all of them are
   *     named
   * @throws IOException if the file system fails
   */
  public static PeftConfig read(Store store, Path folder) throws IOException {
    return PeftConfigFile.read(store, folder);
  }
}
