package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;

/** Reads and writes {@code adapter_config.json}. Everything beyond plain LoRA is refused. */
final class PeftConfigFile {
  /** Keys that do not change what the adapter computes. */
  private static final Set<String> HARMLESS =
      Set.of(
          "auto_mapping",
          "base_model_name_or_path",
          "ensure_weight_tying",
          "eva_config",
          "inference_mode",
          "lora_dropout",
          "megatron_core",
          "peft_version",
          "qalora_group_size",
          "revision",
          "runtime_config",
          "task_type");

  /** Keys that are read. */
  private static final Set<String> READ =
      Set.of(
          "alpha_pattern",
          "bias",
          "exclude_modules",
          "fan_in_fan_out",
          "init_lora_weights",
          "layers_pattern",
          "layers_to_transform",
          "lora_alpha",
          "modules_to_save",
          "peft_type",
          "r",
          "rank_pattern",
          "target_modules",
          "use_rslora");

  /** Initializations that do not change the base model. */
  private static final Set<String> STARTS =
      Set.of("true", "false", "gaussian", "eva", "orthogonal");

  /** How to fix it for a user who has only the adapter. */
  static final String MERGE =
      "merge it into its model in Python (merge_and_unload, which is wrong where an adapter changes"
          + " one of two tied matrices) and use that";

  private PeftConfigFile() {}

