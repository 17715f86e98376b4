package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The filters that chat templates use, with Jinja's behaviour. */
final class Filters {
  private static final Pattern WORD = Pattern.compile("([^-\\s(\\[{<]+)|([-\\s(\\[{<]+)");

  private final String name;
  private final List<Object> plain;
  private final Map<String, Object> named;
  private final Budget budget;

  private Filters(String name, List<Object> plain, Map<String, Object> named, Budget budget) {
    this.name = name;
    this.plain = plain;
    this.named = named;
    this.budget = budget;
  }

  /** Applies a filter to a value. */
  static Object filter(
      String name, Object value, List<Object> plain, Map<String, Object> named, Budget budget) {
    budget.step();
    return new Filters(name, plain, named, budget).of(value);
  }

  private Object argument(int place, String key, Object otherwise) {
    return plain.size() > place ? plain.get(place) : named.getOrDefault(key, otherwise);
  }

  private Object of(Object value) {
    return switch (name) {
      case "trim" -> Methods.strip(JinjaValues.text(value), chars(), true, true);
      case "length", "count" -> JinjaValues.size(value);
      case "string", "safe" -> JinjaValues.text(value);
      case "upper" -> budget.text(JinjaValues.text(value).toUpperCase(Locale.ROOT));
      case "lower" -> budget.text(JinjaValues.text(value).toLowerCase(Locale.ROOT));
      case "capitalize" -> Methods.capitalize(JinjaValues.text(value));
      case "title" -> title(JinjaValues.text(value));
      case "replace" -> Methods.replace(JinjaValues.text(value), replacing(), budget);
      case "indent" -> indent(JinjaValues.text(value));
      case "default", "d" -> otherwise(value);
      case "int", "float", "abs" -> number(value);
      case "tojson" ->
          JsonText.of(
              value,
              (Long) argument(1, "indent", null),
              (List<?>) argument(2, "separators", null),
              budget);
      case "attr" -> Access.attribute(value, (String) plain.get(0), budget);
      default -> several(value);
    };
  }

  private List<Object> chars() {
    Object chars = argument(0, "chars", null);
    return chars == null ? List.of() : List.of(chars);
  }

  private List<Object> replacing() {
    List<Object> arguments = new ArrayList<>();
    arguments.add(argument(0, "old", null));
    arguments.add(argument(1, "new", null));
    arguments.add(argument(2, "count", null));
    return arguments;
  }

  private Object otherwise(Object value) {
    boolean falsy = JinjaValues.isTrue(argument(1, "boolean", false)) && !JinjaValues.isTrue(value);
    return value instanceof Undefined || falsy ? argument(0, "default_value", "") : value;
  }

  private static String title(String text) {
    StringBuilder title = new StringBuilder();
    Matcher parts = WORD.matcher(text);
    while (parts.find()) {
      title.append(parts.group(1) == null ? parts.group() : Methods.capitalize(parts.group()));
    }
    return title.toString();
  }

  private String indent(String text) {
    Object width = argument(0, "width", 4L);
    String blanks = width instanceof String given ? given : " ".repeat(budget.length((Long) width));
    boolean first = JinjaValues.isTrue(argument(1, "first", false));
    boolean blank = JinjaValues.isTrue(argument(2, "blank", false));
    StringBuilder indented = new StringBuilder();
    String[] lines = text.split("\n", -1);
    budget.length((long) lines.length * blanks.length());
    for (int i = 0; i < lines.length; i++) {
      indented.append(i == 0 ? "" : "\n");
      boolean moved = i == 0 ? first : blank || !lines[i].isEmpty();
      indented.append(moved ? blanks : "").append(lines[i]);
    }
    return budget.text(indented.toString());
  }

  private Object number(Object value) {
    Number number = JinjaValues.number(value);
    if (name.equals("abs") && number != null) {
      return number instanceof Long n ? (Object) Math.abs(n) : Math.abs(number.doubleValue());
    }
    if (number == null && value instanceof String text && text.strip().matches("[-+]?\\d{1,18}")) {
      number = Long.valueOf(text.strip());
    }
    if (name.equals("int")) {
      return number == null ? argument(0, "default", 0L) : (Object) number.longValue();
    } else if (name.equals("float")) {
      return number == null ? argument(0, "default", 0.0) : (Object) number.doubleValue();
    }
    throw unsupported(value);
  }

  private JinjaFault unsupported(Object value) {
    return new JinjaFault(
        "the filter %s of %s is not supported".formatted(name, JinjaValues.kind(value)));
  }

