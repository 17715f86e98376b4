package org.tributary.config;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.tributary.error.WrongInput;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Collects the problems of one configuration, each problem with its place. */
final class ConfigProblems {
  /**
   * The most reported problems: a file that is not a configuration may have a problem on every
   * line.
   */
  private static final int MOST = 20;

  private final String fileName;
  private final List<String> sentences = new ArrayList<>();
  private final Map<Node, String> overrides = new IdentityHashMap<>();

  ConfigProblems(String fileName) {
    this.fileName = fileName;
  }

  /**
   * Marks a node, with all its contents, as coming from the command line.
   *
   * @param node new in the tree
   * @param override such as {@code --set client.batch}
   */
  void comesFrom(Node node, String override) {
    if (overrides.put(node, override) != null) {
      return;
    }
    if (node instanceof MappingNode map) {
      for (NodeTuple entry : map.getValue()) {
        comesFrom(entry.getKeyNode(), override);
        comesFrom(entry.getValueNode(), override);
      }
    } else if (node instanceof SequenceNode list) {
      list.getValue().forEach(entry -> comesFrom(entry, override));
    }
  }

  /**
   * Whether a node comes from the command line.
   *
   * @param node of the tree
   * @return the override it comes from, or null
   */
  String override(Node node) {
    return overrides.get(node);
  }

  /**
   * Whether an entry's value comes from the command line.
   *
   * @param entry of the tree; null for none
   * @return false for an entry of the file, and for null
   */
  boolean isOverride(NodeTuple entry) {
    return entry != null && overrides.containsKey(entry.getValueNode());
  }

  /**
   * The place where an entry was written.
   *
   * @param entry of the tree
   * @return such as {@code run.yaml:7} or {@code --set client.batch}
   */
  String place(NodeTuple entry) {
    return where(isOverride(entry) ? entry.getValueNode() : entry.getKeyNode());
  }

  void addSentence(String sentence) {
    sentences.add(sentence);
  }

  void add(Node at, String key, String what) {
    String prefix = key.isEmpty() ? "" : key + ": ";
    sentences.add(where(at) + ": " + prefix + what);
  }

  void addAt(String place, String what) {
    sentences.add(place + ": " + what);
  }

  void addSyntax(String place, YAMLException e) {
    if (e instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      int line = marked.getProblemMark().getLine() + 1;
      int column = marked.getProblemMark().getColumn() + 1;
      boolean inFile = place.equals(fileName);
      sentences.add(
          "%s: no valid YAML at column %d: %s"
              .formatted(inFile ? place + ":" + line : place, column, reason(marked)));
    } else {
      sentences.add(place + ": no valid YAML: " + e.getMessage().replaceAll("\\s+", " "));
    }
  }

  private static String reason(MarkedYAMLException e) {
    String context = e.getContext() == null ? "" : e.getContext() + ", ";
    return (context + e.getProblem()).replaceAll("\\s+", " ");
  }

  /**
   * Whether the limit of reported problems is reached, so that no advice is needed for further
   * ones.
   */
  boolean areEnough() {
    return sentences.size() >= MOST;
  }

  int count() {
    return sentences.size();
  }

  void throwIfAny() {
    if (!sentences.isEmpty()) {
      throw WrongInput.first(MOST, fileName + " cannot be used:", sentences);
    }
  }

  private String where(Node node) {
    String override = overrides.get(node);
    if (override != null) {
      return override;
    }
    return node.getStartMark() == null
        ? fileName
        : fileName + ":" + (node.getStartMark().getLine() + 1);
  }
}
