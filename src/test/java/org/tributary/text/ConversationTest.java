package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.error.WrongInput;

/** Rows in OpenAI's and ShareGPT's formats are conversations; what cannot be trained is named. */
class ConversationTest {
  private static final String OPENAI =
      """
      [{"role": "user", "content": "why", "name": "ada"}, {"role": "assistant", "content": "so"},
       {"role": "user", "content": "who"}, {"role": "assistant", "content": "me", "tool_calls": []}]
      """;
  private static final String SHAREGPT =
      """
      [{"from": "human", "value": "why"}, {"value": "so", "from": "gpt", "weight": 0},
       {"from": "human", "value": "who"}, {"from": "gpt", "value": "me", "weight": 1.0}]
      """;

  private static Prompt prompt(String system, boolean last) throws IOException {
    return Prompt.of(
        new Prompt.Keys("chat", null, null, new Prompt.ChatKeys(system, null, null, "talk", last)),
        () ->
            ChatTemplate.of(
                "it",
                "{% for m in messages %}<{{ m.role[0] }}{{ m.name }}:{{ m.content }}>{% endfor %}"
                    + "{% if add_generation_prompt %}<a:{% endif %}",
                Map.of()));
  }

  private static GenerationSet.PromptAndAnswer asked(String json, boolean last) throws IOException {
    return prompt(null, last).asked(Map.of("talk", json)::get, null);
  }

  private static List<String> counting(GenerationSet.PromptAndAnswer asked) {
    return asked.turns().answers().stream()
        .map(place -> asked.turns().text().substring(place.from(), place.to()))
        .toList();
  }

  @Test
  void everyAnswerCountsOrTheLastAlone() throws IOException {
    GenerationSet.PromptAndAnswer all = asked(OPENAI, false);
    assertThat(all.turns().text()).isEqualTo("<uada:why><a:so><u:who><a:me>");
    assertThat(counting(all)).containsExactly("so", "me");
    assertThat(all.prompt()).isEqualTo("<uada:why><a:so><u:who><a:");
    assertThat(all.answer()).isEqualTo("me");
    assertThat(counting(asked(OPENAI, true))).containsExactly("me");
    GenerationSet.PromptAndAnswer weighed = asked(SHAREGPT, false);
    assertThat(weighed.turns().text()).isEqualTo("<u:why><a:so><u:who><a:me>");
    assertThat(counting(weighed)).containsExactly("me");
    GenerationSet.PromptAndAnswer open =
        asked(
            OPENAI
                .replace("}]", "}, {}]")
                .replace("{}", "{\"role\": \"user\", \"content\": \"and\"}"),
            false);
    assertThat(counting(open)).containsExactly("so", "me");
    assertThat(open.answer()).isEqualTo("me");
    assertThat(open.prompt()).isEqualTo("<uada:why><a:so><u:who><a:");
  }

  @Test
  void aSystemMessageComesFirstWhereTheConversationHasNone() throws IOException {
    Prompt told = prompt("brief", false);
    assertThat(told.of(Map.of("talk", OPENAI)::get)).startsWith("<s:brief><uada:why>");
    String own = OPENAI.replaceFirst("\\[", "[{\"role\": \"system\", \"content\": \"long\"},");
    assertThat(told.of(Map.of("talk", own)::get)).startsWith("<s:long><uada:why>");
    assertThat(counting(told.asked(Map.of("talk", OPENAI)::get, null))).containsExactly("so", "me");
  }

  @Test
  void whoWritesAnswersGoesOnBehindTheLastQuestion() throws IOException {
    Prompt prompt = prompt(null, false);
    assertThat(prompt.columns()).containsExactly("talk");
    assertThat(prompt.of(Map.of("talk", OPENAI)::get)).isEqualTo("<uada:why><a:so><u:who><a:");
    assertThat(prompt.of(Map.of("talk", "[{\"from\": \"human\", \"value\": \"a\"}]")::get))
        .isEqualTo("<u:a><a:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "hello; column talk holds no list of messages (Unrecognized",
        "[]; column talk holds no list of messages; write [",
        "{\"role\": \"user\"}; column talk holds no list of messages",
        "[{\"role\": \"user\", \"content\": \"a\"}]; column talk holds no answer that counts; leave the row out",
        "[{\"from\": \"gpt\", \"value\": \"a\", \"weight\": 0}]; column talk holds no answer that counts",
        "[{\"from\": \"gpt\", \"value\": \"a\", \"weight\": 0.5}]; talk, message 0: the weight 0.5 is not supported",
        "[{\"role\": \"tool\", \"content\": \"a\"}]; talk, message 0: the role \"tool\" cannot be trained",
        "[{\"from\": \"function_call\", \"value\": \"a\"}]; talk, message 0: the role \"function_call\" cannot be trained",
        "[{\"role\": \"assistant\", \"content\": null}]; talk, message 0: has no text under content",
        "[{\"role\": \"assistant\", \"content\": [{\"type\": \"text\"}]}]; talk, message 0: has no text under content",
        "[{\"role\": \"assistant\", \"content\": \"a\", \"tool_calls\": [{}]}]; talk, message 0: tool_calls is not supported",
        "[{\"role\": \"assistant\", \"content\": \"a\", \"reasoning_content\": \"b\"}]; reasoning_content is not supported",
        "[1]; talk, message 0: has no text under from",
      })
  void whatCannotBeTrainedIsNamed(String json, String message) {
    assertThatThrownBy(() -> asked(json, false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(message);
  }
}
