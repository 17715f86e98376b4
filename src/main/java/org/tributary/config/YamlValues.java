package org.tributary.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Converts a node to a Java value. Nothing is guessed: a number is not a text and a text is not a
 * number.
 */
final class YamlValues {
  private YamlValues() {}

  /**
   * Reads the value of a key that is not a section.
   *
   * @param type the component's type
   * @param key its annotation
   * @param node not null, and not a YAML null
   * @return a value of that type
   * @throws WrongValue if the node has another value
   */
  static Object read(Class<?> type, Key key, Node node) throws WrongValue {
    if (type == String.class) {
      return text(key, node);
    } else if (type == boolean.class || type == Boolean.class) {
      return truth(node);
    } else if (type == int.class || type == Integer.class) {
      return YamlNumbers.whole(key, node, Integer.MIN_VALUE, Integer.MAX_VALUE).intValueExact();
    } else if (key.size()) {
      return YamlNumbers.size(key, node);
    } else if (type == long.class || type == Long.class) {
      return YamlNumbers.whole(key, node, Long.MIN_VALUE, Long.MAX_VALUE).longValueExact();
    } else if (type == double.class || type == Double.class) {
      return YamlNumbers.real(key, node);
    } else if (type == List.class && key.counts()) {
      return counts(node);
    } else if (type == List.class) {
      return texts(key, node);
    } else if (type == Map.class && key.scalars()) {
      return scalars(node);
    } else if (type == Map.class) {
      return lists(key, node);
    }
    throw new IllegalStateException("no configuration key may be a " + type.getName());
  }

  private static String text(Key key, Node node) throws WrongValue {
    if (!YamlNodes.is(node, Tag.STR)) {
      String quoted =
          YamlNodes.is(node, Tag.INT, Tag.FLOAT, Tag.BOOL) ? "; quote it if you mean text" : "";
      throw new WrongValue(node, "expected text, got " + YamlNodes.got(node) + quoted);
    }
    String text = YamlNodes.scalar(node);
    if (text.isBlank()) {
      throw new WrongValue(node, "expected text, got an empty one; give a value or remove the key");
    }
    if (key.oneOf().length > 0) {
      choice(node, text, Arrays.asList(key.oneOf()));
    }
    if (!key.pattern().isEmpty() && !text.matches(key.pattern())) {
      throw new WrongValue(node, YamlNodes.got(node) + " does not match " + key.pattern());
    }
    return text;
  }

  /**
   * Checks that a name is allowed as the value of a key.
   *
   * @param node the node of the name
   * @param key its key, which may allow other names than these
   * @param name the name
   * @param allowed names
   * @throws WrongValue if it is not allowed, or looks like a misspelling
   */
  static void choice(Node node, Key key, String name, List<String> allowed) throws WrongValue {
    if (key.orOther().isEmpty() || NearestNames.name(name, allowed).isPresent()) {
      choice(node, name, allowed);
    }
  }

  /**
   * Checks that a name is allowed.
   *
   * @param node the node of the name
   * @param name the name
   * @param allowed all names
   * @throws WrongValue if it is not one of them
   */
  static void choice(Node node, String name, List<String> allowed) throws WrongValue {
    if (!allowed.contains(name)) {
      String meant =
          NearestNames.name(name, allowed).map(n -> "; did you mean " + n + "?").orElse("");
      throw new WrongValue(
          node,
          "%s is not one of %s%s"
              .formatted(YamlNodes.quoted(name), String.join(", ", allowed), meant));
    }
  }

  private static boolean truth(Node node) throws WrongValue {
    if (!YamlNodes.is(node, Tag.BOOL)) {
      throw new WrongValue(node, "expected true or false, got " + YamlNodes.got(node));
    }
    return Boolean.parseBoolean(YamlNodes.scalar(node));
  }

