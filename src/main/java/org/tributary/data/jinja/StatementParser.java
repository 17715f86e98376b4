package org.tributary.data.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.data.jinja.Jinja.Node;

/** Segments to nodes. */
final class StatementParser {
  private final List<Segment> segments;
  private int at;
  private final Set<String> names = new HashSet<>();
  private ExpressionParser closing;

  StatementParser(List<Segment> segments) {
    this.segments = segments;
  }

  List<Node> all() {
    List<Node> nodes = new ArrayList<>();
    String end = until(nodes, Set.of());
    if (end != null) {
      throw new JinjaFault(end + " closes nothing");
    }
    return nodes;
  }

  /** The names that stand in the tags that were read. */
  Set<String> names() {
    return Set.copyOf(names);
  }

  /** The words of a tag, whose names are noted. */
  private ExpressionParser words(Segment tag) {
    ExpressionParser words = new ExpressionParser(tag.text());
    names.addAll(words.names());
    return words;
  }

  /** Reads nodes up to one of these words, or to the template's end where there are none. */
  private String until(List<Node> nodes, Set<String> ends) {
    while (at < segments.size()) {
      Segment segment = segments.get(at++);
      switch (segment.kind()) {
        case TEXT -> nodes.add((scope, out) -> out.append(segment.text()));
        case OUTPUT -> nodes.add(output(words(segment)));
        case STATEMENT -> {
          ExpressionParser words = words(segment);
          String word = words.name();
          if (ends.contains(word)) {
            closing = words;
            return word;
          }
          nodes.add(statement(word, words));
        }
        default -> throw new AssertionError(segment.kind());
      }
    }
    if (!ends.isEmpty()) {
      throw new JinjaFault("the template ends before " + String.join(" or ", ends));
    }
    return null;
  }

  private static Node output(ExpressionParser words) {
    Expression expression = words.expression();
    words.expectEnd();
    return (scope, out) -> out.append(Values.text(expression.value(scope)));
  }

  private Node statement(String word, ExpressionParser words) {
    return switch (word) {
      case "if" -> branch(words);
      case "for" -> loop(words);
      case "set" -> set(words);
      case "generation" -> generation(words);
      case "macro" -> macro(words);
      case "break", "continue", "include", "import", "from", "extends", "block", "call", "filter" ->
          (scope, out) -> {
            throw new JinjaFault("the statement " + word + " is not supported");
          };
      default -> throw new JinjaFault("the statement " + word + " is not supported");
    };
  }

  private Node branch(ExpressionParser words) {
    Expression condition = words.expression();
    words.expectEnd();
    List<Node> then = new ArrayList<>();
    List<Node> otherwise = new ArrayList<>();
    String end = until(then, Set.of("elif", "else", "endif"));
    if (end.equals("elif")) {
      otherwise.add(branch(closing));
    } else if (end.equals("else")) {
      until(otherwise, Set.of("endif"));
    }
    return (scope, out) ->
        Jinja.render(Values.isTrue(condition.value(scope)) ? then : otherwise, scope, out);
  }

  private Node loop(ExpressionParser words) {
    List<String> names = new ArrayList<>(List.of(words.name()));
    while (words.take(",")) {
      names.add(words.name());
    }
    words.expect("in");
    Expression over = words.or();
    Expression only = words.take("if") ? words.expression() : scope -> true;
    words.expectEnd();
    List<Node> body = new ArrayList<>();
    List<Node> otherwise = new ArrayList<>();
    if (until(body, Set.of("else", "endfor")).equals("else")) {
      until(otherwise, Set.of("endfor"));
    }
    return (scope, out) -> {
      List<Object> chosen = new ArrayList<>();
      for (Object entry : Jinja.entries(over.value(scope))) {
        Scope inner = new Scope(scope);
        Jinja.bind(names, entry, inner);
        if (Values.isTrue(only.value(inner))) {
          chosen.add(entry);
        }
      }
      Jinja.loop(chosen, names, scope, turn -> Jinja.render(body, turn, out));
      if (chosen.isEmpty()) {
        Jinja.render(otherwise, scope, out);
      }
    };
  }

  private Node set(ExpressionParser words) {
    String name = words.name();
    String attribute = words.take(".") ? words.name() : null;
    if (words.isAtEnd() && attribute == null) {
      List<Node> body = new ArrayList<>();
      until(body, Set.of("endset"));
      return (scope, out) -> {
        StringBuilder text = new StringBuilder();
        Jinja.render(body, scope, text);
        scope.set(name, text.toString());
      };
    }
    words.expect("=");
    Expression value = words.expression();
    words.expectEnd();
    return (scope, out) -> {
      if (attribute == null) {
        scope.set(name, value.value(scope));
      } else {
        setAttribute(scope.get(name), name, attribute, value.value(scope));
      }
    };
  }

  @SuppressWarnings("unchecked")
  private static void setAttribute(Object of, String name, String attribute, Object value) {
    if (!(of instanceof Map)) {
      throw new JinjaFault("%s.%s is set, but %s is no namespace".formatted(name, attribute, name));
    }
    ((Map<Object, Object>) of).put(attribute, value);
  }

  /** What transformers marks as the assistant's own words; it changes nothing of the text. */
  private Node generation(ExpressionParser words) {
    words.expectEnd();
    List<Node> body = new ArrayList<>();
    until(body, Set.of("endgeneration"));
    return (scope, out) -> {
      int from = out.length();
      Jinja.render(body, scope, out);
      scope.generated(out, from);
    };
  }

  /** Known by name only: calling one is a fault. */
  private Node macro(ExpressionParser words) {
    String name = words.name();
    until(new ArrayList<>(), Set.of("endmacro"));
    return (scope, out) ->
        scope.set(
            name,
            (Values.Callable)
                (a, n) -> {
                  throw new JinjaFault("the macro " + name + " is not supported");
                });
  }
}
