package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
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

  @Test
  void alpacaTakesItsInputFromTheColumnThatRowsHave() {
    Prompt stanford = Prompt.of("alpaca").fitting(List.of("instruction", "input", "output"));
    assertThat(stanford.columns()).containsExactly("instruction", "input");
    assertThat(stanford.of(Map.of("instruction", "Sum up.", "input", "A text.")::get))
        .isEqualTo(
            Prompt.of("alpaca").of(Map.of("instruction", "Sum up.", "context", "A text.")::get));
    assertThat(stanford.of(Map.of("instruction", "Sum up.", "input", "")::get))
        .doesNotContain("Input")
        .contains("### Instruction:\nSum up.\n");
    assertThat(Prompt.of("alpaca").fitting(List.of("instruction", "context")).columns())
        .containsExactly("instruction", "context");
    assertThat(Prompt.of("plain").fitting(List.of("input")).columns()).containsExactly("question");
    assertThatThrownBy(() -> Prompt.of("alpaca").fitting(List.of("input", "context")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("the rows have both");
  }

  private static Prompt own(String text, String shorter) throws IOException {
    return Prompt.of(new Prompt.Keys(text, shorter, null, Prompt.ChatKeys.NONE), () -> null);
  }

  @Test
  void aTextOfOnesOwnHasASecondFormForRowsWithoutInput() throws IOException {
    Prompt prompt = own("{a}, {b} and {c}", "{a} alone");
    assertThat(prompt.columns()).containsExactly("a", "b", "c");
    assertThat(prompt.of(Map.of("a", "x", "b", "y", "c", "z")::get)).isEqualTo("x, y and z");
    assertThat(prompt.of(Map.of("a", "x", "b", " ")::get)).isEqualTo("x alone");
    assertThat(prompt.of(Map.of("a", "x", "c", "z")::get)).isEqualTo("x,  and z");
    assertThatThrownBy(() -> own("{a}", "{a} again"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("has to leave out a {column} of data.prompt");
    assertThatThrownBy(() -> own("{a} {b}", "{c}"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("it has [c] of [a, b]");
    assertThatThrownBy(() -> own("alpaca", "{a}"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("data.prompt is the prompt alpaca");
  }

  @Test
  void aLongPromptIsToldWithoutItsText() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      many.append("{column").append(i).append("} ").append("x".repeat(90));
    }
    assertThatThrownBy(() -> Prompt.of(many.toString()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("and 100000 columns; at most 1048576 and 1000 are possible")
        .message()
        .hasSizeLessThan(200);
    assertThatThrownBy(() -> Prompt.of("x".repeat(100_000)))
        .isInstanceOf(WrongInput.class)
        .message()
        .hasSizeLessThan(300);
  }
}
