package org.tributary.text.jinja;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A chat template in the part of the language Jinja that chat templates are written in: output,
 * {@code if}, {@code for} with {@code loop}, {@code break} and {@code continue}, {@code set},
 * {@code with}, {@code macro}, {@code namespace} and {@code range}, indices and slices, arithmetic
 * and comparisons, methods of texts and dicts, filters and tests. What goes beyond it is a fault
 * that names it, raised where it would count: a part for tools that are not given is never
 * evaluated. The result is the same as that of transformers' {@code apply_chat_template}, which
 * decides on white space. What a template may take is bounded ({@link Budget}), and the bound is
 * named.
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
    if (source.length() > Budget.SOURCE) {
      throw new JinjaFault(
          "it has %d characters, more than %d".formatted(source.length(), Budget.SOURCE));
    }
    StatementParser parser = new StatementParser(Segments.of(source));
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
    Functions.into(scope, day);
    names.forEach(scope::set);
    try {
      render(nodes, scope, out);
    } catch (ClassCastException
        | IndexOutOfBoundsException
        | NullPointerException
        | ArithmeticException e) {
      throw new JinjaFault("it calls a function or uses a value as Jinja does not know it", e);
    } catch (StackOverflowError e) {
      throw Budget.tooDeep();
    }
    return new Filled(out.toString(), scope.generated());
  }

  static void render(List<Node> nodes, Scope scope, StringBuilder out) {
    for (Node node : nodes) {
      node.render(scope, out);
      scope.budget().written(out);
    }
  }
}
