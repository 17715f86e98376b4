package org.tributary.text.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tributary.error.WrongInput;

/**
 * Checks a regular expression of a tokenizer before the tokenizers library runs it. The library
 * (Oniguruma) backtracks, and ends the process if one match backtracks too often. So an expression
 * is accepted only if the steps of one match are linear in the length of the text:
 *
 * <ul>
 *   <li>only single characters and classes are repeated, never groups;
 *   <li>in each alternative at most one unbounded repetition is followed by something that may
 *       fail, because that makes the repetition backtrack.
 * </ul>
 *
 * <p>The steps of all matches of a text together are linear ({@link #linear}) if, in addition,
 * another alternative takes what each unbounded repetition before something that may fail has read.
 * Otherwise they may be quadratic: in the length of each run of one character if only that is
 * repeated ({@link #runs}), or else in the length of the text.
 */
final class Regex {
  private static final int LONGEST = 4000;
  private static final int MOST_CHOICES = 64;
  private static final int MOST_FIXED = 2000;

  private static final String ASSERTIONS = "bBAzZ";

  private final RegexScanner in;
  private final Function<String, WrongInput> wrong;
  private List<List<Item>> all = List.of();

  /**
   * One piece of an alternative.
   *
   * @param text the text of the piece, without its repetition
   * @param min the fewest characters that it matches
   * @param repeat how it repeats
   * @param choices number of ways in which a bounded piece may match
   * @param asserts whether it may fail although it matches no characters
   */
  private record Item(String text, int min, Repeat repeat, int choices, boolean asserts) {
    boolean mayFail() {
      return asserts || min > 0;
    }

    boolean endless() {
      return repeat != Repeat.BOUNDED;
    }

    /** Whether it repeats one character of 16 bits, and not one of several. */
    boolean isOneCharacter() {
      return text.length() == 1 && !text.equals(".");
    }
  }

  /** How often a piece may match, and whether it backtracks. */
  private enum Repeat {
    BOUNDED,
    ENDLESS,
    ENDLESS_AND_LAZY,
    ENDLESS_AND_KEPT
  }

  /**
   * Characters whose runs take the square of their length.
   *
   * @param characters each of 16 bits; empty if there are none
   * @param times how often a run may be read from each of its places
   */
  record Runs(String characters, int times) {
    static final Runs NONE = new Runs("", 1);
  }

  private Regex(String text, Function<String, WrongInput> wrong) {
    this.in = new RegexScanner(text, wrong);
    this.wrong = wrong;
  }

  /**
   * Checks an expression.
   *
   * @param text the expression
   * @param wrong makes the error for a problem
   * @return the checked expression
   * @throws WrongInput if it is not supported or may take too long
   */
  static Regex of(String text, Function<String, WrongInput> wrong) {
    Regex regex = new Regex(text, wrong);
    if (text.isEmpty() || text.length() > LONGEST) {
      throw wrong.apply("must be an expression of 1 to %,d characters".formatted(LONGEST));
    }
    regex.all = regex.alternatives(0);
    if (!regex.in.isAtEnd()) {
      throw regex.in.unknown("an unmatched )");
    }
    return regex;
  }

  /** The fewest characters of a match. */
  int shortest() {
    return min(all);
  }

  /** Whether the steps of all matches together are linear in the length of the text. */
  boolean linear() {
    return all.stream().allMatch(items -> slow(items).isEmpty());
  }

  /** How often one match may go back for each character that it has read. */
  int retries() {
    return all.stream().filter(items -> !givesBack(items).isEmpty()).mapToInt(Regex::ways).sum();
  }

  /**
   * The characters whose runs take the square of their length, while all other text is linear.
   *
   * @return empty if other text may take its square
   */
  Optional<Runs> runs() {
    List<List<Item>> slow = all.stream().filter(items -> !slow(items).isEmpty()).toList();
    for (List<Item> items : slow) {
      // A second repetition could read on behind the run.
      if (items.stream().filter(Item::endless).count() > 1
          || !slow(items).get(0).isOneCharacter()) {
        return Optional.empty();
      }
    }
    String characters =
        slow.stream()
            .map(items -> slow(items).get(0).text)
            .distinct()
            .collect(Collectors.joining());
    return Optional.of(
        new Runs(characters, Math.max(1, slow.stream().mapToInt(Regex::ways).sum())));
  }

  /** The repetitions of an alternative that no alternative takes after it has failed. */
  private List<Item> slow(List<Item> items) {
    return readAgain(items).stream().filter(run -> !isTaken(run, items)).toList();
  }

  private boolean isTaken(Item run, List<Item> own) {
    for (List<Item> items : all) {
      if (takes(items, run)) {
        return true;
      }
      if (items != own && takesSome(items, run)) {
        return false;
      }
    }
    return false;
  }

