package org.tributary.config;

import java.util.Arrays;
import java.util.Objects;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** The kinds of nodes, and their descriptions for messages. */
final class YamlNodes {
  /** The most characters of a wrong value in its message. */
  static final int SHOWN = 200;

  /** What a person writes for an optional section that is absent. */
  static final String NONE = "none";

  private YamlNodes() {}

  static boolean isNull(Node node) {
    return node == null || is(node, Tag.NULL);
  }

  /** Whether a node is the word that stands for an absent section. */
  static boolean isNone(Node node) {
    return is(node, Tag.STR) && scalar(node).equals(NONE);
  }

  static boolean is(Node node, Tag... tags) {
    return node instanceof ScalarNode && Arrays.asList(tags).contains(node.getTag());
  }

  static String scalar(Node node) {
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

  static String quoted(String text) {
    return text.length() > SHOWN ? shortened(text) : "\"" + text + "\"";
  }

  static String shortened(String text) {
    return text.length() > SHOWN
        ? "%s... of %d characters".formatted(text.substring(0, SHOWN), text.length())
        : text;
  }
}
