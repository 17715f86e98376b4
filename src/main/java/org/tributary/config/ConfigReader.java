package org.tributary.config;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.tributary.error.WrongInput;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads a run's YAML file into records whose components carry {@link Key}. All problems are told at
 * once, each with the file, the line, the dotted key and the way out.
 */
public final class ConfigReader {
  private ConfigReader() {}

  /**
   * Reads a configuration.
   *
   * @param fileName where the text comes from, for messages
   * @param yaml the file's text
   * @param sets {@code --set} values from the command line, each {@code key=value} with a dotted
   *     key and a value in YAML; later ones win
   * @param type the record to read into
   * @param choices for keys whose values are names that other rooms know: dotted key to the names
   *     allowed
   * @param <T> the record
   * @return the record, with defaults filled in
   * @throws WrongInput naming every problem of the file and of the sets
   */
  public static <T extends Record> T read(
      String fileName,
      String yaml,
      List<String> sets,
      Class<T> type,
      Map<String, ? extends Collection<String>> choices) {
    Map<String, RecordComponent> known = Schema.keys(type);
    for (String key : choices.keySet()) {
      if (!known.containsKey(key) || known.get(key).getType() != String.class) {
        throw new IllegalArgumentException("no key of texts to choose from: " + key);
      }
    }
    Problems problems = new Problems(fileName);
    MappingNode root = root(fileName, yaml, type, problems);
    problems.throwIfAny();
    Overrides overrides = new Overrides(problems);
    sets.forEach(set -> overrides.apply(root, set));
    T config = new Binder(problems, known.keySet(), choices).section(type, "", root);
    problems.throwIfAny();
    return config;
  }

  private static MappingNode root(String fileName, String yaml, Class<?> type, Problems problems) {
    String keys = String.join(", ", Schema.names(type));
    try {
      Node root = YamlTree.parse(yaml);
      if (Values.isNull(root)) {
        problems.addAt(fileName, "is empty; its keys are " + keys);
      } else if (root instanceof MappingNode map) {
        return map;
      } else {
        problems.add(root, "", "expected keys (" + keys + "), got " + Values.got(root));
      }
    } catch (YAMLException e) {
      problems.addSyntax(fileName, e);
    }
    return null;
  }
}
