package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tributary.text.jinja.Jinja.Node;

/** Parses segments to nodes. */
final class StatementParser {
  /** The name for the output of a block. No template can use this name. */
  private static final String WRITTEN = " written";

  private final List<Segment> segments;
  private final Set<String> names = new HashSet<>();
  private int at;
  private int depth;
  private int loops;
  private ExpressionParser closing;

  StatementParser(List<Segment> segments) {
    this.segments = segments;
  }

  List<Node> all() {
    List<Node> nodes = new ArrayList<>();
    until(nodes, Set.of());
    return nodes;
  }

  /** The names in the tags read so far. */
  Set<String> names() {
    return Set.copyOf(names);
  }

  /** The words of a tag. Their names are recorded. */
  private ExpressionParser words(Segment tag) {
    ExpressionParser words = new ExpressionParser(tag.text());
    names.addAll(words.names());
    return words;
  }

  private List<Node> body(String... ends) {
    List<Node> nodes = new ArrayList<>();
    until(nodes, Set.of(ends));
    return nodes;
  }

  /** Reads nodes up to one of these words, or to the end of the template if no words are given. */
  private String until(List<Node> nodes, Set<String> ends) {
    depth++;
    if (depth > Budget.DEPTH) {
      throw Budget.tooDeep();
    }
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
            depth--;
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
    depth--;
    return null;
  }

  private static Node output(ExpressionParser words) {
    Expression expression = words.several();
    words.expectEnd();
    return (scope, out) -> out.append(JinjaValues.text(expression.value(scope)));
  }

  private Node statement(String word, ExpressionParser words) {
    return switch (word) {
      case "if" -> branch(words);
      case "for" -> loop(words);
      case "set" -> set(words);
      case "with" -> with(words);
      case "generation" -> generation(words);
      case "macro" -> macro(words);
      case "break" -> control(words, LoopControl.BREAK);
      case "continue" -> control(words, LoopControl.CONTINUE);
      case "include", "import", "from", "extends", "block", "call", "filter" ->
          (scope, out) -> {
            throw new JinjaFault("the statement " + word + " is not supported");
          };
      default -> {
        if (word.startsWith("end") || word.startsWith("el")) {
          throw new JinjaFault(word + " closes nothing");
        }
        throw new JinjaFault("the statement " + word + " is not supported");
      }
    };
  }

  private Node control(ExpressionParser words, LoopControl control) {
    words.expectEnd();
    if (loops == 0) {
      throw new JinjaFault("break or continue stands outside of a loop");
    }
    return (scope, out) -> {
      throw control;
    };
  }

  private Node branch(ExpressionParser first) {
    List<Expression> conditions = new ArrayList<>();
    List<List<Node>> bodies = new ArrayList<>();
    List<Node> otherwise = new ArrayList<>();
    ExpressionParser words = first;
    String end;
    do {
      conditions.add(words.several());
      words.expectEnd();
      List<Node> body = new ArrayList<>();
      end = until(body, Set.of("elif", "else", "endif"));
      bodies.add(body);
      words = closing;
    } while (end.equals("elif"));
    if (end.equals("else")) {
      otherwise.addAll(body("endif"));
    }
    return (scope, out) -> {
      for (int i = 0; i < conditions.size(); i++) {
        if (JinjaValues.isTrue(conditions.get(i).value(scope))) {
          Jinja.render(bodies.get(i), scope, out);
          return;
        }
      }
      Jinja.render(otherwise, scope, out);
    };
  }

  private static List<String> targets(ExpressionParser words) {
    boolean bracket = words.take("(");
    List<String> names = new ArrayList<>(List.of(words.name()));
    while (words.take(",")) {
      names.add(words.name());
    }
    if (bracket) {
      words.expect(")");
    }
    return names;
  }

