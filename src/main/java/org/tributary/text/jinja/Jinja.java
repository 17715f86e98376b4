package org.tributary.text.jinja;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A chat template in Jinja. The supported part of the language is the part that chat templates use:
 * output, {@code if}, {@code for} with {@code loop}, {@code break} and {@code continue}, {@code
 * set}, {@code with}, {@code macro}, {@code namespace} and {@code range}, indices and slices,
 * arithmetic and comparisons, methods of texts and dicts, filters and tests. Anything else raises a
 * fault that names it, but only when it is evaluated: a part for tools is never evaluated if there
 * are not tools. The result, including white space, is that of transformers' {@code
 * apply_chat_template}. {@link Budget} limits the work of a template, and the message names the
 * limit.
 */
public final class Jinja {
  /** The function that gives the date. */
  public static final String NOW = "strftime_now";

  private final List<Node> nodes;
  private final Set<String> names;

  private Jinja(List<Node> nodes, Set<String> names) {
    this.nodes = nodes;
    this.names = names;
  }

  /**
   * A rendered template.
   *
   * @param text the output
   * @param generated the parts that the template marks with {@code generation} as written by the
   *     assistant, in order
   */
  public record Filled(String text, List<Part> generated) {}

  /**
   * A part of a text, in {@code char}s.
   *
   * @param from its begin
   * @param to its end, exclusive
   */
  public record Part(int from, int to) {}

  /** A piece of a template that writes something, or sets a name. */
  @FunctionalInterface
  interface Node {
    void render(Scope scope, StringBuilder out);
  }

  /**
   * Parses a template.
   *
   * @param source its text
   * @return the template
   * @throws JinjaFault if it cannot be parsed
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
   * The names in its tags.
   *
   * @return those of variables, attributes, functions and statements
   */
  public Set<String> names() {
    return names;
  }

  /**
   * Renders the template.
   *
   * @param names strings, integers ({@code Long}), booleans, lists and maps of them, by name
   * @param day date for {@code strftime_now}, at midnight; null to leave the function undefined
   * @return the text, and the parts that the template marks as the assistant's
   * @throws JinjaFault if the template raises an error or uses an unsupported feature
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
