package org.tributary.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions as Python's {@code re} reads them, where Java writes the same otherwise:
 * named groups {@code (?P<name>...)} and {@code (?P=name)}, the end {@code \Z}, and {@code [} and
 * {@code &&} within brackets, which are plain characters there.
 */
final class PythonPattern {
  private static final Pattern GROUP = Pattern.compile("\\(\\?P(<(\\w+)>|=(\\w+)\\))");

  private PythonPattern() {}

  /**
   * Compiles an expression.
   *
   * @param regex in Python's syntax
   * @return the same in Java's
   * @throws PatternSyntaxException if it is none, or uses what Java has not
   */
  static Pattern of(String regex) {
    StringBuilder java = new StringBuilder();
    List<String> groups = new ArrayList<>();
    Matcher group = GROUP.matcher(regex);
    int classStart = -1;
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c == '\\' && i + 1 < regex.length()) {
        char next = regex.charAt(++i);
        java.append(c).append(next == 'Z' ? 'z' : next);
      } else if (classStart >= 0) {
        java.append(c == '[' || c == '&' ? "\\" : "").append(c);
        // A bracket that comes first is a member.
        boolean first = i == classStart + 1 || i == classStart + 2 && regex.charAt(i - 1) == '^';
        classStart = c == ']' && !first ? -1 : classStart;
      } else if (c == '(' && group.region(i, regex.length()).lookingAt()) {
        java.append(group.group(2) == null ? back(groups, group) : opening(groups, group));
        i = group.end() - 1;
      } else {
        classStart = c == '[' ? i : -1;
        java.append(c);
      }
    }
    return Pattern.compile(java.toString());
  }

  /** Python's names may have what Java's may not, so that groups are counted. */
  private static String opening(List<String> groups, Matcher group) {
    groups.add(group.group(2));
    return "(?<g" + groups.size() + ">";
  }

  private static String back(List<String> groups, Matcher group) {
    return "\\k<g" + (groups.indexOf(group.group(3)) + 1) + ">";
  }
}
