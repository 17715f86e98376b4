package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parses the operands of operators: values and names, brackets, lists and dicts, with the filters,
 * tests, attributes, entries and calls after them.
 */
abstract class Operands extends TokenStream {
  /** Words that cannot be the argument of a test. */
  private static final Set<String> BEHIND_TESTS = Set.of("else", "or", "and", "if", "is", "in");

  Operands(String text) {
    super(text);
  }

  /** A whole expression of operands and operators. */
  abstract Expression expression();

  /** An expression with the filters and tests after it. */
  Expression filters(Expression begin) {
    Expression of = begin;
    while (true) {
      if (take("|")) {
        operation();
        of = filter(of);
      } else if (take("is")) {
        operation();
        of = test(of);
      } else if (isNext("(")) {
        of = postfix(of);
      } else {
        return of;
      }
    }
  }

  private Expression filter(Expression of) {
    String name = name();
    Arguments arguments = take("(") ? arguments() : Arguments.NONE;
    return s ->
        Filters.filter(name, of.value(s), arguments.values(s), arguments.names(s), s.budget());
  }

  private Expression test(Expression of) {
    boolean not = take("not");
    String test = name();
    Arguments arguments = Arguments.NONE;
    if (take("(")) {
      arguments = arguments();
    } else if (beginsArgument()) {
      arguments = new Arguments(List.of(postfix(primary())), Map.of());
    }
    Arguments with = arguments;
    return s -> TemplateTests.test(test, of.value(s), with.values(s), s.budget()) != not;
  }

  private boolean beginsArgument() {
    return switch (peek().kind()) {
      case TEXT, NUMBER -> true;
      case NAME -> !BEHIND_TESTS.contains(peek().text()) && !isNext("not");
      case SIGN -> isNext("[") || isNext("{");
      default -> false;
    };
  }

  final Expression postfix(Expression begin) {
    Expression of = begin;
    while (true) {
      Expression inner = of;
      if (take(".")) {
        operation();
        boolean place = peek().kind() == Token.Kind.NUMBER;
        String name = place ? take().text() : name();
        of =
            place
                ? s -> Access.entry(inner.value(s), Literals.whole(name), s.budget())
                : s -> Access.attribute(inner.value(s), name, s.budget());
      } else if (take("[")) {
        operation();
        of = subscript(inner);
      } else if (take("(")) {
        operation();
        Arguments arguments = arguments();
        of = s -> arguments.call(inner.value(s), s);
      } else {
        return of;
      }
    }
  }

  private Expression subscript(Expression of) {
    List<Expression> parts = new ArrayList<>();
    Expression part = null;
    while (!take("]")) {
      if (take(":")) {
        parts.add(part);
        part = null;
      } else if (part == null) {
        part = expression();
      } else {
        expect("]");
      }
    }
    parts.add(part);
    if (parts.size() == 1 && part != null) {
      Expression key = part;
      return s -> Access.entry(of.value(s), key.value(s), s.budget());
    } else if (parts.size() == 1 || parts.size() > 3) {
      throw new JinjaFault("what stands between [ and ] is not understood");
    }
    Expression[] bounds = parts.toArray(new Expression[3]);
    return s ->
        Access.slice(
            of.value(s), value(bounds[0], s), value(bounds[1], s), value(bounds[2], s), s.budget());
  }

  private static Object value(Expression expression, Scope scope) {
    return expression == null ? null : expression.value(scope);
  }

  final Expression primary() {
    Token word = peek();
    if (word.kind() != Token.Kind.SIGN) {
      return Literals.of(this);
    }
    take();
    switch (word.text()) {
      case "(":
        return bracket();
      case "[":
        return listOf(list("]"));
      case "{":
        return dict();
      default:
        throw new JinjaFault("\"%s\" is not understood".formatted(word.text()));
    }
  }

  /** An expression in brackets, or a tuple. A tuple is treated as a list. */
  private Expression bracket() {
    if (take(")")) {
      return s -> new ArrayList<>();
    }
    Expression first = expression();
    if (take(")")) {
      return first;
    }
    expect(",");
    List<Expression> all = new ArrayList<>(List.of(first));
    all.addAll(list(")"));
    return listOf(all);
  }

  static Expression listOf(List<Expression> entries) {
    return s -> {
      List<Object> list = new ArrayList<>();
      entries.forEach(entry -> list.add(entry.value(s)));
      s.budget().length(list.size());
      return list;
    };
  }

  private List<Expression> list(String end) {
    List<Expression> entries = new ArrayList<>();
    while (!take(end)) {
      entries.add(expression());
      if (!take(",")) {
        expect(end);
        break;
      }
    }
    return entries;
  }

  private Expression dict() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!take("}")) {
      keys.add(expression());
      expect(":");
      values.add(expression());
      if (!take(",")) {
        expect("}");
        break;
      }
    }
    return s -> {
      Map<Object, Object> dict = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        dict.put(JinjaValues.key(keys.get(i).value(s)), values.get(i).value(s));
      }
      return dict;
    };
  }

  /** The arguments after an opening bracket. */
  Arguments arguments() {
    List<Expression> plain = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!take(")")) {
      if (take("**")) {
        named.put(Arguments.ALL + named.size(), expression());
      } else if (take("*")) {
        plain.add(new Arguments.Spread(expression()));
      } else if (peek().kind() == Token.Kind.NAME && peekBehind().text().equals("=")) {
        String name = name();
        expect("=");
        named.put(name, expression());
      } else {
        plain.add(expression());
      }
      if (!take(",")) {
        expect(")");
        break;
      }
    }
    return new Arguments(plain, named);
  }
}
