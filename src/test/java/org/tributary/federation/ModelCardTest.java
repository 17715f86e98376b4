package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.run.Blueprint;

/**
 * The code in the README.md of a result runs as it stands, in the folder that has it. Python is no
 * part of the tests: these lines were run with transformers 5.18 and peft 0.21, for all frameworks.
 */
class ModelCardTest {
  private static final String[] LORA = {"framework.lora.rank=2", "framework.lora.targets=[query]"};

  @TempDir Path dir;
  private Tiny tiny;

  @BeforeEach
  void makeWorld() throws IOException {
    tiny = new Tiny(dir, 4, 4);
  }

  /** The title and the lines of code. */
  private List<String> card(String framework, String... sets) throws IOException {
    Blueprint blueprint = new Blueprint(Tiny.STORE, tiny.config("a", framework, sets));
    String card = new String(new ModelCard(blueprint, 3).bytes(), StandardCharsets.UTF_8);
    return card.lines()
        .filter(
            line -> line.startsWith("# ") || line.startsWith("    ") && !line.startsWith("    \""))
        .map(String::strip)
        .toList();
  }

  @Test
  void ofAModel() throws IOException {
    List<String> model =
        List.of(
            "# A classifier of texts, trained federatedly by Tributary",
            "from transformers import AutoModelForSequenceClassification",
            "model = AutoModelForSequenceClassification.from_pretrained(\".\")");
    assertThat(card("fedavg")).isEqualTo(model);
    assertThat(card("flora", LORA)).isEqualTo(model);
  }

  @Test
  void ofAnAdapter() throws IOException {
    assertThat(card("fedit", LORA))
        .containsExactly(
            "# An adapter of a classifier of texts, trained federatedly by Tributary",
            "from peft import PeftConfig, PeftModel",
            "from transformers import AutoModelForSequenceClassification",
            "base_model = PeftConfig.from_pretrained(\".\").base_model_name_or_path",
            "base = AutoModelForSequenceClassification.from_pretrained(base_model, num_labels=3, ignore_mismatched_sizes=True)",
            "model = PeftModel.from_pretrained(base, \".\")");
  }
}