  /** Reads an adapter's configuration, see {@link PeftConfig#read}. */
  static PeftConfig read(Store store, Path folder) throws IOException {
    Path file = new Path(folder, PeftAdapter.CONFIG);
    ObjectNode node =
        JsonFiles.object(store, file, "name a folder as save_pretrained of peft writes it");
    String kind = node.path("peft_type").asText("");
    if (!kind.isEmpty() && !kind.equals("LORA")) {
      throw new WrongInput(
          "%s: it is an adapter of the kind %s, and only LoRA can be used: train one with LoRA, or %s"
              .formatted(file, kind, MERGE));
    }
    List<String> problems = new ArrayList<>();
    require(problems, node, "peft_type", kind.equals("LORA"));
    require(problems, node, "r", node.path("r").isInt() && node.path("r").intValue() > 0);
    require(problems, node, "lora_alpha", node.path("lora_alpha").isNumber());
    require(problems, node, "bias", node.path("bias").asText("none").equals("none"));
    targets(problems, node);
    require(
        problems,
        node,
        "init_lora_weights",
        STARTS.contains(node.path("init_lora_weights").asText("true")));
    patterns(problems, node, "rank_pattern", value -> value.isInt() && value.intValue() > 0);
    patterns(problems, node, "alpha_pattern", JsonNode::isNumber);
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!READ.contains(key) && !HARMLESS.contains(key)) {
                require(problems, node, key, isOff(node, key));
              }
            });
    if (!problems.isEmpty()) {
      throw WrongInput.all(
          "%s: only plain LoRA of linear layers can be used; train the adapter that way, or %s:"
              .formatted(file, MERGE),
          problems);
    }
    return of(node);
  }

  /** Whether the keys that say which modules are adapted can be read. */
  private static void targets(List<String> problems, ObjectNode node) {
    require(problems, node, "target_modules", isNames(node.path("target_modules")));
    require(
        problems,
        node,
        "exclude_modules",
        isOff(node, "exclude_modules") || isNames(node.path("exclude_modules")));
    require(problems, node, "layers_to_transform", isNumbers(node.path("layers_to_transform")));
    require(
        problems,
        node,
        "layers_pattern",
        each(node.path("layers_pattern")).stream()
            .allMatch(p -> p.isTextual() && compiles(p.textValue())));
  }

  private static PeftConfig of(ObjectNode node) {
    PeftConfig.Targets excluded =
        isOff(node, "exclude_modules") ? null : targets(node.get("exclude_modules"), null, null);
    Map<String, Integer> ranks = new LinkedHashMap<>();
    Map<String, Double> alphas = new LinkedHashMap<>();
    node.path("rank_pattern")
        .fields()
        .forEachRemaining(e -> ranks.put(e.getKey(), e.getValue().intValue()));
    node.path("alpha_pattern")
        .fields()
        .forEachRemaining(e -> alphas.put(e.getKey(), e.getValue().doubleValue()));
    return new PeftConfig(
        node.get("r").intValue(),
        node.get("lora_alpha").doubleValue(),
        node.path("use_rslora").asBoolean(),
        targets(node.get("target_modules"), layers(node), excluded),
        texts(node.path("modules_to_save")),
        ranks,
        alphas,
        node.path("fan_in_fan_out").asBoolean(),
        node.path("base_model_name_or_path").asText(""),
        node.path("revision").textValue(),
        node.path("task_type").textValue());
  }

  private static PeftConfig.Targets targets(
      JsonNode names, PeftConfig.Layers layers, PeftConfig.Targets excluded) {
    return names.isArray()
        ? new PeftConfig.Targets(texts(names), null, layers, excluded)
        : new PeftConfig.Targets(null, names.asText(), layers, excluded);
  }

  private static PeftConfig.Layers layers(ObjectNode node) {
    Set<Integer> indices = new TreeSet<>();
    each(node.path("layers_to_transform")).forEach(index -> indices.add(index.intValue()));
    List<String> names = new ArrayList<>();
    each(node.path("layers_pattern")).forEach(name -> names.add(name.asText()));
    return indices.isEmpty() ? null : new PeftConfig.Layers(indices, names);
  }

  /** A single value, or an array of values. */
  private static List<JsonNode> each(JsonNode value) {
    List<JsonNode> all = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(all::add);
    } else if (!value.isNull() && !value.isMissingNode()) {
      all.add(value);
    }
    return all;
  }

  private static boolean isNumbers(JsonNode value) {
    return each(value).stream().allMatch(JsonNode::isInt);
  }

  private static boolean isOff(ObjectNode node, String key) {
    JsonNode value = node.path(key);
    return value.isMissingNode()
        || value.isNull()
        || value.isBoolean() && !value.booleanValue()
        || value.isContainerNode() && value.isEmpty()
        || value.isTextual() && value.textValue().isEmpty();
  }

  private static boolean isNames(JsonNode value) {
    return value.isArray() && !value.isEmpty()
        || value.isTextual() && !value.textValue().isEmpty() && compiles(value.textValue());
  }

  private static boolean compiles(String regex) {
    try {
      PythonPattern.of(regex);
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  private static void patterns(
      List<String> problems,
      JsonNode node,
      String key,
      java.util.function.Predicate<JsonNode> isValue) {
    node.path(key)
        .fields()
        .forEachRemaining(
            entry -> {
              if (!compiles(entry.getKey()) || !isValue.test(entry.getValue())) {
                problems.add("%s has %s: %s".formatted(key, entry.getKey(), entry.getValue()));
              }
            });
  }

  private static void require(List<String> problems, JsonNode node, String key, boolean good) {
    if (!good) {
      problems.add("%s is %s".formatted(key, node.has(key) ? node.get(key) : "not there"));
    }
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** The content of the file in the format of peft 0.21, without the keys of other methods. */
  static ObjectNode json(PeftConfig config) {
    ObjectNode node = Json.object();
    ObjectNode alphas = node.putObject("alpha_pattern");
    config.alphaPattern().forEach((key, value) -> number(alphas, key, value));
    node.putNull("auto_mapping");
    node.put("base_model_name_or_path", config.baseModel());
    node.put("bias", "none")
        .put("fan_in_fan_out", config.fanInFanOut())
        .put("inference_mode", true);
    node.put("init_lora_weights", true);
    PeftConfig.Targets targets = config.targets();
    put(node, "layers_pattern", targets.layers() == null ? List.of() : targets.layers().names());
    put(
        node,
        "layers_to_transform",
        targets.layers() == null ? Set.of() : targets.layers().indices());
    number(node, "lora_alpha", config.alpha());
    node.put("lora_dropout", 0.0);
    put(node, "modules_to_save", config.modulesToSave());
    node.put("peft_type", "LORA").put("r", config.rank());
    ObjectNode ranks = node.putObject("rank_pattern");
    config.rankPattern().forEach(ranks::put);
    node.put("revision", config.revision());
    put(node, "target_modules", targets);
    if (targets.excluded() != null) {
      put(node, "exclude_modules", targets.excluded());
    }
    node.put("task_type", config.taskType());
    node.put("use_dora", false).put("use_rslora", config.useRslora());
    return node;
  }

  private static void put(ObjectNode node, String key, PeftConfig.Targets targets) {
    if (targets.pattern() == null) {
      put(node, key, targets.modules());
    } else {
      node.put(key, targets.pattern());
    }
  }

  private static void put(ObjectNode node, String key, Collection<?> values) {
    if (values.isEmpty()) {
      node.putNull(key);
    } else {
      ArrayNode array = node.putArray(key);
      values.forEach(array::addPOJO);
    }
  }

  /** peft declares alpha as an integer but computes with any number. */
  private static void number(ObjectNode node, String key, double value) {
    if (value == Math.rint(value)) {
      node.put(key, (long) value);
    } else {
      node.put(key, value);
    }
  }
}
