package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.protocol.HostTensor;

/**
 * A LoRA adapter as Hugging Face's peft saves it: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}.
 *
 * <p>An adapted module with weight W {@code [out, in]} becomes {@code W + s B A}, A {@code [r, in]}
 * under {@code <module>.lora_A.weight}, B {@code [out, r]} under {@code <module>.lora_B.weight};
 * {@code s} is alpha / r, or alpha / sqrt(r) for rank-stabilised LoRA. Modules that are trained
 * whole, such as a new classifier, keep their own names. The file's names carry the prefix {@code
 * base_model.model.}, ours do not.
 *
 * @param config what was adapted, and how
 * @param tensors by our names, sorted
 */
public record PeftAdapter(Config config, Map<String, HostTensor> tensors) {
  /** The adapter's configuration. */
  public static final String CONFIG = "adapter_config.json";

  /** The adapter's tensors. */
  public static final String WEIGHTS = "adapter_model.safetensors";

  /** What our names of an A end in. */
  public static final String LORA_A = ".lora_A.weight";

  /** What our names of a B end in. */
  public static final String LORA_B = ".lora_B.weight";

  private static final String PREFIX = "base_model.model.";

  /** Sorts the tensors. */
  public PeftAdapter {
    tensors = Collections.unmodifiableMap(new TreeMap<>(tensors));
  }

  /**
   * The keys of adapter_config.json that carry meaning here.
   *
   * @param rank r
   * @param alpha lora_alpha
   * @param useRslora whether s is alpha / sqrt(r)
   * @param targetModules what adapted modules' names end in, such as {@code query}
   * @param modulesToSave modules that are trained whole, may be empty
   * @param baseModel base_model_name_or_path
   * @param taskType peft's, such as SEQ_CLS or CAUSAL_LM; null for none
   */
  public record Config(
      int rank,
      double alpha,
      boolean useRslora,
      List<String> targetModules,
      List<String> modulesToSave,
      String baseModel,
      String taskType) {

    /** Sorts the lists: peft keeps them as sets. */
    public Config {
      targetModules = List.copyOf(new TreeSet<>(targetModules));
      modulesToSave = List.copyOf(new TreeSet<>(modulesToSave));
    }

    /**
     * The factor of B A.
     *
     * @return s
     */
    public double scaling() {
      return useRslora ? alpha / Math.sqrt(rank) : alpha / rank;
    }
  }

  /**
   * Writes the adapter's folder. Writing the same adapter again changes nothing.
   *
   * @param store reaches the folder
   * @param folder made where it is missing
   * @return whether a file was written
   * @throws WrongInput where one of the files is there with other content; nothing is written then
   * @throws IllegalArgumentException where a tensor is neither part of an adapted nor of a whole
   *     module
   * @throws IOException where the file system fails
   */
  public boolean write(Store store, Path folder) throws IOException {
    List<String> problems = problems(config, shapes());
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    Map<String, HostTensor> named = new TreeMap<>();
    tensors.forEach((name, tensor) -> named.put(PREFIX + name, tensor));
    Map<String, Store.Content> files = new LinkedHashMap<>();
    files.put(WEIGHTS, SafeTensors.content(named, Map.of("format", "pt")));
    files.put(CONFIG, Store.Content.of(Json.render(render(config))));
    return FolderOnce.write(store, folder, files);
  }

