package org.tributary.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Binds a tree of nodes to records. It continues after a problem, so that all problems are found.
 */
final class RecordBinder {
  private final ConfigProblems problems;
  private final Map<String, RecordComponent> known;
  private final ConfigSchema schema;
  private final boolean stored;
  private final Map<String, NodeTuple> written = new LinkedHashMap<>();
  private final List<UnreadKey> unread = new ArrayList<>();

  /**
   * A binder for one tree.
   *
   * @param problems collects the problems
   * @param schema the existing keys, and the names allowed as values
   * @param root the record of the whole tree
   * @param stored whether a program wrote the tree, perhaps an earlier release with fewer keys
   */
  RecordBinder(ConfigProblems problems, ConfigSchema schema, Class<?> root, boolean stored) {
    this.problems = problems;
    this.known = schema.keys(root);
    this.schema = schema;
    this.stored = stored;
  }

  /**
   * Binds a section.
   *
   * @param type record
   * @param path dotted name of the section, empty for the root
   * @param section its node
   * @return the record; null if it has problems
   */
  <T> T section(Class<T> type, String path, MappingNode section) {
    Map<String, Node> values = entries(type, path, section);
    RecordComponent[] components = type.getRecordComponents();
    Object[] arguments = new Object[components.length];
    boolean own = true;
    int before = problems.count();
    for (int i = 0; i < components.length; i++) {
      int soFar = problems.count();
      Node value = values.get(components[i].getName());
      String key = ConfigSchema.join(path, components[i].getName());
      if (ConfigSchema.isSettings(components[i])) {
        arguments[i] = settings(components[i], path, values, section);
      } else if (components[i].getType().isRecord()) {
        arguments[i] = inner(components[i], key, value, section);
      } else {
        arguments[i] = value(components[i], key, value, section);
        own &= problems.count() == soFar;
      }
    }
    if (!own) {
      return null;
    }
    T made = make(type, components, arguments);
    if (made instanceof Section rules) {
      rules.problems().forEach(problem -> problems.add(section, path, problem));
      rules.unread().forEach(key -> unread.add(key.below(path)));
    }
    return problems.count() == before ? made : null;
  }

  /**
   * The keys that have a value in the tree.
   *
   * @return the entries by dotted name, each section before its keys
   */
  Map<String, NodeTuple> written() {
    return written;
  }

  /**
   * The keys that nothing reads, written or not.
   *
   * @return dotted names from the root
   */
  List<UnreadKey> unread() {
    return unread;
  }

  /**
   * The settings of the method that the section names, from the keys next to the name. Keys of
   * other methods are not read.
   *
   * @return null if the settings or the name have problems
   */
  private Record settings(
      RecordComponent component, String path, Map<String, Node> values, MappingNode section) {
    String decider = ConfigSchema.key(component).settingsOf();
    Choices choices = schema.choicesFor(component, path);
    if (!(values.get(decider) instanceof ScalarNode named)
        || !choices.names().contains(named.getValue())) {
      return choices == Choices.ANY ? new NoSettings() : null;
    }
    String method = named.getValue();
    Class<? extends Record> type = choices.settings(method);
    List<String> own = ConfigSchema.names(type);
    MappingNode keys = empty(section);
    values.forEach(
        (key, value) -> {
          if (own.contains(key)) {
            keys.getValue().add(entryOf(section, value));
          } else if (!choices.readers(key).isEmpty()) {
            String why = "%s does not read it, %s".formatted(method, those(choices.readers(key)));
            unread.add(new UnreadKey(key, decider, why).below(path));
          }
        });
    return section(type, path, keys);
  }

  private static NodeTuple entryOf(MappingNode section, Node value) {
    return section.getValue().stream()
        .filter(entry -> entry.getValueNode() == value)
        .findFirst()
        .orElseThrow();
  }

  private static String those(List<String> readers) {
    return NameList.of(readers, "and") + (readers.size() == 1 ? " does" : " do");
  }

  /** An empty section at the place of another one. */
  private MappingNode empty(Node place) {
    MappingNode empty =
        new MappingNode(
            Tag.MAP,
            true,
            new ArrayList<>(),
            place.getStartMark(),
            place.getEndMark(),
            FlowStyle.BLOCK);
    if (problems.override(place) != null) {
      problems.comesFrom(empty, problems.override(place));
    }
    return empty;
  }

