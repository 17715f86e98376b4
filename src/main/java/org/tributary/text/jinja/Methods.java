package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.tributary.text.jinja.JinjaValues.Callable;

/** The methods of strings, lists and dicts that chat templates use. */
final class Methods {
  /**
   * Methods that change a dict or list. The sandbox of transformers does not let templates call
   * them.
   */
  private static final Set<String> CHANGING =
      Set.of("update", "pop", "popitem", "setdefault", "clear", "append", "extend", "insert");

  private Methods() {}

  /** A method, or null if there is none of that name. */
  static Object of(Object of, String name, Budget budget) {
    if (of instanceof String text) {
      return text(text, name, budget);
    }
    boolean several = of instanceof Map || of instanceof List;
    if (several && CHANGING.contains(name) && !(of instanceof Namespace)) {
      return (Callable)
          (a, n) -> {
            throw new JinjaFault(name + " changes a list or dict, which templates may not");
          };
    }
    if (of instanceof Map<?, ?> map) {
      return dict(map, name);
    }
    return null;
  }

  private static Callable dict(Map<?, ?> map, String name) {
    return switch (name) {
      case "get" ->
          (a, n) -> {
            Object key = JinjaValues.key(a.get(0));
            return map.containsKey(key) ? map.get(key) : a.size() > 1 ? a.get(1) : null;
          };
      case "items" -> (a, n) -> items(map);
      case "keys" -> (a, n) -> new ArrayList<Object>(map.keySet());
      case "values" -> (a, n) -> new ArrayList<Object>(map.values());
      default -> null;
    };
  }

  /** The pairs of key and value. */
  static List<Object> items(Map<?, ?> map) {
    List<Object> items = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          List<Object> pair = new ArrayList<>();
          pair.add(key);
          pair.add(value);
          items.add(pair);
        });
    return items;
  }

  private static Callable text(String text, String name, Budget budget) {
    return switch (name) {
      case "strip" -> (a, n) -> strip(text, a, true, true);
      case "lstrip" -> (a, n) -> strip(text, a, true, false);
      case "rstrip" -> (a, n) -> strip(text, a, false, true);
      case "startswith" -> (a, n) -> any(a.get(0)).stream().anyMatch(text::startsWith);
      case "endswith" -> (a, n) -> any(a.get(0)).stream().anyMatch(text::endsWith);
      case "removeprefix" -> (a, n) -> removed(text, (String) a.get(0), true);
      case "removesuffix" -> (a, n) -> removed(text, (String) a.get(0), false);
      case "replace" -> (a, n) -> replace(text, a, budget);
      case "upper" -> (a, n) -> budget.text(text.toUpperCase(Locale.ROOT));
      case "lower" -> (a, n) -> budget.text(text.toLowerCase(Locale.ROOT));
      case "capitalize" -> (a, n) -> capitalize(text);
      case "title" -> (a, n) -> title(text);
      case "split" -> (a, n) -> StringSplits.split(text, a, n, budget);
      case "rsplit" -> (a, n) -> StringSplits.rsplit(text, a, n, budget);
      case "splitlines" -> (a, n) -> StringSplits.lines(text, budget);
      case "partition" -> (a, n) -> StringSplits.parts(text, (String) a.get(0), false);
      case "rpartition" -> (a, n) -> StringSplits.parts(text, (String) a.get(0), true);
      case "join" -> (a, n) -> join(text, JinjaValues.entries(a.get(0)), budget);
      case "count" -> (a, n) -> (long) count(text, (String) a.get(0));
      case "find" -> (a, n) -> place(text, text.indexOf((String) a.get(0)));
      case "rfind" -> (a, n) -> place(text, text.lastIndexOf((String) a.get(0)));
      case "isdigit" -> (a, n) -> !text.isEmpty() && text.chars().allMatch(Character::isDigit);
      case "isspace" -> (a, n) -> !text.isEmpty() && text.chars().allMatch(JinjaValues::isSpace);
      case "isupper" -> (a, n) -> TemplateTests.isCased(text, true);
      case "islower" -> (a, n) -> TemplateTests.isCased(text, false);
      default -> null;
    };
  }

  private static Long place(String text, int at) {
    return at < 0 ? -1L : (long) text.codePointCount(0, at);
  }

  private static List<String> any(Object of) {
    if (of instanceof List<?> list) {
      return list.stream().map(String.class::cast).toList();
    }
    return List.of((String) of);
  }

  private static String removed(String text, String part, boolean front) {
    if (front) {
      return text.startsWith(part) ? text.substring(part.length()) : text;
    }
    return text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
  }

  static String strip(String text, List<Object> which, boolean left, boolean right) {
    IntPredicate goes =
        which.isEmpty() || which.get(0) == null
            ? JinjaValues::isSpace
            : c -> ((String) which.get(0)).indexOf(c) >= 0;
    int from = 0;
    int to = text.length();
    while (left && from < to && goes.test(text.charAt(from))) {
      from++;
    }
    while (right && to > from && goes.test(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  /** Replaces a text by another one, everywhere or a given number of times. */
  static String replace(String text, List<Object> a, Budget budget) {
    String old = (String) a.get(0);
    String by = (String) a.get(1);
    long most = a.size() > 2 && a.get(2) != null ? (Long) a.get(2) : -1;
    if (old.isEmpty()) {
      throw new JinjaFault("an empty text is replaced, which is not supported");
    }
    long found = count(text, old);
    long times = most < 0 ? found : Math.min(most, found);
    budget.length(text.length() + times * (by.length() - old.length()));
    budget.length(text.length());
    StringBuilder replaced = new StringBuilder();
    int from = 0;
    for (long i = 0; i < times; i++) {
      int at = text.indexOf(old, from);
      replaced.append(text, from, at).append(by);
      from = at + old.length();
    }
    return replaced.append(text, from, text.length()).toString();
  }

  private static int count(String text, String part) {
    if (part.isEmpty()) {
      return text.codePointCount(0, text.length()) + 1;
    }
    int count = 0;
    for (int i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + part.length())) {
      count++;
    }
    return count;
  }

  static String join(String by, List<?> parts, Budget budget) {
    StringBuilder joined = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      String text = JinjaValues.text(parts.get(i));
      if ((long) joined.length() + by.length() + text.length() > Budget.LENGTH) {
        budget.length(Long.MAX_VALUE);
      }
      budget.length(text.length());
      joined.append(i == 0 ? "" : by).append(text);
    }
    return joined.toString();
  }

  static String capitalize(String text) {
    int first = text.isEmpty() ? 0 : text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  /**
   * Starts each word with an upper case letter. A word begins after any character that is not a
   * letter.
   */
  private static String title(String text) {
    StringBuilder title = new StringBuilder();
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      title.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return title.toString();
  }
}
