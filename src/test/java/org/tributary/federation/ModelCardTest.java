package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.evaluation.Evaluation;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.run.Blueprint;

/**
 * The code in the README.md of a result runs unchanged in the folder that contains it. The tests do
 * not run Python: these lines were run with transformers 5.18 and peft 0.21, for all frameworks.
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
    String card =
        new String(new ModelCard(blueprint, 3, List.of()).bytes(), StandardCharsets.UTF_8);
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
            "config = PeftConfig.from_pretrained(\".\")",
            "base = AutoModelForSequenceClassification.from_pretrained(config.base_model_name_or_path, revision=config.revision, num_labels=3, ignore_mismatched_sizes=True)",
            "model = PeftModel.from_pretrained(base, \".\")");
  }

  /** The whole card. */
  private String whole(List<Evaluation> evaluations, String framework, String... sets)
      throws IOException {
    Blueprint blueprint = new Blueprint(Tiny.STORE, tiny.config("a", framework, sets));
    return new String(new ModelCard(blueprint, 3, evaluations).bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void theScoresOfTheResultAreInTheCard() throws IOException {
    List<Evaluation> evaluations =
        List.of(
            new Evaluation(
                null, "test", 60, 0.1, new TreeMap<>(Map.of("loss", 1.25, "accuracy", 0.5)), null));
    assertThat(whole(evaluations, "fedavg"))
        .contains("| part | rows | accuracy | loss |", "| test | 60 | 0.5000 | 1.2500 |")
        .contains("| base model | " + tiny.model().getFileName() + " |", "| rounds | 3 |");
    assertThat(whole(List.of(), "fedavg")).doesNotContain("| part |");
  }

  @Test
  void theHeadHasWhatTheHubReads() throws IOException {
    String base = tiny.model().getFileName().toString();
    assertThat(whole(List.of(), "fedavg"))
        .startsWith("---\nbase_model: \"%s\"\nlibrary_name: transformers\ntags:".formatted(base));
    Files.writeString(
        tiny.model().resolve("README.md"), "---\nlanguage: en\nlicense: apache-2.0\n---\n# m\n");
    assertThat(whole(List.of(), "fedit", LORA))
        .contains(
            "\nlibrary_name: peft\nlicense: \"apache-2.0\"\ntags: [federated-learning, fedit]\n");
    Files.writeString(tiny.model().resolve("README.md"), "# m\nlicense: mit\n");
    assertThat(whole(List.of(), "fedit", LORA)).doesNotContain("license:");
  }

  /** transformers writes there the name of the model from which this one was trained. */
  @Test
  void theBaseModelIsNeverTheOneThatConfigJsonNames() throws IOException {
    Path config = tiny.model().resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config).replaceFirst("\\{", "{\"_name_or_path\": \"org/parent\","));
    assertThat(whole(List.of(), "fedit", LORA)).doesNotContain("org/parent");
    assertThat(whole(List.of(), "fedit", sets("model.name=org/child")))
        .contains("\nbase_model: \"org/child\"\n", "| base model | org/child |");
  }

  @Test
  void theLastLineOfARunSaysWhetherOthersScoreTheSame() throws IOException {
    assertThat(note("fedavg", "model.pooling=cls"))
        .isEqualTo("it loads in transformers with the same scores");
    assertThat(note("fedit", sets("model.pooling=cls")))
        .isEqualTo("it loads in transformers and peft with the same scores");
    assertThat(note("fedit", sets("model.pooling=mean")))
        .startsWith(
            "it loads in transformers and peft, but scores differ there: model.pooling is mean");
  }

  @Test
  void theLastLineKnowsTypesOf16Bits() throws IOException {
    assertThat(note("fedit", sets("client.precision=bfloat16")))
        .endsWith("but scores may differ a little there: this run computes in bfloat16");
    Path weights = tiny.model().resolve("model.safetensors");
    Map<String, HostTensor> narrow = new TreeMap<>();
    Tiny.tensors(Tiny.hadoop(weights)).forEach((name, t) -> narrow.put(name, t.to(DType.BF16)));
    Files.delete(weights);
    Tiny.STORE.commit(Tiny.hadoop(weights), SafeTensors.content(narrow, Map.of("format", "pt")));
    assertThat(note("fedavg"))
        .contains("may differ a little there: the result has the checkpoint's 16-bit types");
    assertThat(note("fedit", LORA))
        .contains("the same scores if the base model is loaded with dtype=torch.float32");
  }

  private String note(String framework, String... sets) throws IOException {
    return ResultNote.of(new Blueprint(Tiny.STORE, tiny.config("a", framework, sets)));
  }

  private static String[] sets(String more) {
    String[] sets = Arrays.copyOf(LORA, LORA.length + 1);
    sets[LORA.length] = more;
    return sets;
  }
}
