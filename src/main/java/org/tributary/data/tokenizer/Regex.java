package org.tributary.data.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tributary.error.WrongInput;

/**
 * A regular expression of a tokenizer, looked at before the tokenizers library runs it. The library
 * backtracks (Oniguruma), and ends the process where one match backtracks too often. So an
 * expression is taken only where one match costs a number of steps in proportion to the text:
 *
 * <ul>
 *   <li>only single characters and classes are repeated, never groups;
 *   <li>in each alternative at most one repetition without end has something behind it that may
 *       fail, which is what makes it give back characters.
 * </ul>
 *
 * <p>All matches of a text together cost steps in proportion to it ({@link #linear}) where each
 * such repetition also stands in an alternative that takes what it has read. Else they may cost the
 * square.
 */
final class Regex {
  private static final int LONGEST = 4000;
  private static final int MOST_REPEATS = 1000;
  private static final int MOST_CHOICES = 64;

  /** Of the escapes with letters, those that mean the same in every dialect. */
  private static final String ESCAPES = "sSdDwWrntfbBAzZ";

  private static final String ASSERTIONS = "bBAzZ";

  private final String text;
  private final Function<String, WrongInput> wrong;
  private int at;
  private int shortest;
  private boolean linear;

  /**
   * One piece of an alternative.
   *
   * @param text as written, without its repetition
   * @param min the fewest characters that it takes
   * @param repeat how it repeats
   * @param choices in how many ways a bounded piece may match
   * @param asserts whether it may fail though it takes nothing
   */
  private record Item(String text, int min, Repeat repeat, int choices, boolean asserts) {
    boolean mayFail() {
      return asserts || min > 0;
    }

    boolean endless() {
      return repeat != Repeat.BOUNDED;
    }
  }

  /** How often a piece may match, and whether it gives back what it has taken. */
  private enum Repeat {
    BOUNDED,
    ENDLESS,
    ENDLESS_AND_KEPT
  }

  private Regex(String text, Function<String, WrongInput> wrong) {
    this.text = text;
    this.wrong = wrong;
  }

  /**
   * Looks at an expression.
   *
   * @param text the expression
   * @param wrong makes a refusal of a problem
   * @return what was found
   * @throws WrongInput where it is not understood or may not end in time
   */
  static Regex of(String text, Function<String, WrongInput> wrong) {
    Regex regex = new Regex(text, wrong);
    if (text.isEmpty() || text.length() > LONGEST) {
      throw wrong.apply("must be an expression of 1 to %,d characters".formatted(LONGEST));
    }
    List<List<Item>> alternatives = regex.alternatives(0);
    if (regex.at < text.length()) {
      throw regex.unknown("an unmatched )");
    }
    regex.shortest = min(alternatives);
    regex.linear = alternatives.stream().allMatch(a -> regex.isTakenAnyway(a, alternatives));
    return regex;
  }

  /** The fewest characters of a match. */
  int shortest() {
    return shortest;
  }

  /** Whether all matches of a text together cost steps in proportion to it. */
  boolean linear() {
    return linear;
  }

  private List<List<Item>> alternatives(int depth) {
    if (depth > 16) {
      throw unknown("groups nested deeper than 16");
    }
    List<List<Item>> alternatives = new ArrayList<>();
    List<Item> items = new ArrayList<>();
    while (at < text.length() && text.charAt(at) != ')') {
      if (text.charAt(at) == '|') {
        at++;
        alternatives.add(items);
        items = new ArrayList<>();
      } else {
        items.add(item(depth));
      }
    }
    alternatives.add(items);
    alternatives.forEach(a -> checkCost(a, depth));
    return alternatives;
  }

  private void checkCost(List<Item> items, int depth) {
    if (depth > 0 && items.stream().anyMatch(Item::endless)) {
      throw unknown("a repetition without end within a group");
    }
    long choices =
        items.stream().mapToLong(Item::choices).reduce(1, (a, b) -> Math.min(a * b, 1L << 40));
    if (givesBack(items).size() > 1 || choices > MOST_CHOICES) {
      throw wrong.apply(
          "is an expression that may take too many steps (several repetitions before something that may fail)");
    }
  }

