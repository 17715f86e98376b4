package org.tributary.config;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.Tag;

/** Converts a node to a number, and checks that its key allows it. */
final class YamlNumbers {
  /** A size in bytes; {@link KeyJsonSchema} has it, too. */
  static final Pattern SIZE = Pattern.compile("([0-9]{1,19})([kmgKMG]?)");

  private YamlNumbers() {}

  /** A whole number in the range of a type and of its key. */
  static BigInteger whole(Key key, Node node, long least, long most) throws WrongValue {
    if (!YamlNodes.is(node, Tag.INT) || !YamlNodes.scalar(node).matches("[-+]?[0-9]{1,30}")) {
      throw new WrongValue(node, "expected a whole number, got " + YamlNodes.got(node));
    }
    BigInteger value = new BigInteger(YamlNodes.scalar(node));
    if (value.compareTo(BigInteger.valueOf(least)) < 0
        || value.compareTo(BigInteger.valueOf(most)) > 0) {
      throw new WrongValue(node, "must be from %d to %d, got %s".formatted(least, most, value));
    }
    range(key, node, value.doubleValue());
    return value;
  }

  /** A finite number in the range of its key. */
  static double real(Key key, Node node) throws WrongValue {
    if (!YamlNodes.is(node, Tag.INT, Tag.FLOAT)) {
      throw new WrongValue(node, "expected a number, got " + YamlNodes.got(node));
    }
    double value;
    try {
      value = Double.parseDouble(YamlNodes.scalar(node));
    } catch (NumberFormatException e) {
      throw new WrongValue(node, "expected a finite number, got " + YamlNodes.got(node));
    }
    if (Double.isInfinite(value)) {
      throw new WrongValue(node, "expected a finite number, got " + YamlNodes.got(node));
    }
    range(key, node, value);
    return value;
  }

  /** A size in bytes, such as 512m. */
  static long size(Key key, Node node) throws WrongValue {
    Matcher matcher =
        SIZE.matcher(YamlNodes.is(node, Tag.STR, Tag.INT) ? YamlNodes.scalar(node) : "");
    if (!matcher.matches()) {
      throw new WrongValue(
          node, "expected a size in bytes such as 512m or 2g, got " + YamlNodes.got(node));
    }
    int shift = 10 * " kmg".indexOf((matcher.group(2) + " ").toLowerCase(Locale.ROOT).charAt(0));
    BigInteger bytes = new BigInteger(matcher.group(1)).shiftLeft(shift);
    if (bytes.bitLength() > 63) {
      throw new WrongValue(
          node, "must be at most %d bytes, got %s".formatted(Long.MAX_VALUE, YamlNodes.got(node)));
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

  /** A number as it is written. */
  static String number(Node node) throws WrongValue {
    if (!YamlNodes.is(node, Tag.INT, Tag.FLOAT)) {
      throw new WrongValue(node, "expected a number, got " + YamlNodes.got(node));
    }
    return YamlNodes.scalar(node);
  }

  private static void range(Key key, Node node, double value) throws WrongValue {
    boolean good =
        value >= key.min() && value <= key.max() && value > key.above() && value < key.below();
    if (!good) {
      throw new WrongValue(
          node, "must be %s, got %s".formatted(bounds(key), YamlNodes.scalar(node)));
    }
  }

  /**
   * The bounds of a number.
   *
   * @param key of the number
   * @return such as {@code at least 0 and below 1}; empty without bounds
   */
  static String bounds(Key key) {
    List<String> bounds = new ArrayList<>();
    bound(bounds, "at least", key.min());
    bound(bounds, "above", key.above());
    bound(bounds, "at most", key.max());
    bound(bounds, "below", key.below());
    return String.join(" and ", bounds);
  }

  private static void bound(List<String> bounds, String word, double bound) {
    if (!Double.isInfinite(bound)) {
      String number = bound == Math.rint(bound) ? "%.0f".formatted(bound) : "" + bound;
      bounds.add(word + " " + number);
    }
  }
}
