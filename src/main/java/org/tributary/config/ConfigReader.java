package org.tributary.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tributary.error.WrongInput;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads a run's YAML file into records whose components carry {@link Key}. All problems are
 * reported at once, each with the file, the line, the dotted key and how to fix it.
 */
public final class ConfigReader {
  private ConfigReader() {}

  /**
   * Reads a configuration. It may contain keys that nothing reads, for example if a program wrote
   * all keys.
   *
   * @param fileName the file of the text, for messages
   * @param yaml the file's text
   * @param sets {@code --set} values from the command line, each {@code key=value} with a dotted
   *     key and a value in YAML; later ones win
   * @param type the record to read into
   * @param choices the allowed names of keys whose values are defined in other packages, by dotted
   *     key
   * @param <T> the record
   * @return the record, with defaults filled in
   * @throws WrongInput naming every problem of the file and of the sets
   */
  public static <T extends Record> T read(
      String fileName,
      String yaml,
      List<String> sets,
      Class<T> type,
      Map<String, Choices> choices) {
    ConfigSchema schema = schema(type, choices);
    ConfigProblems problems = new ConfigProblems(fileName);
    MappingNode root = root(fileName, yaml, sets, names(schema, type), problems);
    T config = new RecordBinder(problems, schema, type, false).section(type, "", root);
    problems.throwIfAny();
    return config;
  }

  /**
   * Reads a configuration that an earlier start wrote, perhaps before some keys existed. A missing
   * key has the value that was used then.
   *
   * @param fileName the file of the text, for messages
   * @param yaml the file's text
   * @param type the record to read into
   * @param choices see {@link #read}
   * @param <T> the record
   * @return the record
   * @throws WrongInput naming every problem of the file
   */
  public static <T extends Record> T stored(
      String fileName, String yaml, Class<T> type, Map<String, Choices> choices) {
    ConfigSchema schema = schema(type, choices);
    ConfigProblems problems = new ConfigProblems(fileName);
    MappingNode root = root(fileName, yaml, List.of(), names(schema, type), problems);
    T config = new RecordBinder(problems, schema, type, true).section(type, "", root);
    problems.throwIfAny();
    return config;
  }

  /**
   * Reads a configuration that a person wrote. A key that nothing reads is refused. A key of the
   * file that is not read because of {@code sets} is left out instead, for example {@code
   * partitioner.alpha} with {@code --set partitioner.name=iid}.
   *
   * @param fileName the file of the text, for messages
   * @param yaml the file's text
   * @param sets see {@link #read}
   * @param type the record to read into
   * @param choices see {@link #read}
   * @param <T> the record
   * @return the record, with defaults filled in, and the places of its keys
   * @throws WrongInput naming every problem of the file and of the sets
   */
  public static <T extends Record> LocatedConfig<T> written(
      String fileName,
      String yaml,
      List<String> sets,
      Class<T> type,
      Map<String, Choices> choices) {
    ConfigSchema schema = schema(type, choices);
    ConfigProblems problems = new ConfigProblems(fileName);
    MappingNode root = root(fileName, yaml, sets, names(schema, type), problems);
    List<String> leftOut = new ArrayList<>();
    while (true) {
      RecordBinder binder = new RecordBinder(problems, schema, type, false);
      T config = binder.section(type, "", root);
      Map<String, String> places = new LinkedHashMap<>();
      binder.written().forEach((key, entry) -> places.put(key, problems.place(entry)));
      List<UnreadKey> unread =
          binder.unread().stream().filter(u -> places.containsKey(u.key())).toList();
      List<UnreadKey> behind =
          unread.stream().filter(u -> leftBehind(u, binder, problems)).toList();
      unread.stream()
          .filter(u -> !behind.contains(u))
          .forEach(
              u ->
                  problems.addSentence(
                      LocatedConfig.sentence(places.get(u.key()), u.key(), u.why())));
      problems.throwIfAny();
      if (behind.isEmpty()) {
        return new LocatedConfig<>(fileName, config, places, leftOut);
      }
      for (UnreadKey u : behind) {
        leftOut.add("%s: %s is left out: %s".formatted(places.get(u.key()), u.key(), u.why()));
        Overrides.remove(root, u.key());
      }
    }
  }

  /** Whether a key of the file is not read because of a value from the command line. */
  private static boolean leftBehind(
      UnreadKey unread, RecordBinder binder, ConfigProblems problems) {
    boolean inFile =
        binder.written().entrySet().stream()
            .filter(entry -> (entry.getKey() + ".").startsWith(unread.key() + "."))
            .noneMatch(entry -> problems.isOverride(entry.getValue()));
    return inFile && problems.isOverride(binder.written().get(unread.decider()));
  }

  private static String names(ConfigSchema schema, Class<?> type) {
    return String.join(", ", schema.names(type, ""));
  }

  private static ConfigSchema schema(Class<?> type, Map<String, Choices> choices) {
    ConfigSchema schema = new ConfigSchema(choices);
    Map<String, RecordComponent> keys = schema.keys(type);
    for (String key : choices.keySet()) {
      if (!keys.containsKey(key) || keys.get(key).getType() != String.class) {
        throw new IllegalArgumentException("no key of texts to choose from: " + key);
      }
    }
    return schema;
  }

  private static MappingNode root(
      String fileName, String yaml, List<String> sets, String keys, ConfigProblems problems) {
    MappingNode root = root(fileName, yaml, keys, problems);
    problems.throwIfAny();
    Overrides overrides = new Overrides(problems);
    sets.forEach(set -> overrides.apply(root, set));
    return root;
  }

  private static MappingNode root(
      String fileName, String yaml, String keys, ConfigProblems problems) {
    try {
      Node root = YamlTree.parse(yaml);
      if (YamlNodes.isNull(root)) {
        problems.addAt(fileName, "is empty; its keys are " + keys);
      } else if (root instanceof MappingNode map) {
        return map;
      } else {
        problems.add(root, "", "expected keys (" + keys + "), got " + YamlNodes.got(root));
      }
    } catch (YAMLException e) {
      problems.addSyntax(fileName, e);
    }
    return null;
  }
}