  /** The filters for lists and dicts. */
  private Object several(Object value) {
    if (name.equals("first") && value instanceof PythonGenerator lazy) {
      return lazy.next();
    } else if (name.equals("items") || name.equals("dictsort")) {
      return pairs(value);
    } else if (name.equals("reverse") && value instanceof String text) {
      return new StringBuilder(text).reverse().toString();
    }
    List<Object> entries = new ArrayList<>(JinjaValues.entries(value));
    budget.length(entries.size());
    return switch (name) {
      case "first" -> entries.isEmpty() ? new Undefined("the first entry") : entries.get(0);
      case "last" ->
          entries.isEmpty() ? new Undefined("the last entry") : entries.get(entries.size() - 1);
      case "list" -> entries;
      case "reverse" -> {
        Collections.reverse(entries);
        yield new PythonGenerator(entries);
      }
      case "join" -> {
        Object attribute = argument(1, "attribute", null);
        List<Object> parts =
            attribute == null ? entries : mapped(entries, path((String) attribute));
        yield Methods.join(JinjaValues.text(argument(0, "d", "")), parts, budget);
      }
      case "map" -> new PythonGenerator(mapped(entries, mapping()));
      case "select", "reject" -> new PythonGenerator(chosen(entries, e -> e, 0));
      case "selectattr", "rejectattr" ->
          new PythonGenerator(chosen(entries, path((String) plain.get(0)), 1));
      case "unique" -> new PythonGenerator(unique(entries));
      case "sort" -> sorted(entries);
      case "sum" -> sum(entries);
      case "min", "max" -> extreme(entries);
      default -> throw unsupported(value);
    };
  }

  private Object pairs(Object value) {
    if (value instanceof Undefined && name.equals("items")) {
      return new PythonGenerator(new ArrayList<>());
    } else if (!(value instanceof Map)) {
      throw unsupported(value);
    }
    List<Object> items = Methods.items((Map<?, ?>) value);
    if (name.equals("items")) {
      return new PythonGenerator(items);
    }
    items.sort((a, b) -> order(((List<?>) a).get(0), ((List<?>) b).get(0)));
    return items;
  }

  /** The order that ignores upper and lower case. */
  private int order(Object a, Object b) {
    budget.step();
    return Operations.order("<", folded(a), folded(b));
  }

  private static Object folded(Object value) {
    return value instanceof String text ? text.toLowerCase(Locale.ROOT) : value;
  }

  /** A function from one value to another. */
  private interface Step {
    Object of(Object value);
  }

  /** An attribute, or a path of attributes with dots. */
  private Step path(String path) {
    return value -> {
      Object at = value;
      for (String part : path.split("\\.")) {
        at = Access.entry(at, part.matches("\\d{1,9}") ? Long.valueOf(part) : part, budget);
      }
      return at;
    };
  }

  private Step mapping() {
    if (named.containsKey("attribute")) {
      Step step = path((String) named.get("attribute"));
      return value -> {
        Object found = step.of(value);
        return found instanceof Undefined && named.containsKey("default")
            ? named.get("default")
            : found;
      };
    }
    List<Object> rest = plain.subList(1, plain.size());
    return value -> filter((String) plain.get(0), value, rest, named, budget);
  }

  private static List<Object> mapped(List<Object> entries, Step step) {
    List<Object> mapped = new ArrayList<>();
    entries.forEach(entry -> mapped.add(step.of(entry)));
    return mapped;
  }

  private List<Object> chosen(List<Object> entries, Step step, int test) {
    boolean wanted = name.startsWith("select");
    List<Object> rest = plain.size() > test ? plain.subList(test + 1, plain.size()) : List.of();
    List<Object> chosen = new ArrayList<>();
    for (Object entry : entries) {
      Object value = step.of(entry);
      boolean holds =
          plain.size() > test
              ? TemplateTests.test((String) plain.get(test), value, rest, budget)
              : JinjaValues.isTrue(value);
      if (holds == wanted) {
        chosen.add(entry);
      }
    }
    return chosen;
  }

  private List<Object> unique(List<Object> entries) {
    List<Object> seen = new ArrayList<>();
    List<Object> unique = new ArrayList<>();
    for (Object entry : entries) {
      Object folded = folded(entry);
      if (seen.stream().noneMatch(s -> Operations.equal(s, folded, budget))) {
        seen.add(folded);
        unique.add(entry);
      }
    }
    return unique;
  }

  private List<Object> sorted(List<Object> entries) {
    Object attribute = argument(2, "attribute", null);
    Step step = attribute == null ? e -> e : path((String) attribute);
    boolean exact = JinjaValues.isTrue(argument(1, "case_sensitive", false));
    Comparator<Object> order =
        (a, b) ->
            exact ? Operations.order("<", step.of(a), step.of(b)) : order(step.of(a), step.of(b));
    entries.sort(JinjaValues.isTrue(argument(0, "reverse", false)) ? order.reversed() : order);
    return entries;
  }

  private Object sum(List<Object> entries) {
    Object attribute = argument(0, "attribute", null);
    Object sum = argument(1, "start", 0L);
    for (Object entry : attribute == null ? entries : mapped(entries, path((String) attribute))) {
      sum = Operations.operate("+", sum, entry, budget);
    }
    return sum;
  }

  private Object extreme(List<Object> entries) {
    if (entries.isEmpty()) {
      return new Undefined("the " + name);
    }
    Comparator<Object> order = this::order;
    return name.equals("min")
        ? Collections.min(entries, order)
        : entries.stream().reduce((a, b) -> order.compare(b, a) > 0 ? b : a).orElseThrow();
  }
}