  /** The repetitions without end that something behind them makes give back. */
  private static List<Item> givesBack(List<Item> items) {
    List<Item> found = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      if (item.repeat == Repeat.ENDLESS
          && items.subList(i + 1, items.size()).stream().anyMatch(Item::mayFail)) {
        found.add(item);
      }
    }
    return found;
  }

  /** Whether what an alternative gives back is taken at once by another one. */
  private boolean isTakenAnyway(List<Item> items, List<List<Item>> all) {
    return givesBack(items).stream().allMatch(i -> all.stream().anyMatch(a -> takes(a, i)));
  }

  private static boolean takes(List<Item> items, Item run) {
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      if (item.text.equals(run.text) && item.endless() && item.min <= 1) {
        return items.subList(i + 1, items.size()).stream().noneMatch(Item::mayFail);
      }
      if (item.mayFail()) {
        return false;
      }
    }
    return false;
  }

  private static int min(List<List<Item>> alternatives) {
    return alternatives.stream()
        .mapToInt(a -> a.stream().mapToInt(Item::min).sum())
        .min()
        .orElse(0);
  }

  private Item item(int depth) {
    int from = at;
    char c = text.charAt(at);
    if (c == '(') {
      return group(depth);
    }
    boolean asserts = c == '^' || c == '$';
    if (c == '[') {
      characters(0);
    } else if (c == '\\') {
      asserts = ASSERTIONS.indexOf(escape()) >= 0;
    } else if ("*+?{".indexOf(c) >= 0) {
      throw unknown("a repetition of nothing");
    } else {
      at += Character.charCount(text.codePointAt(at));
    }
    String atom = text.substring(from, at);
    return asserts ? new Item(atom, 0, Repeat.BOUNDED, 1, true) : repeated(atom);
  }

  private Item repeated(String atom) {
    int least = 1;
    int most = 1;
    char sign = at < text.length() ? text.charAt(at) : 0;
    if (sign == '{') {
      int[] bounds = bounds();
      least = bounds[0];
      most = bounds[1];
    } else if (sign == '*' || sign == '+' || sign == '?') {
      at++;
      least = sign == '+' ? 1 : 0;
      most = sign == '?' ? 1 : Integer.MAX_VALUE;
    } else {
      return new Item(atom, 1, Repeat.BOUNDED, 1, false);
    }
    boolean keeps = suffix(sign != '{');
    if (most == Integer.MAX_VALUE) {
      return new Item(atom, least, keeps ? Repeat.ENDLESS_AND_KEPT : Repeat.ENDLESS, 1, false);
    }
    return new Item(atom, least, Repeat.BOUNDED, keeps ? 1 : most - least + 1, false);
  }

  /** What stands behind a repetition: + keeps what was taken, ? takes as little as it can. */
  private boolean suffix(boolean allowed) {
    if (at >= text.length() || "*+?{".indexOf(text.charAt(at)) < 0) {
      return false;
    }
    char sign = text.charAt(at++);
    boolean another = at < text.length() && "*+?{".indexOf(text.charAt(at)) >= 0;
    if (!allowed || another || sign == '*' || sign == '{') {
      throw unknown("a repetition of a repetition");
    }
    return sign == '+';
  }

  private int[] bounds() {
    int end = text.indexOf('}', at);
    String inside = end < 0 ? "" : text.substring(at + 1, end);
    if (!inside.matches("\\d{1,4}(,\\d{0,4})?")) {
      throw unknown("a { that is no repetition");
    }
    at = end + 1;
    String[] numbers = inside.split(",", 2);
    int least = Integer.parseInt(numbers[0]);
    int most = least;
    if (numbers.length == 2) {
      most = numbers[1].isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(numbers[1]);
    }
    if (least > MOST_REPEATS || most < least || most != Integer.MAX_VALUE && most > MOST_REPEATS) {
      throw unknown("a repetition of more than %,d times".formatted(MOST_REPEATS));
    }
    return new int[] {least, most};
  }

  private Item group(int depth) {
    int from = at++;
    boolean asserts = false;
    if (text.startsWith("?", at)) {
      String kind =
          Stream.of("?:", "?i:", "?=", "?!", "?<=", "?<!")
              .filter(k -> text.startsWith(k, at))
              .findFirst()
              .orElseThrow(() -> unknown("a group of another kind"));
      asserts = kind.endsWith("=") || kind.endsWith("!");
      at += kind.length();
    }
    List<List<Item>> inside = alternatives(depth + 1);
    if (at >= text.length()) {
      throw unknown("a group without its )");
    }
    at++;
    String atom = text.substring(from, at);
    int choices = inside.stream().mapToInt(Regex::choices).sum();
    boolean optional = at < text.length() && text.charAt(at) == '?';
    if (optional) {
      at++;
      suffix(true);
    } else if (at < text.length() && "*+{".indexOf(text.charAt(at)) >= 0) {
      throw unknown("a repetition of a group");
    }
    int min = asserts || optional ? 0 : min(inside);
    return new Item(atom, min, Repeat.BOUNDED, optional ? choices + 1 : choices, !optional);
  }

  private static int choices(List<Item> items) {
    return items.stream().mapToInt(Item::choices).reduce(1, (a, b) -> Math.min(a * b, 1 << 20));
  }

  /** Reads one escape. */
  private char escape() {
    if (at + 1 >= text.length()) {
      throw unknown("a \\ at its end");
    }
    char c = text.charAt(at + 1);
    at += 2;
    if (c == 'p' || c == 'P') {
      skip("\\{\\^?[A-Za-z_ ]{1,40}\\}");
    } else if (c == 'x') {
      skip("[0-9A-Fa-f]{2}|\\{[0-9A-Fa-f]{1,6}\\}");
    } else if (c == 'u') {
      skip("[0-9A-Fa-f]{4}");
    } else if (c >= 128 || Character.isLetterOrDigit(c) && ESCAPES.indexOf(c) < 0) {
      throw unknown("the escape \\" + c);
    }
    return c;
  }

  private void skip(String form) {
    var rest = java.util.regex.Pattern.compile(form).matcher(text);
    rest.region(at, text.length());
    if (!rest.lookingAt()) {
      throw unknown("an escape that is not whole");
    }
    at = rest.end();
  }

  /** Reads a class of characters, with classes in it. */
  private void characters(int depth) {
    at++;
    if (text.startsWith("^", at)) {
      at++;
    }
    if (text.startsWith("]", at)) {
      throw unknown("an empty class of characters");
    }
    while (at < text.length() && text.charAt(at) != ']') {
      if (text.startsWith("[:", at)) {
        throw unknown("a class with a POSIX name");
      } else if (text.charAt(at) == '[' && depth < 8) {
        characters(depth + 1);
      } else if (text.charAt(at) == '\\') {
        escape();
      } else {
        at++;
      }
    }
    if (at >= text.length()) {
      throw unknown("a class of characters without its ]");
    }
    at++;
  }

  private WrongInput unknown(String what) {
    return wrong.apply("is an expression with " + what + ", which Tributary does not take");
  }
}
