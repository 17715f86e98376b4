package org.tributary.data.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Words to expressions, with Jinja's precedences: a filter or a test binds closest. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final List<Word> words;
  private int at;

  ExpressionParser(String text) {
    words = Word.of(text);
  }

  /** Whether the next word is this one, which is then taken. */
  boolean take(String text) {
    Word next = words.get(at);
    boolean found =
        (next.kind() == Word.Kind.NAME || next.kind() == Word.Kind.SIGN)
            && next.text().equals(text);
    at += found ? 1 : 0;
    return found;
  }

  void expect(String text) {
    if (!take(text)) {
      throw new JinjaFault("expected %s, got \"%s\"".formatted(text, words.get(at).text()));
    }
  }

  String name() {
    Word next = words.get(at);
    if (next.kind() != Word.Kind.NAME) {
      throw new JinjaFault("expected a name, got \"%s\"".formatted(next.text()));
    }
    at++;
    return next.text();
  }

  boolean isAtEnd() {
    return words.get(at).kind() == Word.Kind.END;
  }

  void expectEnd() {
    if (!isAtEnd()) {
      throw new JinjaFault("\"%s\" is not understood".formatted(words.get(at).text()));
    }
  }

  /** A whole expression: {@code a if c else b}. */
  Expression expression() {
    Expression then = or();
    if (!take("if")) {
      return then;
    }
    Expression condition = or();
    Expression otherwise = take("else") ? expression() : s -> new Undefined("else");
    return s -> Values.isTrue(condition.value(s)) ? then.value(s) : otherwise.value(s);
  }

  /** An expression that an {@code if} may follow, as in loops. */
  Expression or() {
    Expression left = and();
    while (take("or")) {
      Expression a = left;
      Expression b = and();
      left =
          s -> {
            Object value = a.value(s);
            return Values.isTrue(value) ? value : b.value(s);
          };
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (take("and")) {
      Expression a = left;
      Expression b = not();
      left =
          s -> {
            Object value = a.value(s);
            return Values.isTrue(value) ? b.value(s) : value;
          };
    }
    return left;
  }

  private Expression not() {
    if (take("not")) {
      Expression of = not();
      return s -> !Values.isTrue(of.value(s));
    }
    return comparison();
  }

  private Expression comparison() {
    Expression left = sum();
    String sign = comparisonSign();
    if (sign == null) {
      return left;
    }
    Expression right = sum();
    if (comparisonSign() != null) {
      throw new JinjaFault("a chain of comparisons is not supported");
    }
    return s -> Values.compare(sign, left.value(s), right.value(s));
  }

  private String comparisonSign() {
    for (String sign : COMPARISONS) {
      if (take(sign)) {
        return sign;
      }
    }
    if (take("in")) {
      return "in";
    }
    if (take("not")) {
      expect("in");
      return "not in";
    }
    return null;
  }

  private Expression sum() {
    Expression left = concatenation();
    while (true) {
      String sign = take("+") ? "+" : take("-") ? "-" : null;
      if (sign == null) {
        return left;
      }
      left = operation(sign, left, concatenation());
    }
  }

  private Expression concatenation() {
    Expression left = product();
    while (take("~")) {
      left = operation("~", left, product());
    }
    return left;
  }

  private Expression product() {
    Expression left = unary();
    while (true) {
      String sign = take("*") ? "*" : take("//") ? "//" : take("%") ? "%" : take("/") ? "/" : null;
      if (sign == null) {
        return left;
      }
      left = operation(sign, left, unary());
    }
  }

  private static Expression operation(String sign, Expression a, Expression b) {
    return s -> Values.operate(sign, a.value(s), b.value(s));
  }

  private Expression unary() {
    if (take("-")) {
      Expression of = unary();
      return s -> Values.operate("-", 0L, of.value(s));
    }
    Expression of = postfix(primary());
    while (true) {
      if (take("|")) {
        of = filter(of);
      } else if (take("is")) {
        boolean not = take("not");
        String test = name();
        Expression tested = of;
        of = s -> Methods.test(test, tested.value(s)) != not;
      } else {
        return of;
      }
    }
  }

  private Expression filter(Expression of) {
    String name = name();
    Arguments arguments = take("(") ? arguments() : new Arguments(List.of(), Map.of());
    return s -> Methods.filter(name, of.value(s), arguments.values(s, name));
  }

  private Expression postfix(Expression begin) {
    Expression of = begin;
    while (true) {
      Expression inner = of;
      if (take(".")) {
        String name = name();
        of = s -> Values.entry(inner.value(s), name);
      } else if (take("[")) {
        of = subscript(inner);
      } else if (take("(")) {
        Arguments arguments = arguments();
        of = s -> arguments.call(inner.value(s), s);
      } else {
        return of;
      }
    }
  }

  private Expression subscript(Expression of) {
    List<Expression> parts = new ArrayList<>();
    int colons = 0;
    Expression part = null;
    while (!take("]")) {
      if (take(":")) {
        parts.add(part);
        part = null;
        colons++;
      } else {
        part = expression();
      }
    }
    parts.add(part);
    if (colons == 0) {
      Expression key = part;
      return s -> Values.entry(of.value(s), key.value(s));
    }
    Expression[] bounds = parts.toArray(new Expression[3]);
    return s ->
        Values.slice(of.value(s), value(bounds[0], s), value(bounds[1], s), value(bounds[2], s));
  }

  private static Object value(Expression expression, Scope scope) {
    return expression == null ? null : expression.value(scope);
  }

  private Expression primary() {
    Word word = words.get(at++);
    switch (word.kind()) {
      case TEXT:
        StringBuilder text = new StringBuilder(word.text());
        while (words.get(at).kind() == Word.Kind.TEXT) {
          text.append(words.get(at++).text());
        }
        return s -> text.toString();
      case NUMBER:
        if (word.text().contains(".")) {
          throw new JinjaFault("the fraction " + word.text() + " is not supported");
        }
        long number = Long.parseLong(word.text());
        return s -> number;
      case NAME:
        return constantOrName(word.text());
      default:
    }
    if (word.kind() == Word.Kind.SIGN && word.text().equals("(")) {
      Expression inner = expression();
      expect(")");
      return inner;
    } else if (word.kind() == Word.Kind.SIGN && word.text().equals("[")) {
      List<Expression> entries = list("]");
      return s -> new ArrayList<>(entries.stream().map(e -> e.value(s)).toList());
    } else if (word.kind() == Word.Kind.SIGN && word.text().equals("{")) {
      return dict();
    }
    throw new JinjaFault("\"%s\" is not understood".formatted(word.text()));
  }

  private static Expression constantOrName(String name) {
    return switch (name) {
      case "true", "True" -> s -> true;
      case "false", "False" -> s -> false;
      case "none", "None" -> s -> null;
      default -> s -> s.get(name);
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
    Map<Expression, Expression> entries = new LinkedHashMap<>();
    while (!take("}")) {
      Expression key = expression();
      expect(":");
      entries.put(key, expression());
      if (!take(",")) {
        expect("}");
        break;
      }
    }
    return s -> {
      Map<Object, Object> dict = new LinkedHashMap<>();
      entries.forEach((key, value) -> dict.put(key.value(s), value.value(s)));
      return dict;
    };
  }

  /** What stands between the brackets of a call. */
  private record Arguments(List<Expression> plain, Map<String, Expression> named) {
    List<Object> values(Scope scope, String of) {
      if (!named.isEmpty()) {
        throw new JinjaFault("arguments of %s with a name are not supported".formatted(of));
      }
      return new ArrayList<>(plain.stream().map(e -> e.value(scope)).toList());
    }

    Object call(Object function, Scope scope) {
      if (!(function instanceof Values.Callable callable)) {
        throw new JinjaFault(Values.kind(function) + " is called, which is not supported");
      }
      Map<String, Object> values = new LinkedHashMap<>();
      named.forEach((name, value) -> values.put(name, value.value(scope)));
      List<Object> positions = new ArrayList<>();
      plain.forEach(e -> positions.add(e.value(scope)));
      return callable.call(positions, values);
    }
  }

  private Arguments arguments() {
    List<Expression> plain = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!take(")")) {
      boolean isNamed =
          words.get(at).kind() == Word.Kind.NAME
              && words.get(at + 1).kind() == Word.Kind.SIGN
              && words.get(at + 1).text().equals("=");
      if (isNamed) {
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
