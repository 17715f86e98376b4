package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/** Chat templates of the kinds that models have give the same text as in transformers. */
class ChatTemplateTest {
  private static final String CHATML =
      "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";

  @TempDir java.nio.file.Path dir;
  private final Store store = Store.of(new Configuration(false));

  private static JsonNode golden() throws IOException {
    try (InputStream in = ChatTemplateTest.class.getResourceAsStream("/chat/golden.json")) {
      return JSON.readTree(in).get("templates");
    }
  }

  @TestFactory
  Stream<DynamicTest> asTransformers() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode one : golden()) {
      tests.add(DynamicTest.dynamicTest(one.get("name").asText(), () -> check(one)));
    }
    assertThat(tests).hasSizeGreaterThan(6);
    return tests.stream();
  }

  private static void check(JsonNode golden) {
    Map<String, Object> tokens = new HashMap<>();
    golden
        .get("tokens")
        .fields()
        .forEachRemaining(t -> tokens.put(t.getKey(), t.getValue().asText()));
    ChatTemplate template = ChatTemplate.of("it", golden.get("template").asText(), tokens);
    for (JsonNode c : golden.get("cases")) {
      String system = c.get("system").asText(null);
      String user = c.get("user").asText();
      if (c.get("prompt").isNull()) {
        assertThatThrownBy(() -> template.prompt(system, user))
            .isInstanceOf(WrongInput.class)
            .hasMessageContaining("it says: ");
      } else {
        assertThat(template.prompt(system, user)).isEqualTo(c.get("prompt").asText());
      }
    }
    if (!golden.get("closing").asText().isEmpty()) {
      assertThat(template.closing()).isEqualTo(golden.get("closing").asText());
    }
  }

  @Test
  void everyCaseCounts() throws IOException {
    assertThat(
            StreamSupport.stream(golden().spliterator(), false)
                .flatMap(t -> t.get("cases").findValues("prompt").stream())
                .filter(JsonNode::isTextual))
        .hasSizeGreaterThan(12);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{{ raise_exception | tojson }}; the filter tojson of a function is not supported",
        "{{ messages | groupby('role') }}; the filter groupby of a list is not supported",
        "{{ strftime_now('%Y') }}; it asks for today's date (strftime_now); give it one with data.date",
        "{% include 'x' %}; the statement include is not supported",
        "{% macro f(x) %}{% endmacro %}{{ f(1, 2) }}; the macro f is called with more than it takes",
        "{% if true %}; the template ends before",
        "{{ messages }}; a list is printed",
        "{{ 'a' * 100000000 }}; grows beyond 16777216 characters",
        "{{ a.b.c }}; a is not defined, but its b is used",
        "{{ messages is filter }}; \"is filter\"",
        "{{ 'a' + 1 }}; a text + a number",
        "{{ 'a' ; does not end",
      })
  void whatIsNotKnownIsNamed(String source, String message) {
    assertThatThrownBy(
            () ->
                ChatTemplate.of("folder/tokenizer_config.json", source, Map.of()).prompt(null, "?"))
        .isInstanceOf(WrongInput.class)
        .hasMessageStartingWith("folder/tokenizer_config.json: ")
        .hasMessageContaining(message)
        .hasMessageEndingWith("in place of chat");
  }

  @Test
  void variablesAndTheDayAreTold() {
    String source =
        "{% if thinking is defined and not thinking %}no thought, {% endif %}{{ words[0] * 2 + n }} "
            + "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y, %-d/%-m/%y, %A %B %j, 100%%') }}{% endif %}";
    ChatTemplate template = ChatTemplate.of("it", source, Map.of());
    assertThat(
            template
                .with(
                    Map.of("thinking", false, "words", List.of(3L), "n", 1L),
                    LocalDate.of(2026, 1, 5))
                .prompt(null, "?"))
        .isEqualTo("no thought, 7 05 Jan 2026, 5/1/26, Monday January 005, 100%");
    assertThatThrownBy(() -> template.with(Map.of("thinkin", false), null))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("does not ask for data.template.thinkin; remove");
    ChatTemplate bare = ChatTemplate.of("it", "{{ messages[0].content }}", Map.of());
    assertThatThrownBy(() -> bare.with(null, LocalDate.of(2026, 1, 5)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("does not ask for data.date; remove");
  }

  private Path folder(String name, String content) throws IOException {
    Files.writeString(dir.resolve(name), content);
    return new Path(dir.toUri());
  }

  @Test
  void itLiesInAFileOfItsOwnOrInTheTokenizersOneOfSeveral() throws IOException {
    Path folder =
        folder(
            "tokenizer_config.json",
            """
            {"bos_token": {"content": "<s>"}, "eos_token": null, "chat_template": [
              {"name": "tools", "template": "no"},
              {"name": "default", "template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}"}]}
            """);
    assertThat(ChatTemplate.read(store, folder).prompt(null, "why")).isEqualTo("<s>why");
    folder("chat_template.jinja", CHATML);
    assertThat(ChatTemplate.read(store, folder).prompt("s", "u"))
        .isEqualTo("<|im_start|>system\ns<|im_end|>\n<|im_start|>user\nu<|im_end|>\n");
  }

  @Test
  void aModelWithoutOneSaysSo() throws IOException {
    Path folder = folder("tokenizer_config.json", "{\"eos_token\": \"</s>\"}");
    assertThatThrownBy(() -> ChatTemplate.read(store, folder))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("has no chat template");
  }

  @Test
  void aRowIsTheQuestionOfAChat() throws IOException {
    ChatTemplate template = ChatTemplate.of("it", CHATML, Map.of());
    Prompt plain =
        Prompt.of(new Prompt.Keys("chat", null, null, Prompt.ChatKeys.NONE), () -> template);
    assertThat(plain.columns()).containsExactly("question");
    assertThat(plain.of(Map.of("question", "why")::get))
        .isEqualTo("<|im_start|>user\nwhy<|im_end|>\n");
    Prompt told =
        Prompt.of(
            new Prompt.Keys(
                "chat",
                null,
                "{a}: {b}",
                new Prompt.ChatKeys("Be brief.", null, null, null, false)),
            () -> template);
    assertThat(told.columns()).containsExactly("a", "b");
    assertThat(told.of(Map.of("a", "1", "b", "{a}")::get))
        .isEqualTo("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n1: {a}<|im_end|>\n");
    Prompt none =
        Prompt.of(
            new Prompt.Keys("plain", null, null, Prompt.ChatKeys.NONE),
            () -> {
              throw new AssertionError("no chat is asked for");
            });
    assertThat(none).isEqualTo(Prompt.of("plain"));
  }
}
