package org.tributary.ml;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.ml.param.Param;
import org.tributary.config.ConfigReader;
import org.tributary.config.LocatedConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.json.Yaml;
import org.tributary.run.RunSpec;

/**
 * The configuration of {@code train} that an estimator's params stand for. Each param stands for
 * one key; {@code config} has any other key. A key is given in one way only: a setter and the YAML
 * text that both have it are refused, because nothing says which of them is meant.
 */
final class TrainKeys {
  private static final Pattern SET = Pattern.compile("--set ([A-Za-z.]+): ([A-Za-z.]*)");

  private static final String CHAT = "chat";

  private static final String STEPS = "client.steps";

  /** The keys without which there is no training. Other keys have train's own defaults. */
  private static final List<String> REQUIRED =
      List.of(
          "model.path",
          "framework.name",
          "rounds",
          STEPS,
          "client.optimizer.name",
          "client.optimizer.lr");

  /** Keys that fit itself gives, with the way to them. */
  private static final Map<String, String> OF_FIT =
      Map.of(
          "out", "fit writes into workDir; call setWorkDir",
          "data.path", "fit cuts the rows of the DataFrame itself; remove the key",
          "trackers", "fit shows no trackers; remove the key, or use the job train",
          "seed", "fit also cuts the rows with it; call setSeed");

  private final FederatedFineTuner tuner;
  private final JsonNode yaml;
  private final Map<String, Param<?>> params = new LinkedHashMap<>();

  /**
   * Reads the YAML text of {@code config}.
   *
   * @param tuner has the params
   * @throws WrongInput if the text is not YAML, or has a key that a param or fit gives
   */
  TrainKeys(FederatedFineTuner tuner) {
    this.tuner = tuner;
    yaml = yaml(tuner);
    params.put("seed", tuner.seed());
    params.put("rounds", tuner.rounds());
    params.put("model.path", tuner.modelUrl());
    params.put("model.maxLength", tuner.maxLength());
    params.put("framework.name", tuner.framework());
    params.put("framework.lora.rank", tuner.loraRank());
    params.put("framework.lora.alpha", tuner.loraAlpha());
    params.put("framework.lora.targets", tuner.loraTargets());
    params.put(STEPS, tuner.steps());
    params.put("client.batch", tuner.batchSize());
    params.put("client.optimizer.name", tuner.optimizer());
    params.put("client.optimizer.lr", tuner.learningRate());
    params.put("data.text", tuner.textCol());
    params.put("data.label", tuner.labelCol());
    params.put(isChat() ? "data.message" : "data.prompt", tuner.promptCol());
    params.put("data.answer", tuner.answerCol());
    refuseTwice();
  }

  private static JsonNode yaml(FederatedFineTuner tuner) {
    if (!tuner.isDefined(tuner.config())) {
      return Json.object();
    }
    try {
      return Yaml.tree(tuner.getConfig().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The reader of configurations says what is wrong, with the line.
      return Json.object();
    }
  }

  private void refuseTwice() {
    List<String> problems = new ArrayList<>();
    params.forEach(
        (key, param) -> {
          if (tuner.isSet(param) && has(key)) {
            problems.add(
                "%s: %s gives it too; remove the key, or do not call the setter"
                    .formatted(key, setter(param)));
          }
        });
    OF_FIT.forEach(
        (key, way) -> {
          if (has(key)) {
            problems.add(key + ": " + way);
          }
        });
    if (!problems.isEmpty()) {
      problems.sort(null);
      throw WrongInput.all("config cannot be used:", problems);
    }
  }

  /** Whether the YAML text has a key. */
  boolean has(String key) {
    return !yaml.at("/" + key.replace('.', '/')).isMissingNode();
  }

  private boolean isChat() {
    return yaml.at("/data/prompt").asText().equals(CHAT);
  }

  /** Whether the YAML text says how a prompt is made, so that no param has its column. */
  boolean writesPrompts() {
    return has("data.prompt") && !isChat() || has("data.message") || has("data.messages");
  }

  /**
   * The configuration.
   *
   * @param out the run's folder
   * @param data the partitioned set's folder
   * @param further values by key that follow from the rows, unless the YAML text has the key
   * @return with the places of its keys
   * @throws WrongInput naming every key and param that cannot be used
   */
  LocatedConfig<TrainConfig> config(String out, String data, Map<String, String> further) {
    List<String> sets = new ArrayList<>(List.of("out=" + quoted(out), "data.path=" + quoted(data)));
    params.forEach(
        (key, param) -> {
          if (tuner.isSet(param) || REQUIRED.contains(key) && tuner.isDefined(param) && !has(key)) {
            sets.add(key + "=" + value(key, param));
          }
        });
    further.forEach(
        (key, value) -> {
          if (!has(key)) {
            sets.add(key + "=" + value);
          }
        });
    refuseMissing();
    String text = tuner.isDefined(tuner.config()) ? tuner.getConfig() : "{}";
    try {
      return ConfigReader.written(
          "config", text.isBlank() ? "{}" : text, sets, TrainConfig.class, RunSpec.CHOICES);
    } catch (WrongInput e) {
      throw named(e);
    }
  }

  private void refuseMissing() {
    List<String> problems = new ArrayList<>();
    for (String key : REQUIRED) {
      Param<?> param = params.get(key);
      if (!tuner.isDefined(param) && !has(key) && !(key.equals(STEPS) && has("client.epochs"))) {
        problems.add(
            "%s: is not set; call %s with the %s, or give %s in config"
                .formatted(param.name(), setter(param), param.doc(), key));
      }
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(tuner.uid() + ":", problems);
    }
  }

  private String value(String key, Param<?> param) {
    Object value = tuner.getOrDefault(param);
    if (key.equals("data.text") && tuner.isDefined(tuner.textPairCol())) {
      return list(List.of(tuner.getTextCol(), tuner.getTextPairCol()));
    } else if (param == tuner.promptCol()) {
      return quoted("{" + value + "}");
    } else if (value instanceof String[] names) {
      return list(Arrays.asList(names));
    }
    return value instanceof String text ? quoted(text) : value.toString();
  }

  /** Names the setters of params and the DataFrame, not options of jobs and a planned folder. */
  WrongInput named(WrongInput e) {
    String message =
        SET.matcher(e.getMessage())
            .replaceAll(
                set -> {
                  Param<?> named = params.get(set.group(2));
                  Param<?> param = named == null ? params.get(set.group(1)) : named;
                  String place = param == null ? "fit" : setter(param);
                  return Matcher.quoteReplacement(place + ": " + set.group(2));
                });
    // No set of this name is there: the rows are not partitioned yet.
    String place = new WorkFolder(tuner.getWorkDir()).set(WorkFolder.PLANNED);
    return new WrongInput(message.replace(place, "the DataFrame"), e);
  }

  /** The setter of a param. */
  static String setter(Param<?> param) {
    String name = param.name();
    return "set" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  private static String list(List<String> texts) {
    return texts.stream().map(TrainKeys::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
