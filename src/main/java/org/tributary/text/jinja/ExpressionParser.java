package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * Parses words to expressions with the precedences of Jinja. Filters and tests bind most tightly.
 */
final class ExpressionParser extends Operands {
  private static final List<String> COMPARISONS = List.of("==", "!=", "<=", ">=", "<", ">");

  ExpressionParser(String text) {
    super(text);
  }

  /** A whole expression: {@code a if c else b}. */
  @Override
  Expression expression() {
    enter();
    Expression then = or();
    while (take("if")) {
      operation();
      Expression value = then;
      Expression condition = or();
      Expression otherwise = take("else") ? expression() : s -> new Undefined("else");
      then = s -> JinjaValues.isTrue(condition.value(s)) ? value.value(s) : otherwise.value(s);
    }
    leave();
    return then;
  }

  /** An expression, or several with commas, which make a list. */
  Expression several() {
    Expression first = expression();
    if (!isNext(",")) {
      return first;
    }
    List<Expression> all = new ArrayList<>(List.of(first));
    while (take(",") && !isAtEnd()) {
      all.add(expression());
    }
    return listOf(all);
  }

  /** An expression without a conditional, so that an {@code if} may follow, as in loops. */
  Expression or() {
    Expression left = and();
    while (take("or")) {
      operation();
      Expression a = left;
      Expression b = and();
      left =
          s -> {
            Object value = a.value(s);
            return JinjaValues.isTrue(value) ? value : b.value(s);
          };
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (take("and")) {
      operation();
      Expression a = left;
      Expression b = not();
      left =
          s -> {
            Object value = a.value(s);
            return JinjaValues.isTrue(value) ? b.value(s) : value;
          };
    }
    return left;
  }

  private Expression not() {
    if (take("not")) {
      enter();
      Expression of = not();
      leave();
      return s -> !JinjaValues.isTrue(of.value(s));
    }
    return comparison();
  }

  /** One comparison, or a chain that is true if each comparison is true. */
  private Expression comparison() {
    List<Expression> parts = new ArrayList<>(List.of(sum()));
    List<String> signs = new ArrayList<>();
    for (String sign = comparisonSign(); sign != null; sign = comparisonSign()) {
      operation();
      signs.add(sign);
      parts.add(sum());
    }
    if (signs.isEmpty()) {
      return parts.get(0);
    }
    return s -> {
      Object left = parts.get(0).value(s);
      for (int i = 0; i < signs.size(); i++) {
        Object right = parts.get(i + 1).value(s);
        if (!Operations.compare(signs.get(i), left, right, s.budget())) {
          return false;
        }
        left = right;
      }
      return true;
    };
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
    if (isNext("not") && peekBehind().text().equals("in")) {
      take();
      take();
      return "not in";
    }
    return null;
  }

  private Expression sum() {
    Expression left = concatenation();
    for (String sign = sign("+", "-"); sign != null; sign = sign("+", "-")) {
      left = operation(sign, left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    Expression left = product();
    while (take("~")) {
      left = operation("~", left, product());
    }
    return left;
  }

  private Expression product() {
    Expression left = power();
    for (String sign = sign("*", "//", "%", "/"); sign != null; sign = sign("*", "//", "%", "/")) {
      left = operation(sign, left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (take("**")) {
      left = operation("**", left, unary(true));
    }
    return left;
  }

  private String sign(String... signs) {
    for (String sign : signs) {
      if (take(sign)) {
        return sign;
      }
    }
    return null;
  }

  private Expression operation(String sign, Expression a, Expression b) {
    operation();
    return s -> Operations.operate(sign, a.value(s), b.value(s), s.budget());
  }

  private Expression unary(boolean filters) {
    Expression of;
    if (isNext("-") || isNext("+")) {
      String sign = take().text();
      enter();
      Expression inner = unary(false);
      leave();
      of = s -> Operations.operate(sign, 0L, inner.value(s), s.budget());
    } else {
      of = postfix(primary());
    }
    return filters ? filters(of) : of;
  }
}
