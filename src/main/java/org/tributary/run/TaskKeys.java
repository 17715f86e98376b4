package org.tributary.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tributary.config.LocatedConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.model.ModelTask;

/** Says which keys of a run are read for the model's task. Keys for another task are refused. */
public final class TaskKeys {
  private static final List<String> OF_PROMPTS =
      List.of(
          "data.prompt",
          "data.shortPrompt",
          "data.messages",
          "data.turns",
          "data.message",
          "data.system",
          "data.template",
          "data.date",
          "data.answer");
  private static final List<String> OF_ANSWERS = List.of("evaluate.generate", "evaluate.newTokens");

  private TaskKeys() {}

  /**
   * Compares the written keys with the model's task.
   *
   * @param written the run's configuration as written
   * @param architecture of its model
   * @throws WrongInput naming every written key that nothing reads
   */
  public static void check(LocatedConfig<TrainConfig> written, Architecture architecture) {
    written.refuse(unread(architecture));
  }

  /**
   * The keys that are not read for the task of a model.
   *
   * @param architecture of the model
   * @return by dotted key, why nothing reads it
   */
  static Map<String, String> unread(Architecture architecture) {
    return unread(architecture.task(), architecture.image() != null);
  }

  /**
   * The same for the configuration of an evaluation.
   *
   * @param architecture of the model
   * @return by dotted key, why nothing reads it
   */
  public static Map<String, String> unreadInEvaluation(Architecture architecture) {
    Map<String, String> unread = new LinkedHashMap<>();
    unread(architecture)
        .forEach((key, why) -> unread.put(key.replaceFirst("^evaluate\\.", ""), why));
    return unread;
  }

  /**
   * The models that read the keys that not every model reads.
   *
   * @return by dotted key, such as {@code classifiers of texts}
   */
  public static Map<String, String> readers() {
    Map<String, Map<String, String>> unread = new LinkedHashMap<>();
    unread.put("language models", unread(ModelTask.GENERATION, false));
    unread.put("classifiers of texts", unread(ModelTask.CLASSIFICATION, false));
    unread.put("classifiers of images", unread(ModelTask.CLASSIFICATION, true));
    Map<String, String> readers = new TreeMap<>();
    unread.values().stream()
        .flatMap(keys -> keys.keySet().stream())
        .forEach(
            key ->
                readers.put(
                    key,
                    unread.entrySet().stream()
                        .filter(model -> !model.getValue().containsKey(key))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.joining(", "))));
    return readers;
  }

  private static Map<String, String> unread(ModelTask task, boolean images) {
    Map<String, String> unread = new LinkedHashMap<>();
    if (task == ModelTask.GENERATION) {
      String why = "the model writes text and does not read it, a %s does";
      put(unread, why.formatted("classifier"), List.of("data.label", "model.pooling"));
      put(unread, why.formatted("classifier"), List.of("model.newHead", "framework.head"));
      put(unread, why.formatted("classifier of texts"), List.of("data.text"));
      put(unread, why.formatted("classifier of images"), List.of("data.augment"));
    } else {
      String why =
          "the model is a classifier of %s and does not read it, %%s does"
              .formatted(images ? "images" : "texts");
      put(unread, why.formatted("a model that writes text"), OF_PROMPTS);
      put(unread, why.formatted("a model that writes text"), OF_ANSWERS);
      put(
          unread,
          why.formatted(images ? "one of texts" : "one of images"),
          images ? List.of("data.text", "model.maxLength") : List.of("data.augment"));
    }
    return unread;
  }

  private static void put(Map<String, String> unread, String why, List<String> keys) {
    keys.forEach(key -> unread.put(key, why));
  }
}