  private List<List<Item>> alternatives(int depth) {
    if (depth > 16) {
      throw in.unknown("groups nested deeper than 16");
    }
    List<List<Item>> alternatives = new ArrayList<>();
    List<Item> items = new ArrayList<>();
    while (!in.isAtEnd() && !in.isAny(")")) {
      if (in.take("|")) {
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
      throw in.unknown("a repetition without end within a group");
    }
    long choices =
        items.stream().mapToLong(Item::choices).reduce(1, (a, b) -> Math.min(a * b, 1L << 40));
    boolean fixed = items.stream().mapToLong(Item::min).sum() > MOST_FIXED;
    if (givesBack(items).size() > 1 || choices > MOST_CHOICES || fixed) {
      throw wrong.apply(
          "is an expression that may take too many steps (several repetitions before something that may fail, or very long ones)");
    }
  }

  /** The unbounded repetitions that backtrack because of something after them. */
  private static List<Item> givesBack(List<Item> items) {
    return readAgain(items).stream()
        .filter(item -> item.repeat != Repeat.ENDLESS_AND_KEPT)
        .toList();
  }

  /**
   * The unbounded repetitions before something that may fail. Each begin of a match within the same
   * characters reads them again.
   */
  private static List<Item> readAgain(List<Item> items) {
    List<Item> found = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i).endless()
          && items.subList(i + 1, items.size()).stream().anyMatch(Item::mayFail)) {
        found.add(items.get(i));
      }
    }
    return found;
  }

  /** Whether an alternative immediately matches the characters that a repetition gives back. */
  private static boolean takes(List<Item> items, Item run) {
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      boolean greedy = item.endless() && item.repeat != Repeat.ENDLESS_AND_LAZY;
      if (item.text.equals(run.text) && greedy && item.min <= 1) {
        return items.subList(i + 1, items.size()).stream().noneMatch(Item::mayFail);
      }
      if (item.mayFail()) {
        return false;
      }
    }
    return false;
  }

  /** Whether an alternative may match some of the repeated characters and leave the others. */
  private static boolean takesSome(List<Item> items, Item run) {
    return items.stream().filter(Item::mayFail).allMatch(item -> item.text.equals(run.text));
  }

  /** The number of ways in which the part of an alternative matches that ends where it may fail. */
  private static int ways(List<Item> items) {
    int ways = 1;
    int found = 1;
    for (Item item : items) {
      found *= item.choices;
      ways = item.mayFail() ? found : ways;
    }
    return ways;
  }

  private static int min(List<List<Item>> alternatives) {
    return alternatives.stream()
        .mapToInt(a -> a.stream().mapToInt(Item::min).sum())
        .min()
        .orElse(0);
  }

  private Item item(int depth) {
    if (in.isAny("(")) {
      return group(depth);
    }
    int from = in.at();
    boolean asserts = in.isAny("^$");
    if (in.isAny("[")) {
      in.characters();
    } else if (in.isAny("\\")) {
      asserts = ASSERTIONS.indexOf(in.escape()) >= 0;
    } else if (in.isAny("*+?{")) {
      throw in.unknown("a repetition of nothing");
    } else {
      in.character();
    }
    String atom = in.since(from);
    return asserts ? new Item(atom, 0, Repeat.BOUNDED, 1, true) : repeated(atom);
  }

  private Item repeated(String atom) {
    int least = 1;
    int most = 1;
    boolean bounded = in.isAny("{");
    if (bounded) {
      int[] bounds = in.bounds();
      least = bounds[0];
      most = bounds[1];
    } else if (in.isAny("*+?")) {
      char sign = in.character();
      least = sign == '+' ? 1 : 0;
      most = sign == '?' ? 1 : Integer.MAX_VALUE;
    } else {
      return new Item(atom, 1, Repeat.BOUNDED, 1, false);
    }
    char mode = in.suffix(!bounded);
    if (most == Integer.MAX_VALUE) {
      Repeat repeat =
          switch (mode) {
            case '+' -> Repeat.ENDLESS_AND_KEPT;
            case '?' -> Repeat.ENDLESS_AND_LAZY;
            default -> Repeat.ENDLESS;
          };
      return new Item(atom, least, repeat, 1, false);
    }
    return new Item(atom, least, Repeat.BOUNDED, mode == '+' ? 1 : most - least + 1, false);
  }

  private Item group(int depth) {
    int from = in.at();
    in.character();
    boolean asserts = false;
    if (in.isAny("?")) {
      String kind =
          Stream.of("?:", "?i:", "?=", "?!", "?<=", "?<!")
              .filter(in::take)
              .findFirst()
              .orElseThrow(() -> in.unknown("a group of another kind"));
      asserts = kind.endsWith("=") || kind.endsWith("!");
    }
    List<List<Item>> inside = alternatives(depth + 1);
    if (!in.take(")")) {
      throw in.unknown("a group without its )");
    }
    String atom = in.since(from);
    int choices = inside.stream().mapToInt(Regex::choices).sum();
    boolean optional = in.take("?");
    if (optional) {
      in.suffix(true);
    } else if (in.isAny("*+{")) {
      throw in.unknown("a repetition of a group");
    }
    int min = asserts || optional ? 0 : min(inside);
    return new Item(atom, min, Repeat.BOUNDED, optional ? choices + 1 : choices, !optional);
  }

  private static int choices(List<Item> items) {
    return items.stream().mapToInt(Item::choices).reduce(1, (a, b) -> Math.min(a * b, 1 << 20));
  }
}
