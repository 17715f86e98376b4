package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;

/**
 * Conversations become the same ids as in transformers, and the tokens that count are those in its
 * mask of assistant tokens. {@code src/test/golden-scripts/chat_turns.py} makes the values.
 */
class RenderedConversationTest {
  private static final Store STORE = Store.of(new Configuration(false));

  private record Kind(JsonNode golden, ChatTemplate plain, ChatTemplate marked, Tokenizer tokens) {
    static Kind of(JsonNode golden) throws IOException {
      Map<String, Object> special = map(golden.get("tokens"));
      Map<String, Object> variables = map(golden.get("variables"));
      java.nio.file.Path folder = GoldenCases.of("").resolve(golden.get("tokenizer").asText());
      return new Kind(
          golden,
          ChatTemplate.of("it", golden.get("template").asText(), special).with(variables, null),
          ChatTemplate.of("it", golden.get("marked").asText(), special).with(variables, null),
          Tokenizer.open(STORE, new Path(folder.resolve("tokenizer.json").toUri())));
    }

    /** The model's files name other end tokens than the one that closes its turns. */
    SpecialTokens special() {
      long end = tokens.encode(plain.closing().strip(), false).ids()[0];
      return new SpecialTokens(List.of(end), end, -1, 0, true);
    }
  }

  private static Map<String, Object> map(JsonNode node) {
    return JSON.convertValue(node, new TypeReference<>() {});
  }

  private static List<Map<String, Object>> messages(JsonNode one) {
    return JSON.convertValue(one.get("messages"), new TypeReference<>() {});
  }

  private static JsonNode golden() throws IOException {
    try (InputStream in = RenderedConversationTest.class.getResourceAsStream("/chat/turns.json")) {
      return JSON.readTree(in).get("kinds");
    }
  }