  private Map<String, Node> entries(Class<?> type, String path, MappingNode section) {
    List<String> names = schema.names(type, path);
    Map<String, Node> values = new LinkedHashMap<>();
    for (NodeTuple entry : section.getValue()) {
      Node keyNode = entry.getKeyNode();
      if (!(keyNode instanceof ScalarNode scalar)) {
        problems.add(keyNode, path, "expected a key, got " + YamlNodes.got(keyNode));
        continue;
      }
      String name = stored ? today(type, path, scalar.getValue()) : scalar.getValue();
      String key = ConfigSchema.join(path, name);
      if (!names.contains(name)) {
        String today = today(type, path, name);
        problems.add(
            keyNode,
            key,
            today.equals(name)
                ? unknown(path, name, names)
                : "is called %s now; write that".formatted(ConfigSchema.join(path, today)));
      } else if (values.putIfAbsent(name, entry.getValueNode()) != null) {
        problems.add(keyNode, key, "is there a second time; keep one of the two");
      } else if (!isAbsent(known.get(key), entry.getValueNode())) {
        written.put(key, entry);
      }
    }
    return values;
  }

  /** Whether a key is written so as if it were not: with no value, or an optional section none. */
  private static boolean isAbsent(RecordComponent component, Node value) {
    return YamlNodes.isNull(value)
        || component != null
            && component.getType().isRecord()
            && ConfigSchema.key(component).optional()
            && YamlNodes.isNone(value);
  }

  /** The current name of a key of earlier releases; other names do not change. */
  private String today(Class<?> type, String path, String name) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (ConfigSchema.isSettings(component)) {
        for (Class<?> settings : schema.choicesFor(component, path).all()) {
          String today = today(settings, path, name);
          if (!today.equals(name)) {
            return today;
          }
        }
      } else if (List.of(ConfigSchema.key(component).formerly()).contains(name)) {
        return component.getName();
      }
    }
    return name;
  }

  private String unknown(String path, String name, List<String> names) {
    if (problems.areEnough()) {
      return "unknown key";
    }
    Optional<String> alias = KeyAliases.meant(name, known.keySet());
    if (alias.isPresent()) {
      return "unknown key; did you mean " + alias.get() + "?";
    }
    Optional<String> without = KeyAliases.without(name);
    if (without.isPresent()) {
      return "unknown key; " + without.get();
    }
    List<String> near = NearestNames.keys(path, name, known.keySet());
    String here = "the keys here are " + String.join(", ", names);
    if (near.isEmpty()) {
      return "unknown key; " + here;
    }
    String meant = "unknown key; did you mean %s?".formatted(String.join(" or ", near));
    // A key with that name elsewhere may have another meaning.
    boolean elsewhere = !path.isEmpty() && near.stream().noneMatch(k -> k.startsWith(path + "."));
    return elsewhere ? "%s (%s)".formatted(meant, here) : meant;
  }

  private Object inner(RecordComponent component, String path, Node value, Node parent) {
    Key key = ConfigSchema.key(component);
    if (value == null || (key.optional() && isAbsent(component, value))) {
      if (key.optional()) {
        return null;
      } else if (key.required()) {
        problems.add(parent, path, "missing; add this section: " + key.value());
        return null;
      }
      return section(component.getType(), path, empty(parent));
    }
    if (!(value instanceof MappingNode map)) {
      String keys = String.join(", ", schema.names(component.getType(), path));
      String none = key.optional() ? ", or none" : "";
      problems.add(
          value,
          path,
          "expected a section with %s%s, got %s".formatted(keys, none, YamlNodes.got(value)));
      return null;
    }
    return section(component.getType(), path, map);
  }

  private Object value(RecordComponent component, String path, Node node, Node section) {
    Key key = ConfigSchema.key(component);
    Class<?> type = component.getType();
    boolean none = key.byDefault().isEmpty();
    if (node == null && key.required()) {
      problems.add(section, path, "missing; add this key: " + key.value());
      return null;
    }
    if (node == null && none || YamlNodes.isNull(node) && none && !key.required()) {
      return null;
    }
    try {
      if (node != null && YamlNodes.isNull(node)) {
        String way = key.required() ? "give a value" : "the default is " + key.byDefault();
        throw new WrongValue(node, "has no value; " + way);
      }
      String absent = stored && !key.before().isEmpty() ? key.before() : key.byDefault();
      Object value = YamlValues.read(type, key, node == null ? YamlTree.parse(absent) : node);
      Choices allowed = schema.choices().get(path);
      if (allowed != null) {
        YamlValues.choice(node == null ? section : node, key, (String) value, allowed.names());
      }
      return value;
    } catch (WrongValue e) {
      problems.add(e.at(), path, e.getMessage());
      return null;
    }
  }

  private static <T> T make(Class<T> type, RecordComponent[] components, Object[] arguments) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
    try {
      Constructor<T> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(type.getName() + " refuses checked values", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + " cannot be made", e);
    }
  }
}
