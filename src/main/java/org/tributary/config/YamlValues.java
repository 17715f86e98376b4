package org.tributary.config;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,19})([kmgKMG]?)");

  /** The most characters of a wrong value in its message. */
  private static final int SHOWN = 200;

  private YamlValues() {}

  /**
   * The problem of a value that is not allowed for its key; the message says what is allowed and
   * what was found.
   */
  static final class Bad extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Node at;

    Bad(Node at, String message) {
      super(message);
      this.at = at;
    }

    Node at() {
      return at;
    }
  }

  /**
   * Reads the value of a key that is not a section.
   *
   * @param type the component's type
   * @param key its annotation
   * @param node not null, and not a YAML null
   * @return a value of that type
   * @throws Bad if the node has another value
   */
  static Object read(Class<?> type, Key key, Node node) throws Bad {
    if (type == String.class) {
      return text(key, node);
    } else if (type == boolean.class || type == Boolean.class) {
      return truth(node);
    } else if (type == int.class || type == Integer.class) {
      return whole(key, node, Integer.MIN_VALUE, Integer.MAX_VALUE).intValueExact();
    } else if (key.size()) {
      return size(key, node);
    } else if (type == long.class || type == Long.class) {
      return whole(key, node, Long.MIN_VALUE, Long.MAX_VALUE).longValueExact();
    } else if (type == double.class || type == Double.class) {
      return real(key, node);
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

  private static String text(Key key, Node node) throws Bad {
    if (!is(node, Tag.STR)) {
      String quoted = is(node, Tag.INT, Tag.FLOAT, Tag.BOOL) ? "; quote it if you mean text" : "";
      throw new Bad(node, "expected text, got " + got(node) + quoted);
    }
    String text = scalar(node);
    if (text.isBlank()) {
      throw new Bad(node, "expected text, got an empty one; give a value or remove the key");
    }
    if (key.oneOf().length > 0) {
      choice(node, text, Arrays.asList(key.oneOf()));
    }
    if (!key.pattern().isEmpty() && !text.matches(key.pattern())) {
      throw new Bad(node, got(node) + " does not match " + key.pattern());
    }
    return text;
  }

  /**
   * Checks that a name is allowed.
   *
   * @param node the node of the name
   * @param name the name
   * @param allowed all names
   * @throws Bad if it is not one of them
   */
  static void choice(Node node, String name, List<String> allowed) throws Bad {
    if (!allowed.contains(name)) {
      String meant =
          NearestNames.name(name, allowed).map(n -> "; did you mean " + n + "?").orElse("");
      throw new Bad(
          node, "%s is not one of %s%s".formatted(quoted(name), String.join(", ", allowed), meant));
    }
  }

  private static boolean truth(Node node) throws Bad {
    if (!is(node, Tag.BOOL)) {
      throw new Bad(node, "expected true or false, got " + got(node));
    }
    return Boolean.parseBoolean(scalar(node));
  }

  private static BigInteger whole(Key key, Node node, long least, long most) throws Bad {
    if (!is(node, Tag.INT) || !scalar(node).matches("[-+]?[0-9]{1,30}")) {
      throw new Bad(node, "expected a whole number, got " + got(node));
    }
    BigInteger value = new BigInteger(scalar(node));
    if (value.compareTo(BigInteger.valueOf(least)) < 0
        || value.compareTo(BigInteger.valueOf(most)) > 0) {
      throw new Bad(node, "must be from %d to %d, got %s".formatted(least, most, value));
    }
    range(key, node, value.doubleValue());
    return value;
  }

  private static double real(Key key, Node node) throws Bad {
    if (!is(node, Tag.INT, Tag.FLOAT)) {
      throw new Bad(node, "expected a number, got " + got(node));
    }
    double value;
    try {
      value = Double.parseDouble(scalar(node));
    } catch (NumberFormatException e) {
      throw new Bad(node, "expected a finite number, got " + got(node));
    }
    if (Double.isInfinite(value)) {
      throw new Bad(node, "expected a finite number, got " + got(node));
    }
    range(key, node, value);
    return value;
  }

  private static long size(Key key, Node node) throws Bad {
    Matcher matcher = SIZE.matcher(is(node, Tag.STR, Tag.INT) ? scalar(node) : "");
    if (!matcher.matches()) {
      throw new Bad(node, "expected a size in bytes such as 512m or 2g, got " + got(node));
    }
    int shift = 10 * " kmg".indexOf((matcher.group(2) + " ").toLowerCase(Locale.ROOT).charAt(0));
    BigInteger bytes = new BigInteger(matcher.group(1)).shiftLeft(shift);
    if (bytes.bitLength() > 63) {
      throw new Bad(node, "must be at most %d bytes, got %s".formatted(Long.MAX_VALUE, got(node)));
    }
    range(key, node, bytes.doubleValue());
    return bytes.longValueExact();
  }

  /**
   * The shortest way to write a size that is read as the same number of bytes.
   *
   * @param bytes at least 0
   * @return such as {@code 512m}
   */
  static String size(long bytes) {
    String suffixes = " kmg";
    int power = 0;
    long value = bytes;
    while (power < 3 && value > 0 && value % 1024 == 0) {
      value /= 1024;
      power++;
    }
    return (Long.toString(value) + suffixes.charAt(power)).strip();
  }

  /** Lists by name, in the order of the file. */
  private static Map<String, List<String>> lists(Key key, Node node) throws Bad {
    if (!(node instanceof MappingNode map)) {
      throw new Bad(node, "expected names with lists, got " + got(node));
    }
    Map<String, List<String>> lists = new LinkedHashMap<>();
    for (NodeTuple entry : map.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode name)) {
        throw new Bad(entry.getKeyNode(), "expected a name, got " + got(entry.getKeyNode()));
      }
      if (lists.put(name.getValue(), texts(key, entry.getValueNode())) != null) {
        throw new Bad(name, name.getValue() + " is here for the second time; keep one");
      }
    }
    if (lists.size() < key.min()) {
      throw new Bad(node, "must have at least %.0f entries, got none".formatted(key.min()));
    }
    return Collections.unmodifiableMap(lists);
  }

  /** Plain values by name, in the order of the file. */
  private static Map<String, Object> scalars(Node node) throws Bad {
    if (!(node instanceof MappingNode map)) {
      throw new Bad(node, "expected names with values, got " + got(node));
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (NodeTuple entry : map.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode name)) {
        throw new Bad(entry.getKeyNode(), "expected a name, got " + got(entry.getKeyNode()));
      }
      if (values.put(name.getValue(), plain(entry.getValueNode())) != null) {
        throw new Bad(name, name.getValue() + " is here for the second time; keep one");
      }
    }
    return Collections.unmodifiableMap(values);
  }

  private static Object plain(Node node) throws Bad {
    if (is(node, Tag.STR)) {
      return scalar(node);
    } else if (is(node, Tag.BOOL)) {
      return truth(node);
    } else if (is(node, Tag.INT) && scalar(node).matches("[-+]?[0-9]{1,18}")) {
      return Long.valueOf(scalar(node));
    } else if (node instanceof SequenceNode list) {
      List<Object> values = new ArrayList<>();
      for (Node entry : list.getValue()) {
        values.add(plain(entry));
      }
      return Collections.unmodifiableList(values);
    }
    throw new Bad(node, "expected text, a whole number, true, false or a list, got " + got(node));
  }

  private static List<Integer> counts(Node node) throws Bad {
    if (!(node instanceof SequenceNode list)) {
      throw new Bad(node, "expected a list of whole numbers, got " + got(node));
    }
    List<Integer> counts = new ArrayList<>();
    for (Node entry : list.getValue()) {
      if (!is(entry, Tag.INT)
          || !scalar(entry).matches("[0-9]{1,9}")
          || scalar(entry).equals("0")) {
        throw new Bad(entry, "expected a whole number of at least 1, got " + got(entry));
      }
      counts.add(Integer.valueOf(scalar(entry)));
    }
    return List.copyOf(counts);
  }

  private static List<String> texts(Key key, Node node) throws Bad {
    if (!(node instanceof SequenceNode list)) {
      boolean isShort = is(node, Tag.STR) && scalar(node).length() < SHOWN;
      String example = isShort ? "; write [" + scalar(node) + "]" : "";
      throw new Bad(node, "expected a list of texts, got " + got(node) + example);
    }
    List<String> texts = new ArrayList<>();
    for (Node entry : list.getValue()) {
      texts.add(key.numbers() ? number(entry) : text(key, entry));
    }
    if (texts.size() < key.min()) {
      throw new Bad(
          node, "must have at least %.0f entries, got %d".formatted(key.min(), texts.size()));
    }
    return List.copyOf(texts);
  }

  /** A number as it is written. */
  private static String number(Node node) throws Bad {
    if (!is(node, Tag.INT, Tag.FLOAT)) {
      throw new Bad(node, "expected a number, got " + got(node));
    }
    return scalar(node);
  }

  private static void range(Key key, Node node, double value) throws Bad {
    boolean good =
        value >= key.min() && value <= key.max() && value > key.above() && value < key.below();
    if (!good) {
      List<String> bounds = new ArrayList<>();
      bound(bounds, "at least", key.min());
      bound(bounds, "above", key.above());
      bound(bounds, "at most", key.max());
      bound(bounds, "below", key.below());
      throw new Bad(
          node, "must be %s, got %s".formatted(String.join(" and ", bounds), scalar(node)));
    }
  }

  private static void bound(List<String> bounds, String word, double bound) {
    if (!Double.isInfinite(bound)) {
      String number = bound == Math.rint(bound) ? "%.0f".formatted(bound) : "" + bound;
      bounds.add(word + " " + number);
    }
  }

  static boolean isNull(Node node) {
    return node == null || is(node, Tag.NULL);
  }

  private static boolean is(Node node, Tag... tags) {
    return node instanceof ScalarNode && Arrays.asList(tags).contains(node.getTag());
  }

  private static String scalar(Node node) {
    return ((ScalarNode) node).getValue();
  }

  /**
   * Describes a node for messages.
   *
   * @param node any node
   * @return such as {@code "ten"} or {@code a list}
   */
  static String got(Node node) {
    if (isNull(node)) {
      return "nothing";
    } else if (node instanceof MappingNode) {
      return "a section";
    } else if (node instanceof SequenceNode) {
      return "a list";
    }
    String text = Objects.toString(scalar(node));
    return is(node, Tag.STR) ? quoted(text) : shortened(text);
  }

  private static String quoted(String text) {
    return text.length() > SHOWN ? shortened(text) : "\"" + text + "\"";
  }

  private static String shortened(String text) {
    return text.length() > SHOWN
        ? "%s... of %d characters".formatted(text.substring(0, SHOWN), text.length())
        : text;
  }
}
