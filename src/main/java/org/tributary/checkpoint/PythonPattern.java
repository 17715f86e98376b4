package org.tributary.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.tributary.error.WrongInput;

/**
 * A regular expression in the syntax of Python's {@code re}, from a file that the user may not have
 * written.
 *
 * <p>RE2/J matches it in time that is linear in the length of the text. RE2 does not support
 * lookaround, backreferences and repeats above 1000; such expressions are matched by {@code
 * java.util.regex}, which may take exponential time. A match that reads too many characters is
 * stopped, and the expression is refused.
 *
 * <p>Syntax that differs in Python is translated: named groups {@code (?P<name>...)} and {@code
 * (?P=name)}, the end {@code \Z}, and {@code [} and {@code &&} within brackets, which are plain
 * characters there.
 */
final class PythonPattern {
  /**
   * The most characters of an expression; the longest of peft's own examples have about a hundred.
   */
  private static final int LONGEST = 2000;

  /**
   * The most characters that one match of java.util.regex may read; an ordinary match reads a few
   * hundred.
   */
  private static final int STEPS = 200_000;

  private static final Pattern GROUP = Pattern.compile("\\(\\?P(<(\\w+)>|=(\\w+)\\))");

  private final String regex;
  private final com.google.re2j.Pattern linear;
  private final Pattern backtracking;

  private PythonPattern(String regex, com.google.re2j.Pattern linear, Pattern backtracking) {
    this.regex = regex;
    this.linear = linear;
    this.backtracking = backtracking;
  }

  /**
   * Compiles an expression.
   *
   * @param regex in Python's syntax
   * @return ready to match
   * @throws PatternSyntaxException if it is not valid, too long, or uses syntax that neither
   *     library supports
   */
  static PythonPattern of(String regex) {
    if (regex.length() > LONGEST) {
      throw new PatternSyntaxException("is longer than " + LONGEST + " characters", "", -1);
    }
    String java = translated(regex);
    try {
      return new PythonPattern(regex, com.google.re2j.Pattern.compile(java), null);
    } catch (com.google.re2j.PatternSyntaxException e) {
      try {
        return new PythonPattern(regex, null, Pattern.compile(java));
      } catch (StackOverflowError deep) {
        throw new PatternSyntaxException("is nested too deeply", "", -1);
      }
    }
  }

  /**
   * Python's {@code re.fullmatch}.
   *
   * @param text of any length
   * @return whether all of it matches
   * @throws WrongInput if finding out would take too long
   */
  boolean matches(String text) {
    return linear != null ? linear.matches(text) : bounded(text, Matcher::matches).isPresent();
  }

  /**
   * Python's {@code re.match}.
   *
   * @param text of any length
   * @return whether its start matches
   * @throws WrongInput if finding out would take too long
   */
  boolean begins(String text) {
    return linear != null
        ? linear.matcher(text).lookingAt()
        : bounded(text, Matcher::lookingAt).isPresent();
  }

  /**
   * The last group of Python's {@code re.match}.
   *
   * @param text of any length
   * @return the text of the group; empty if the start does not match
   * @throws WrongInput if finding out would take too long
   */
  Optional<String> lastGroup(String text) {
    if (linear != null) {
      com.google.re2j.Matcher matcher = linear.matcher(text);
      return matcher.lookingAt()
          ? Optional.ofNullable(matcher.group(matcher.groupCount()))
          : Optional.empty();
    }
    return bounded(text, Matcher::lookingAt).map(m -> m.group(m.groupCount()));
  }

  private Optional<Matcher> bounded(String text, java.util.function.Predicate<Matcher> match) {
    try {
      Matcher matcher = backtracking.matcher(new Counted(text, new int[1]));
      return match.test(matcher) ? Optional.of(matcher) : Optional.empty();
    } catch (TooMany | StackOverflowError e) {
      throw new WrongInput(
          "the regular expression %s takes too long to match %s; write it without nested repeats, or name the modules in a list"
              .formatted(regex, text));
    }
  }

  /** A text that counts how often it is read, and stops at a limit. */
  private record Counted(CharSequence text, int[] looks) implements CharSequence {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++looks[0] > STEPS) {
        throw new TooMany();
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), looks);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  /** Never shown. */
  private static final class TooMany extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static String translated(String regex) {
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
        // A bracket in the first place is a member of the class.
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
    return java.toString();
  }

  /** Names in Python may contain characters that Java does not allow, so groups are numbered. */
  private static String opening(List<String> groups, Matcher group) {
    groups.add(group.group(2));
    return "(?<g" + groups.size() + ">";
  }

  private static String back(List<String> groups, Matcher group) {
    return "\\k<g" + (groups.indexOf(group.group(3)) + 1) + ">";
  }
}
