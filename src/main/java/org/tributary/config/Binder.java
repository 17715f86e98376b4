package org.tributary.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
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

/** A tree of nodes to records, going on after each problem so that all are found. */
final class Binder {
  private final Problems problems;
  private final Collection<String> known;
  private final Map<String, ? extends Collection<String>> choices;
  private final boolean stored;
  private final Map<String, NodeTuple> written = new LinkedHashMap<>();
  private final List<Unread> unread = new ArrayList<>();

  /**
   * A binder for one tree.
   *
   * @param problems where problems go
   * @param known dotted names of all keys there are
   * @param choices names allowed as values, by dotted key
   * @param stored whether a program wrote the tree, perhaps one that did not have all keys yet
   */
  Binder(
      Problems problems,
      Collection<String> known,
      Map<String, ? extends Collection<String>> choices,
      boolean stored) {
    this.problems = problems;
    this.known = known;
    this.choices = choices;
    this.stored = stored;
  }

  /**
   * Binds a section.
   *
   * @param type record
   * @param path dotted name of the section, empty for the root
   * @param section its node
   * @return the record, null when it has problems
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
      if (components[i].getType().isRecord()) {
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
   * The keys, written or not, that nothing reads.
   *
   * @return dotted names from the root
   */
  List<Unread> unread() {
    return unread;
  }

  private Map<String, Node> entries(Class<?> type, String path, MappingNode section) {
    List<String> names = ConfigSchema.names(type);
    Map<String, Node> values = new LinkedHashMap<>();
    for (NodeTuple entry : section.getValue()) {
      Node keyNode = entry.getKeyNode();
      if (!(keyNode instanceof ScalarNode scalar)) {
        problems.add(keyNode, path, "expected a key, got " + YamlValues.got(keyNode));
        continue;
      }
      String name = scalar.getValue();
      String key = ConfigSchema.join(path, name);
      if (!names.contains(name)) {
        problems.add(keyNode, key, unknown(path, name, names));
      } else if (values.putIfAbsent(name, entry.getValueNode()) != null) {
        problems.add(keyNode, key, "stands here for the second time; keep one of the two");
      } else if (!YamlValues.isNull(entry.getValueNode())) {
        written.put(key, entry);
      }
    }
    return values;
  }

  private String unknown(String path, String name, List<String> names) {
    if (problems.areEnough()) {
      return "unknown key";
    }
    Optional<String> alias = Aliases.meant(name, known);
    if (alias.isPresent()) {
      return "unknown key; did you mean " + alias.get() + "?";
    }
    Optional<String> without = Aliases.without(name);
    if (without.isPresent()) {
      return "unknown key; " + without.get();
    }
    List<String> near = Nearest.keys(path, name, known);
    return near.isEmpty()
        ? "unknown key; the keys here are " + String.join(", ", names)
        : "unknown key; did you mean " + String.join(" or ", near) + "?";
  }

  private Object inner(RecordComponent component, String path, Node value, Node parent) {
    Key key = ConfigSchema.key(component);
    if (value == null || (key.optional() && YamlValues.isNull(value))) {
      if (key.optional()) {
        return null;
      } else if (key.required()) {
        problems.add(parent, path, "missing; add this section: " + key.value());
        return null;
      }
      MappingNode empty =
          new MappingNode(
              Tag.MAP,
              true,
              new ArrayList<>(),
              parent.getStartMark(),
              parent.getEndMark(),
              FlowStyle.BLOCK);
      if (problems.override(parent) != null) {
        problems.comesFrom(empty, problems.override(parent));
      }
      return section(component.getType(), path, empty);
    }
    if (!(value instanceof MappingNode map)) {
      String keys = String.join(", ", ConfigSchema.names(component.getType()));
      problems.add(
          value, path, "expected a section with " + keys + ", got " + YamlValues.got(value));
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
    if (node == null && none || YamlValues.isNull(node) && none && !key.required()) {
      return null;
    }
    try {
      if (node != null && YamlValues.isNull(node)) {
        String way = key.required() ? "give a value" : "the default is " + key.byDefault();
        throw new YamlValues.Bad(node, "has no value; " + way);
      }
      String absent = stored && !key.before().isEmpty() ? key.before() : key.byDefault();
      Object value = YamlValues.read(type, key, node == null ? YamlTree.parse(absent) : node);
      Collection<String> allowed = choices.get(path);
      if (allowed != null) {
        YamlValues.choice(node == null ? section : node, (String) value, List.copyOf(allowed));
      }
      return value;
    } catch (YamlValues.Bad e) {
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
