package org.tributary.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Templates give the same text as in transformers, and none exceeds its limits. {@code
 * src/test/golden-scripts/chat_templates.py} makes the values.
 */
class JinjaTest {
  private static JsonNode golden() throws IOException {
    try (InputStream in = JinjaTest.class.getResourceAsStream("/chat/templates.json")) {
      return JSON.readTree(in);
    }
  }

  /** A JSON value as templates receive it. */
  private static Object value(JsonNode node) {
    if (node.isObject()) {
      Map<Object, Object> map = new LinkedHashMap<>();
      node.fields().forEachRemaining(f -> map.put(f.getKey(), value(f.getValue())));
      return map;
    } else if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(one -> list.add(value(one)));
      return list;
    } else if (node.isTextual()) {
      return node.textValue();
    } else if (node.isBoolean()) {
      return node.booleanValue();
    } else if (node.isNull()) {
      return null;
    }
    return node.isIntegralNumber() ? (Object) node.longValue() : node.doubleValue();
  }

  @TestFactory
  Stream<DynamicTest> asTransformers() throws IOException {
    JsonNode golden = golden();
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode kind : golden.get("kinds")) {
      for (JsonNode one : kind.get("cases")) {
        tests.add(
            DynamicTest.dynamicTest(
                kind.get("name").asText(), () -> check(golden, kind.get("template"), one)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(35);
    return tests.stream();
  }

  private static void check(JsonNode golden, JsonNode template, JsonNode one) {
    Map<String, Object> names = new HashMap<>();
    for (JsonNode given : List.of(golden.get("tokens"), golden.get("given"))) {
      given.fields().forEachRemaining(f -> names.put(f.getKey(), value(f.getValue())));
    }
    names.put("messages", value(one.get("messages")));
    names.put("add_generation_prompt", one.get("prompt").asBoolean());
    LocalDate day = LocalDate.parse(golden.get("day").asText());
    if (one.get("text").isNull()) {
      assertThatThrownBy(() -> Jinja.of(template.asText()).fill(names, day))
          .isInstanceOf(JinjaFault.class);
    } else {
      assertThat(Jinja.of(template.asText()).fill(names, day).text())
          .isEqualTo(one.get("text").asText());
    }
  }

  @Test
  void whatTheAssistantSaysIsMarkedInTheTextAlone() {
    Jinja template =
        Jinja.of(
            "a{% generation %}b{% endgeneration %}{% set x %}{% generation %}c{% endgeneration %}"
                + "{% endset %}{{ x }}{% for i in [1, 2] %}{% generation %}{{ i }}{% endgeneration %}"
                + "{% endfor %}{% generation %}{% endgeneration %}");
    Jinja.Filled filled = template.fill(Map.of(), null);
    assertThat(filled.text()).isEqualTo("abc12");
    assertThat(filled.generated())
        .containsExactly(new Jinja.Part(1, 2), new Jinja.Part(3, 4), new Jinja.Part(4, 5));
    assertThat(template.names()).contains("x", "generation", "for");
  }

  private static String nested(String open, String inner, String close, int times) {
    return open.repeat(times) + inner + close.repeat(times);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}; grows beyond",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}; grows beyond",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == ns.x }}{{ ns.x|tojson }}; more than",
        "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}; more than 2000000 steps",
        "{{ 'a' * 1000000000 }}; grows beyond",
        "{{ [0] * 1000000000 }}; grows beyond",
        "{{ ('a' * 10000)|replace('a', 'b' * 10000) }}; grows beyond",
        "{{ ('a' * 100000)|list|join('b' * 10000) }}; grows beyond",
        "{{ ('a\\n' * 100000)|indent(1000000) }}; grows beyond",
        "{% for i in range(100000) %}{{ 'a' * 10000 }}{% endfor %}; writes more than",
        "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}; more than 2000000 steps",
        "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in 'x' * 1000 %}{% endfor %}{% endfor %}{% endfor %}; more than",
        "{% for a in range(100000) %}{% set x = ('ab' * 100000)|upper %}{% endfor %}; more than",
        "{% for a in range(100000) %}{% set x = 'b' in 'a' * 1000000 %}{% endfor %}; more than",
        "{{ range(100001) }}; more than 100000 numbers",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}; nests deeper than 100",
        "{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}{{ f(1) }}; nests deeper than 100",
        "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns|tojson }}; of a namespace",
      })
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  void whatGrowsIsBoundedByName(String source, String message) {
    assertThatThrownBy(() -> Jinja.of(source).fill(Map.of(), null))
        .isInstanceOf(JinjaFault.class)
        .hasMessageContaining(message);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void whatIsLongOrDeepIsBoundedByName() {
    int many = 100_000;
    Map<String, String> bad = new LinkedHashMap<>();
    bad.put("{{ 1 }}" + " ".repeat(10 << 20), "characters, more than 1048576");
    bad.put("{{ " + nested("(", "1", ")", many) + " }}", "nests deeper than 100");
    bad.put("{{ " + nested("[", "1", "]", many) + " }}", "nests deeper than 100");
    bad.put("{{ " + nested("{1: ", "1", "}", many) + " }}", "nests deeper than 100");
    bad.put("{{ " + nested("x[", "1", "]", many) + " }}", "nests deeper than 100");
    bad.put("{{ " + nested("f(", "1", ")", many) + " }}", "nests deeper than 100");
    bad.put("{{ " + "not ".repeat(many) + "1 }}", "nests deeper than 100");
    bad.put("{{ " + "-".repeat(many) + "1 }}", "nests deeper than 100");
    bad.put("{{ " + "1 if 1 else ".repeat(many / 2) + "1 }}", "nests deeper than 100");
    for (String chain : List.of("1 + ", "1 ~ ", "1 * ", "1 ** ", "1 and ", "1 or ", "1 < ")) {
      bad.put("{{ " + chain.repeat(many) + "1 }}", "more than 1000 operations");
    }
    for (String chain : List.of(".x", "|trim", " is none", "[0]", "()", " if 1")) {
      bad.put("{{ x" + chain.repeat(many) + " }}", "more than 1000 operations");
    }
    String ifs = nested("{% if 1 %}", "", "{% endif %}", many / 4);
    bad.put(ifs, "nests deeper than 100");
    bad.put(nested("{% for a in [1] %}", "", "{% endfor %}", many / 4), "nests deeper than 100");
    bad.put("{{ '" + "\\".repeat(many + 1), "does not end");
    bad.put("{{ ".repeat(many), "does not end");
    bad.forEach(
        (source, message) ->
            assertThatThrownBy(() -> Jinja.of(source).fill(Map.of(), null))
                .as(source.substring(0, Math.min(40, source.length())))
                .isInstanceOf(JinjaFault.class)
                .hasMessageContaining(message)
                .message()
                .hasSizeLessThan(300));
    String elifs = "{% if 0 %}" + "{% elif 0 %}".repeat(many / 2) + "{% endif %}";
    assertThat(Jinja.of(elifs).fill(Map.of(), null).text()).isEmpty();
    String text = "{{ '" + "\\'".repeat(many) + "' }}";
    assertThat(Jinja.of(text).fill(Map.of(), null).text()).isEqualTo("'".repeat(many));
  }
}