  /**
   * Reads an adapter's folder.
   *
   * @param store reaches the folder
   * @param folder as peft's save_pretrained writes it
   * @return the adapter
   * @throws WrongInput where a file is missing, the two disagree, or the adapter is of a kind that
   *     is not supported
   * @throws IOException where the file system fails
   */
  public static PeftAdapter read(Store store, Path folder) throws IOException {
    Config config = readConfig(store, folder);
    Path file = new Path(folder, WEIGHTS);
    Map<String, HostTensor> tensors = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    SafeTensors.read(store, file)
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(PREFIX)) {
                tensors.put(name.substring(PREFIX.length()), tensor);
              } else {
                problems.add("tensor %s does not begin with %s".formatted(name, PREFIX));
              }
            });
    PeftAdapter adapter = new PeftAdapter(config, tensors);
    problems.addAll(problems(config, adapter.shapes()));
    if (!problems.isEmpty()) {
      throw WrongInput.all(
          "%s: does not fit %s: save the adapter again with peft's save_pretrained"
              .formatted(file, CONFIG),
          problems);
    }
    return adapter;
  }

  /**
   * Reads an adapter's configuration only.
   *
   * @param store reaches the folder
   * @param folder the adapter's
   * @return the keys that carry meaning
   * @throws WrongInput where the file is missing, or asks for what is not supported: all such keys
   *     are named
   * @throws IOException where the file system fails
   */
  public static Config readConfig(Store store, Path folder) throws IOException {
    Path file = new Path(folder, CONFIG);
    ObjectNode node = Json.read(store, file, "name a folder as save_pretrained of peft writes it");
    List<String> problems = new ArrayList<>();
    require(problems, node, "peft_type", node.path("peft_type").asText().equals("LORA"));
    require(problems, node, "r", node.path("r").isInt() && node.path("r").intValue() > 0);
    require(problems, node, "lora_alpha", node.path("lora_alpha").isNumber());
    require(problems, node, "target_modules", node.path("target_modules").isArray());
    require(problems, node, "bias", node.path("bias").asText("none").equals("none"));
    for (String key : List.of("use_dora", "fan_in_fan_out", "lora_bias", "use_qalora")) {
      require(problems, node, key, !node.path(key).asBoolean());
    }
    for (String key : List.of("rank_pattern", "alpha_pattern")) {
      require(problems, node, key, node.path(key).isEmpty());
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(
          file + ": only plain LoRA with one rank and a list of target modules can be used:",
          problems);
    }
    return new Config(
        node.get("r").intValue(),
        node.get("lora_alpha").doubleValue(),
        node.path("use_rslora").asBoolean(),
        texts(node.path("target_modules")),
        texts(node.path("modules_to_save")),
        node.path("base_model_name_or_path").asText(""),
        node.path("task_type").textValue());
  }

  private static void require(List<String> problems, JsonNode node, String key, boolean good) {
    if (!good) {
      problems.add("%s is %s: train the adapter without it".formatted(key, node.path(key)));
    }
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static ObjectNode render(Config config) {
    ObjectNode node = Json.object();
    node.set("alpha_pattern", Json.object());
    node.putNull("auto_mapping");
    node.put("base_model_name_or_path", config.baseModel());
    node.put("bias", "none").put("fan_in_fan_out", false).put("inference_mode", true);
    node.put("init_lora_weights", true).putNull("layers_pattern").putNull("layers_to_transform");
    // peft declares alpha as an integer but computes with any number.
    if (config.alpha() == Math.rint(config.alpha())) {
      node.put("lora_alpha", (long) config.alpha());
    } else {
      node.put("lora_alpha", config.alpha());
    }
    node.put("lora_dropout", 0.0);
    if (config.modulesToSave().isEmpty()) {
      node.putNull("modules_to_save");
    } else {
      ArrayNode whole = node.putArray("modules_to_save");
      config.modulesToSave().forEach(whole::add);
    }
    node.put("peft_type", "LORA").put("r", config.rank());
    node.set("rank_pattern", Json.object());
    node.putNull("revision");
    ArrayNode targets = node.putArray("target_modules");
    config.targetModules().forEach(targets::add);
    node.put("task_type", config.taskType());
    node.put("use_dora", false).put("use_rslora", config.useRslora());
    return node;
  }

  private Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new TreeMap<>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return shapes;
  }

  private static List<String> problems(Config config, Map<String, long[]> shapes) {
    List<String> problems = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          String partner =
              name.endsWith(LORA_A)
                  ? swap(name, LORA_A, LORA_B)
                  : name.endsWith(LORA_B) ? swap(name, LORA_B, LORA_A) : null;
          if (partner == null) {
            if (!inside(name, config.modulesToSave())) {
              problems.add(
                  "tensor %s is neither a lora_A, a lora_B nor of modules_to_save %s"
                      .formatted(name, config.modulesToSave()));
            }
            return;
          }
          if (!shapes.containsKey(partner)) {
            problems.add("tensor %s is there without %s".formatted(name, partner));
          }
          int rankAxis = name.endsWith(LORA_A) ? 0 : 1;
          if (shape.length != 2 || shape[rankAxis] != config.rank()) {
            problems.add(
                "tensor %s has shape %s, r is %d"
                    .formatted(name, Arrays.toString(shape), config.rank()));
          }
        });
    return problems;
  }

  private static String swap(String name, String ending, String other) {
    return name.substring(0, name.length() - ending.length()) + other;
  }

  /** Whether a tensor is one of a module's, as peft matches: by the end of the module's name. */
  private static boolean inside(String tensor, List<String> modules) {
    String dotted = "." + tensor;
    return modules.stream().anyMatch(module -> dotted.contains("." + module + "."));
  }
}
