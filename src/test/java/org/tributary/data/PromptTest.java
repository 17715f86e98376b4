package org.tributary.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tributary.error.WrongInput;

class PromptTest {
  @Test
  void theSeedPapersPrompt() {
    Prompt prompt = Prompt.of("seed-paper");
    assertThat(prompt.columns()).containsExactly("question");
    assertThat(prompt.of(Map.of("question", "Why {so}?")::get))
        .isEqualTo(
            "### INSTRUCTION\nAnswer the Question\n\n### QUESTION\nWhy {so}?\n\n### ANSWER\n");
  }

  @Test
  void alpacaLeavesAnEmptyContextOut() {
    Prompt prompt = Prompt.of("alpaca");
    assertThat(prompt.columns()).containsExactly("instruction", "context");
    String with = prompt.of(Map.of("instruction", "Sum up.", "context", "A text.")::get);
    assertThat(with).contains("### Input:\nA text.\n").contains("paired with an input");
    String without = prompt.of(Map.of("instruction", "Sum up.", "context", " ")::get);
    assertThat(without).doesNotContain("Input").contains("### Instruction:\nSum up.\n");
    assertThat(prompt.of(Map.of("instruction", "Sum up.")::get)).isEqualTo(without);
  }

  @Test
  void oneOfOnesOwn() {
    Prompt prompt = Prompt.of("{a} and $1 {b}: {a}");
    assertThat(prompt.columns()).containsExactly("a", "b");
    assertThat(prompt.of(Map.of("a", "x\\", "b", "$0")::get)).isEqualTo("x\\ and $1 $0: x\\");
  }

  @Test
  void aMisspeltNameIsNoPrompt() {
    assertThatThrownBy(() -> Prompt.of("alpacca"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("data.prompt")
        .hasMessageContaining("alpaca, plain, seed-paper, chat");
  }
}