  @TestFactory
  Stream<DynamicTest> asTransformers() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode golden : golden()) {
      for (JsonNode one : golden.get("cases")) {
        String name = golden.get("name").asText() + ", " + one.get("messages").size();
        tests.add(DynamicTest.dynamicTest(name, () -> check(golden, one)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(15);
    return tests.stream();
  }

  private static void check(JsonNode golden, JsonNode one) throws IOException {
    Kind kind = Kind.of(golden);
    long[] ids = JSON.convertValue(one.get("ids"), long[].class);
    int[] mask = JSON.convertValue(one.get("mask"), int[].class);
    int end = IntStream.range(0, mask.length).filter(i -> mask[i] == 1).max().orElseThrow() + 1;
    List<Map<String, Object>> messages = messages(one);
    try (Tokenizer tokens = kind.tokens()) {
      for (ChatTemplate template : List.of(kind.plain(), kind.marked())) {
        RenderedConversation turns = new AnswerSpans(template).of(messages, answers(messages));
        assertThat(turns.text()).isEqualTo(one.get("text").asText());
        LabelledTokens labelled = turns.labelled(tokens, kind.special());
        assertThat(labelled.ids()).isEqualTo(Arrays.copyOf(ids, end));
        assertThat(IntStream.range(0, end).map(i -> labelled.counts()[i] ? 1 : 0).toArray())
            .isEqualTo(Arrays.copyOf(mask, end));
        LabelledTokens last =
            new AnswerSpans(template)
                .of(messages, List.of(messages.size() - 1))
                .labelled(tokens, kind.special());
        assertThat(last.answer()).isEqualTo(labelled.answer());
        assertThat(IntStream.range(0, end).filter(i -> last.counts()[i]).toArray())
            .isEqualTo(IntStream.range(last.answer(), end).toArray());
      }
    }
    assertThat(kind.plain().prompt(messages.subList(0, messages.size() - 1)))
        .isEqualTo(one.get("prompt").asText());
  }

  private static List<Integer> answers(List<Map<String, Object>> messages) {
    return IntStream.range(0, messages.size())
        .filter(i -> messages.get(i).get("role").equals("assistant"))
        .boxed()
        .toList();
  }

  private static List<Map<String, Object>> conversation(String... contents) {
    List<Map<String, Object>> messages = new ArrayList<>();
    for (int i = 0; i < contents.length; i++) {
      messages.add(ChatTemplate.message(i % 2 == 0 ? "user" : "assistant", contents[i]));
    }
    return messages;
  }

  @Test
  void answersThatHaveNoPlaceOfTheirOwnAreRefused() {
    for (String source :
        List.of(
            "{{ messages[0].content }}",
            "{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}",
            "{% for m in messages %}{{ m.content[:4] }}{% endfor %}",
            "{% for m in messages %}{{ 'x' if m.content == 'yes' else '' }}{{ m.content }}{% endfor %}")) {
      assertThatThrownBy(
              () ->
                  new AnswerSpans(ChatTemplate.of("f/it", source, Map.of()))
                      .of(conversation("why", "yes"), List.of(1)))
          .as(source)
          .isInstanceOf(WrongInput.class)
          .hasMessageStartingWith("f/it: its chat template does not write the answer of message 1")
          .hasMessageContaining("{% generation %}");
    }
  }

  @Test
  void aPartThatTheTemplateLeavesOutIsTold() {
    ChatTemplate drops =
        ChatTemplate.of(
            "it",
            "{% for m in messages %}<{{ m.content.split('</think>')[-1] }}>{% endfor %}",
            Map.of());
    AnswerSpans places = new AnswerSpans(drops);
    assertThat(places.of(conversation("why", "a b"), List.of(1)).whole()).isTrue();
    RenderedConversation turns = places.of(conversation("why", "<think>hm</think>so"), List.of(1));
    assertThat(turns.whole()).isFalse();
    assertThat(turns.text()).isEqualTo("<why><so>");
    assertThat(turns.answers()).containsExactly(new RenderedConversation.Place(6, 8));
  }

  @Test
  void aSystemMessageThatTheTemplateLeavesOutIsTold() {
    String source =
        "{% for m in messages if m.role != 'system' %}<{% if loop.last %}"
            + "{{ messages[0].content }} {% endif %}{{ m.content }}>{% endfor %}";
    List<Map<String, Object>> told = ChatTemplate.messages(" be kind", "why");
    told.add(ChatTemplate.message("assistant", "so"));
    ChatTemplate late =
        ChatTemplate.of("it", source.replace("loop.last", "loop.last and 0"), Map.of());
    assertThat(new AnswerSpans(late).of(told, List.of(2)).whole()).isFalse();
    ChatTemplate early = ChatTemplate.of("it", source.replace("loop.last", "loop.first"), Map.of());
    assertThat(new AnswerSpans(early).of(told, List.of(2)).whole()).isTrue();
  }

  @Test
  void aLastAnswerThatNothingClosesGetsAnEnd() throws IOException {
    ChatTemplate open =
        ChatTemplate.of("it", "{% for m in messages %}{{ m.content }}\n{% endfor %}", Map.of());
    java.nio.file.Path file = GoldenCases.of("").resolve("qwen2/tokenizer.json");
    SpecialTokens special = new SpecialTokens(List.of(387L, 389L), 387, -1, 0, true);
    try (Tokenizer tokens = Tokenizer.open(STORE, new Path(file.toUri()))) {
      RenderedConversation turns =
          new AnswerSpans(open).of(conversation("why", "so", "who", "me"), List.of(1, 3));
      LabelledTokens labelled = turns.labelled(tokens, special);
      long[] text = tokens.encode("why\nso\nwho\nme", false).ids();
      assertThat(labelled.ids()).startsWith(text).hasSize(text.length + 1).endsWith(387);
      assertThat(IntStream.range(0, text.length + 1).filter(i -> labelled.counts()[i]).count())
          .isEqualTo(
              tokens.encode("so", false).ids().length
                  + tokens.encode("me", false).ids().length
                  + 1);
    }
  }

  @Test
  void aLongConversationLosesItsLeftAndAnswersThatLostTheirBeginDoNotCount() {
    long[] ids = {9, 1, 2, 3, 4, 5, 6, 7};
    LabelledTokens whole = LabelledTokens.of(ids, List.of(new int[] {2, 4}, new int[] {6, 8}));
    assertThat(whole.cut(8, true)).isSameAs(whole);
    LabelledTokens begun = whole.cut(7, true);
    assertThat(begun.ids()).containsExactly(9, 2, 3, 4, 5, 6, 7);
    assertThat(begun.counts()).containsExactly(false, true, true, false, false, true, true);
    LabelledTokens cut = whole.cut(6, true);
    assertThat(cut.ids()).containsExactly(9, 3, 4, 5, 6, 7);
    assertThat(cut.counts()).containsExactly(false, false, false, false, true, true);
    LabelledTokens bare = whole.cut(5, false);
    assertThat(bare.ids()).containsExactly(3, 4, 5, 6, 7);
    assertThat(bare.counts()).containsExactly(false, false, false, true, true);
    LabelledTokens tight = whole.cut(2, false);
    assertThat(tight.ids()).containsExactly(5, 6);
    assertThat(tight.counts()).containsExactly(false, true);
  }
}
