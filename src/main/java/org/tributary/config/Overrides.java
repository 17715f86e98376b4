package org.tributary.config;

import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * {@code --set a.b=c}: values from the command line, put into the tree before it is bound. The
 * value is YAML, so {@code [a, b]} is a list, {@code null} removes an optional key, and {@code
 * none} an optional section.
 */
final class Overrides {
  private final ConfigProblems problems;

  Overrides(ConfigProblems problems) {
    this.problems = problems;
  }

  /**
   * Puts one value into the tree and adds missing sections.
   *
   * @param root the file's tree, changed
   * @param set {@code key=value}
   */
  void apply(MappingNode root, String set) {
    int equals = set.indexOf('=');
    if (equals < 1 || set.substring(0, equals).isBlank()) {
      problems.addAt("--set " + set, "expected key=value, such as client.batch=8");
      return;
    }
    String key = set.substring(0, equals).strip();
    String name = "--set " + key;
    String[] parts = key.split("\\.", -1);
    if (List.of(parts).contains("")) {
      problems.addAt(name, "a key is names with single dots between them, such as client.batch");
      return;
    }
    Node value = value(name, set.substring(equals + 1));
    if (value != null) {
      put(root, parts, value, name);
    }
  }

  private Node value(String name, String text) {
    try {
      Node node = YamlTree.parse(text);
      Node value =
          node == null ? new ScalarNode(Tag.NULL, "", null, null, ScalarStyle.PLAIN) : node;
      problems.comesFrom(value, name);
      return value;
    } catch (YAMLException e) {
      problems.addSyntax(name, e);
      return null;
    }
  }

  private void put(MappingNode root, String[] parts, Node value, String name) {
    MappingNode section = root;
    for (int i = 0; i < parts.length - 1; i++) {
      section = open(section, parts[i], name);
      if (section == null) {
        String path = String.join(".", List.of(parts).subList(0, i + 1));
        problems.addAt(name, path + " is not a section, so there is no key in it to set");
        return;
      }
    }
    replace(section, parts[parts.length - 1], value, name);
  }

  /** A copy of the section with that name, because an anchor elsewhere in the file may share it. */
  private MappingNode open(MappingNode parent, String key, String name) {
    Node old = get(parent, key);
    MappingNode section;
    if (old instanceof MappingNode map) {
      section =
          new MappingNode(
              map.getTag(),
              true,
              new ArrayList<>(map.getValue()),
              map.getStartMark(),
              map.getEndMark(),
              map.getFlowStyle());
      if (problems.override(map) != null) {
        problems.comesFrom(section, problems.override(map));
      }
    } else if (YamlNodes.isNull(old) || YamlNodes.isNone(old)) {
      section = new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK);
      problems.comesFrom(section, name);
    } else {
      return null;
    }
    replace(parent, key, section, name);
    return section;
  }

  /**
   * Removes a key from a tree.
   *
   * @param root changed
   * @param key dotted name of a key that it has
   */
  static void remove(MappingNode root, String key) {
    MappingNode section = root;
    String[] parts = key.split("\\.");
    for (int i = 0; i < parts.length - 1; i++) {
      section = (MappingNode) get(section, parts[i]);
    }
    section.getValue().remove(indexOf(section, parts[parts.length - 1]));
  }

  private static Node get(MappingNode section, String key) {
    int at = indexOf(section, key);
    return at < 0 ? null : section.getValue().get(at).getValueNode();
  }

  private void replace(MappingNode section, String key, Node value, String name) {
    int at = indexOf(section, key);
    if (at >= 0) {
      Node keyNode = section.getValue().get(at).getKeyNode();
      section.getValue().set(at, new NodeTuple(keyNode, value));
    } else {
      Node keyNode = new ScalarNode(Tag.STR, key, null, null, ScalarStyle.PLAIN);
      problems.comesFrom(keyNode, name);
      section.getValue().add(new NodeTuple(keyNode, value));
    }
  }

  private static int indexOf(MappingNode section, String key) {
    for (int i = 0; i < section.getValue().size(); i++) {
      if (section.getValue().get(i).getKeyNode() instanceof ScalarNode scalar
          && scalar.getValue().equals(key)) {
        return i;
      }
    }
    return -1;
  }
}