  private Node loop(ExpressionParser words) {
    List<String> targets = targets(words);
    words.expect("in");
    Expression over = words.or();
    Expression only = words.take("if") ? words.expression() : scope -> true;
    if (words.take("recursive")) {
      throw new JinjaFault("a recursive loop is not supported");
    }
    words.expectEnd();
    List<Node> body = new ArrayList<>();
    List<Node> otherwise = new ArrayList<>();
    loops++;
    String end = until(body, Set.of("else", "endfor"));
    loops--;
    if (end.equals("else")) {
      otherwise.addAll(body("endfor"));
    }
    return (scope, out) -> {
      List<Object> chosen = new ArrayList<>();
      for (Object entry : JinjaValues.entries(over.value(scope))) {
        Scope inner = new Scope(scope);
        Loops.bind(targets, entry, inner);
        if (JinjaValues.isTrue(only.value(inner))) {
          chosen.add(entry);
        }
      }
      Loops.run(chosen, targets, scope, turn -> Jinja.render(body, turn, out));
      if (chosen.isEmpty()) {
        Jinja.render(otherwise, scope, out);
      }
    };
  }

  private Node set(ExpressionParser words) {
    List<String> targets = targets(words);
    String name = targets.get(0);
    String attribute = targets.size() == 1 && words.take(".") ? words.name() : null;
    if (!words.isNext("=") && targets.size() == 1) {
      return capture(words, name, attribute);
    }
    words.expect("=");
    Expression value = words.several();
    words.expectEnd();
    return (scope, out) -> {
      if (attribute == null) {
        Loops.bind(targets, value.value(scope), scope);
      } else {
        setAttribute(scope.get(name), name, attribute, value.value(scope));
      }
    };
  }

  /** Assigns the output of a block, after filters, to a name. */
  private Node capture(ExpressionParser words, String name, String attribute) {
    Expression filtered = words.filters(scope -> scope.get(WRITTEN));
    words.expectEnd();
    List<Node> body = body("endset");
    return (scope, out) -> {
      StringBuilder text = new StringBuilder();
      Jinja.render(body, new Scope(scope), text);
      Scope behind = new Scope(scope);
      behind.set(WRITTEN, text.toString());
      Object value = filtered.value(behind);
      if (attribute == null) {
        scope.set(name, value);
      } else {
        setAttribute(scope.get(name), name, attribute, value);
      }
    };
  }

  private static void setAttribute(Object of, String name, String attribute, Object value) {
    if (!(of instanceof Namespace namespace)) {
      throw new JinjaFault(
          "%s.%s is set, but %s is not a namespace".formatted(name, attribute, name));
    }
    namespace.put(attribute, value);
  }

  private Node with(ExpressionParser words) {
    List<String> given = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!words.isAtEnd()) {
      given.add(words.name());
      words.expect("=");
      values.add(words.expression());
      if (!words.take(",")) {
        words.expectEnd();
      }
    }
    List<Node> body = body("endwith");
    return (scope, out) -> {
      Scope inner = new Scope(scope);
      for (int i = 0; i < given.size(); i++) {
        inner.set(given.get(i), values.get(i).value(scope));
      }
      Jinja.render(body, inner, out);
    };
  }

  /** The part that transformers marks as written by the assistant. It does not change the text. */
  private Node generation(ExpressionParser words) {
    words.expectEnd();
    List<Node> body = body("endgeneration");
    return (scope, out) -> {
      int from = out.length();
      Jinja.render(body, new Scope(scope), out);
      scope.generated(out, from);
    };
  }

  private Node macro(ExpressionParser words) {
    String name = words.name();
    words.expect("(");
    List<String> parameters = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    while (!words.take(")")) {
      parameters.add(words.name());
      defaults.add(words.take("=") ? words.expression() : null);
      if (!words.take(",")) {
        words.expect(")");
        break;
      }
    }
    words.expectEnd();
    int outer = loops;
    loops = 0;
    List<Node> body = body("endmacro");
    loops = outer;
    Macro macro = new Macro(name, parameters, defaults, body);
    return (scope, out) -> scope.set(name, macro.in(scope));
  }
}