  /** Lists by name, in the order of the file. */
  private static Map<String, List<String>> lists(Key key, Node node) throws WrongValue {
    if (!(node instanceof MappingNode map)) {
      throw new WrongValue(node, "expected names with lists, got " + YamlNodes.got(node));
    }
    Map<String, List<String>> lists = new LinkedHashMap<>();
    for (NodeTuple entry : map.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode name)) {
        throw new WrongValue(
            entry.getKeyNode(), "expected a name, got " + YamlNodes.got(entry.getKeyNode()));
      }
      if (lists.put(name.getValue(), texts(key, entry.getValueNode())) != null) {
        throw new WrongValue(name, name.getValue() + " is there a second time; keep one");
      }
    }
    if (lists.size() < key.min()) {
      throw new WrongValue(node, "must have at least %.0f entries, got none".formatted(key.min()));
    }
    return Collections.unmodifiableMap(lists);
  }

  /** Plain values by name, in the order of the file. */
  private static Map<String, Object> scalars(Node node) throws WrongValue {
    if (!(node instanceof MappingNode map)) {
      throw new WrongValue(node, "expected names with values, got " + YamlNodes.got(node));
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (NodeTuple entry : map.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode name)) {
        throw new WrongValue(
            entry.getKeyNode(), "expected a name, got " + YamlNodes.got(entry.getKeyNode()));
      }
      if (values.put(name.getValue(), plain(entry.getValueNode())) != null) {
        throw new WrongValue(name, name.getValue() + " is there a second time; keep one");
      }
    }
    return Collections.unmodifiableMap(values);
  }

  private static Object plain(Node node) throws WrongValue {
    if (YamlNodes.is(node, Tag.STR)) {
      return YamlNodes.scalar(node);
    } else if (YamlNodes.is(node, Tag.BOOL)) {
      return truth(node);
    } else if (YamlNodes.is(node, Tag.INT) && YamlNodes.scalar(node).matches("[-+]?[0-9]{1,18}")) {
      return Long.valueOf(YamlNodes.scalar(node));
    } else if (node instanceof SequenceNode list) {
      List<Object> values = new ArrayList<>();
      for (Node entry : list.getValue()) {
        values.add(plain(entry));
      }
      return Collections.unmodifiableList(values);
    }
    throw new WrongValue(
        node, "expected text, a whole number, true, false or a list, got " + YamlNodes.got(node));
  }

  private static List<Integer> counts(Node node) throws WrongValue {
    if (!(node instanceof SequenceNode list)) {
      throw new WrongValue(node, "expected a list of whole numbers, got " + YamlNodes.got(node));
    }
    List<Integer> counts = new ArrayList<>();
    for (Node entry : list.getValue()) {
      if (!YamlNodes.is(entry, Tag.INT)
          || !YamlNodes.scalar(entry).matches("[0-9]{1,9}")
          || YamlNodes.scalar(entry).equals("0")) {
        throw new WrongValue(
            entry, "expected a whole number of at least 1, got " + YamlNodes.got(entry));
      }
      counts.add(Integer.valueOf(YamlNodes.scalar(entry)));
    }
    return List.copyOf(counts);
  }

  private static List<String> texts(Key key, Node node) throws WrongValue {
    if (key.oneOrMore() && !(node instanceof SequenceNode)) {
      return List.of(text(key, node));
    }
    if (!(node instanceof SequenceNode list)) {
      boolean isShort =
          YamlNodes.is(node, Tag.STR) && YamlNodes.scalar(node).length() < YamlNodes.SHOWN;
      String example = isShort ? "; write [" + YamlNodes.scalar(node) + "]" : "";
      throw new WrongValue(node, "expected a list of texts, got " + YamlNodes.got(node) + example);
    }
    List<String> texts = new ArrayList<>();
    for (Node entry : list.getValue()) {
      texts.add(key.numbers() ? YamlNumbers.number(entry) : text(key, entry));
    }
    if (texts.size() < key.min()) {
      throw new WrongValue(
          node, "must have at least %.0f entries, got %d".formatted(key.min(), texts.size()));
    }
    if (texts.size() > key.max()) {
      throw new WrongValue(
          node, "must have at most %.0f entries, got %d".formatted(key.max(), texts.size()));
    }
    return List.copyOf(texts);
  }
}
