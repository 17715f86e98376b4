package org.tributary.data.jinja;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A chat template in the part of the language Jinja that chat templates are written in: output,
 * {@code if}, {@code for} with {@code loop}, {@code set}, {@code namespace}, indices and slices,
 * comparisons, text methods, and a few filters and tests. What goes beyond it is a fault that names
 * it, raised where it would count: a part for tools that nobody gave is never looked at. The result
 * is the same as that of transformers' {@code apply_chat_template}, which decides on white space.
 */
public final class Jinja {
  /** The function that gives the day of a filling. */
  public static final String NOW = "strftime_now";

  private final List<Node> nodes;
  private final Set<String> names;

  private Jinja(List<Node> nodes, Set<String> names) {
    this.nodes = nodes;
    this.names = names;
  }

  /**
   * A template that is filled in.
   *
   * @param text what it says
   * @param generated the parts of it that the template marks with {@code generation} as the
   *     assistant's own, in order
   */
  public record Filled(String text, List<Part> generated) {}

  /**
   * A part of a text, in {@code char}s.
   *
   * @param from its begin
   * @param to behind its end
   */
  public record Part(int from, int to) {}

  /** A piece of a template that writes something, or sets a name. */
  @FunctionalInterface
  interface Node {
    void render(Scope scope, StringBuilder out);
  }

  /**
   * Reads a template.
   *
   * @param source its text
   * @return to be filled in
   * @throws JinjaFault where it is not understood
   */
  public static Jinja of(String source) {
    StatementParser parser = new StatementParser(Segment.of(source));
    return new Jinja(parser.all(), parser.names());
  }

  /**
   * The names that stand in its tags.
   *
   * @return those of variables, attributes, functions and statements
   */
  public Set<String> names() {
    return names;
  }

  /**
   * Fills the template in.
   *
   * @param names texts, whole numbers ({@code Long}), truths, lists and maps of them, by name
   * @param day what {@code strftime_now} tells, at midnight; null where it is not defined
   * @return the text, and what of it is the assistant's where the template says so
   * @throws JinjaFault where the template complains, or asks for what is not known here
   */
  public Filled fill(Map<String, ?> names, LocalDate day) {
    StringBuilder out = new StringBuilder();
    Scope scope = Scope.of(out);
    scope.set(
        "raise_exception",
        (Values.Callable)
            (a, n) -> {
              throw new JinjaFault("it says: " + Values.text(a.get(0)));
            });
    scope.set("namespace", (Values.Callable) (a, n) -> new LinkedHashMap<Object, Object>(n));
    if (day != null) {
      scope.set(NOW, (Values.Callable) (a, n) -> Dates.text(day, (String) a.get(0)));
    }
    names.forEach(scope::set);
    render(nodes, scope, out);
    return new Filled(out.toString(), scope.generated());
  }

  static void render(List<Node> nodes, Scope scope, StringBuilder out) {
    nodes.forEach(node -> node.render(scope, out));
  }

  /** A loop over entries, with {@code loop} inside. */
  static void loop(List<?> entries, List<String> names, Scope scope, Loop body) {
    for (int i = 0; i < entries.size(); i++) {
      Scope turn = new Scope(scope);
      Map<Object, Object> loop = new LinkedHashMap<>();
      loop.put("index0", (long) i);
      loop.put("index", i + 1L);
      loop.put("revindex", (long) entries.size() - i);
      loop.put("revindex0", entries.size() - i - 1L);
      loop.put("first", i == 0);
      loop.put("last", i == entries.size() - 1);
      loop.put("length", (long) entries.size());
      loop.put("previtem", i == 0 ? new Undefined("loop.previtem") : entries.get(i - 1));
      boolean last = i == entries.size() - 1;
      loop.put("nextitem", last ? new Undefined("loop.nextitem") : entries.get(i + 1));
      turn.set("loop", loop);
      bind(names, entries.get(i), turn);
      body.turn(turn);
    }
  }

  static void bind(List<String> names, Object entry, Scope scope) {
    if (names.size() == 1) {
      scope.set(names.get(0), entry);
      return;
    }
    if (!(entry instanceof List<?> parts) || parts.size() != names.size()) {
      throw new JinjaFault("%s has not %d parts".formatted(Values.kind(entry), names.size()));
    }
    for (int i = 0; i < names.size(); i++) {
      scope.set(names.get(i), parts.get(i));
    }
  }

  /** One turn of a loop. */
  @FunctionalInterface
  interface Loop {
    void turn(Scope scope);
  }

  static List<?> entries(Object value) {
    if (value instanceof List<?> list) {
      return list;
    } else if (value instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    } else if (value instanceof Undefined) {
      return List.of();
    }
    throw new JinjaFault("a loop over " + Values.kind(value) + " is not supported");
  }
}
