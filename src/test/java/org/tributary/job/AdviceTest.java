package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.federation.Tiny;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.Slow;

/**
 * The advice in messages works: a user who follows a message can continue, and no second message
 * contradicts the first one.
 */
@Slow
class AdviceTest {

  @TempDir static Path dir;
  private static Tiny tiny;

  @BeforeAll
  static void makeWorld() throws IOException {
    System.setProperty("spark.master", "local[2]");
    tiny = new Tiny(dir, 6, 9, 5);
  }

  @AfterAll
  static void clearMaster() {
    System.clearProperty("spark.master");
  }

  private static String check(String job, String yaml, String... sets) throws IOException {
    return new Advice(dir).check(job, yaml, sets);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "framework.name=fedit | give framework.lora with rank and targets, such as {rank: 8, alpha: 16, targets: [all-linear]} | framework.name=fedit & framework.lora={rank: 8, alpha: 16, targets: [all-linear]}",
        "framework.lora={rank: 2, targets: [query]} | fedit and others read it; remove the key | framework.name=fedavg OR framework={name: fedit, lora: {rank: 2, targets: [query]}}",
        "framework={name: fedit, lora: {rank: 999, targets: [all-linear]}} | does not fit layer | framework={name: fedit, lora: {rank: 8, targets: [all-linear]}}",
        "framework={name: flexlora, lora: {rank: 2, ranks: [1, 3], targets: [query]}} | raise rank to 3 | framework={name: flexlora, lora: {rank: 3, ranks: [1, 3], targets: [query]}}",
        "framework={name: fedit, lora: {rank: 3, ranks: [1, 3], targets: [query]}} | flexlora and flora read it; remove the key | framework={name: fedit, lora: {rank: 3, targets: [query]}} OR framework={name: flexlora, lora: {rank: 3, ranks: [1, 3], targets: [query]}} OR framework={name: flora, lora: {rank: 3, ranks: [1, 3], targets: [query]}}",
        "client.epochs=1 | has both steps and epochs; give one of them | client={epochs: 1, batch: 4, optimizer: {name: sgd, lr: 0.1}} OR client.steps=3",
        "client={batch: 4, optimizer: {name: sgd, lr: 0.1}} | give steps or epochs | client={steps: 1, batch: 4, optimizer: {name: sgd, lr: 0.1}} OR client={epochs: 1, batch: 4, optimizer: {name: sgd, lr: 0.1}}",
        "client.perBlock=true & client.clip=1.0 | remove clip and accumulate, or use checkpointing instead of perBlock | client.checkpointing=true & client.clip=1.0",
        "client.perBlock=true & client.accumulate=2 | remove clip and accumulate | client.checkpointing=true & client.accumulate=2",
        "model.pooling=attention | leave the key out | model.pooling=mean OR model.pooling=cls",
        "model.maxLength=9999 | lower it | model.maxLength=64",
        "cohort.minClients=4 | 4 is more than the 3 clients of a round; lower it | cohort.minClients=3",
        "data.answer=label | remove the key | none",
        "data.prompt=chat | remove the key | none",
        "data.augment={flip: true} | data.augment: is for images; remove it | none",
        "client.batch=2147483647 | lower the batch | client.batch=64",
        "data.classes=[genetic, symptoms] | has no \"treatment\" | data.classes=[genetic, symptoms, treatment]",
        "data.classes=[genetic, symptoms, treatment, treatment] | name each once | data.classes=[genetic, symptoms, treatment]",
        "data.classes=[genetic, symptoms, treatment] & data.classNumbers=true | remove one | data.classes=[genetic, symptoms, treatment]",
        "data.classNumbers=true | name the labels in data.classes instead | data.classes=[genetic, symptoms, treatment]",
        "client.optimizer={name: sgd, lr: 0.1, beta1: 0.5} | adamw and galore do | client.optimizer={name: adamw, lr: 0.1, beta1: 0.5}",
        "framework={name: fedit, train: ['*query*'], lora: {rank: 2, targets: [query]}} | leave these layers out of one of the two | framework={name: fedit, lora: {rank: 2, targets: [query]}} OR framework={name: fedit, train: ['*query*'], lora: {rank: 2, targets: [value]}}",
        "out= | give a value | none",
      })
  void ofTheConfigurationOfAClassifier(String wrong, String says, String right) throws IOException {
    String yaml = tiny.yaml("a", "fedavg").replace(", schedule", ", schedule");
    yaml = yaml.replace("  schedule: {name: cosine, warmup: 2}\n", "");
    yaml = yaml.replace(", weightDecay: 0.01", "");
    new Advice(dir).followed("train", yaml, wrong, says, right == null ? "" : right);
  }

  /** A language model of a family with its tokenizer, or the encoder. */
  private static Path family(String name) throws IOException {
    Path folder = dir.resolve("family-" + name);
    if (!Files.exists(folder)) {
      Files.createDirectories(folder);
      for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
        Path from = GoldenCases.of(name).resolve(file);
        Files.copy(Files.exists(from) ? from : tiny.llama().resolve(file), folder.resolve(file));
      }
    }
    return folder;
  }

  private static String writing(Path model) {
    return tiny.yaml("w", "fedavg")
        .replace(tiny.model().toString(), model.toString())
        .replace("maxLength: 16", "maxLength: 64")
        .replace(tiny.data() + "}", tiny.data() + ", prompt: '{text}', answer: label}");
  }

  /** The text that a pattern finds in a message. */
  private static String found(String in, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(in);
    assertThat(matcher.find()).as(in).isTrue();
    return matcher.group(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "llama_gqa", "llama_tied", "gemma", "qwen2"})
  void theExampleOfGaloreFitsTheFamily(String name) throws IOException {
    String yaml = name.equals("bert") ? tiny.yaml("g", "fedavg") : writing(family(name));
    String galore = "client.optimizer.name=galore";
    String said = check("train", yaml, galore);
    String example = found(said, "such as (\\{[^}]*})");
    if (name.equals("bert") || name.equals("gpt2")) {
      String targets = found(said, "(\\[[^\\]]*]) for " + (name.equals("bert") ? "BERT" : "GPT-2"));
      example = example.replaceAll("\\[.*]", targets);
    }
    assertThat(check("train", yaml, galore, "client.optimizer.galore=" + example)).isEmpty();
    String wrong = "client.optimizer.galore={rank: 8, targets: [no_such_layer]}";
    String some = found(check("train", yaml, galore, wrong), "name some of ([^\\n]*)");
    for (String layer : some.split(", ")) {
      String right = "client.optimizer.galore={rank: 2, targets: [%s]}".formatted(layer);
      assertThat(check("train", yaml, galore, right)).as(some).isEmpty();
    }
    String all = "framework={name: fedit, lora: {rank: 8, alpha: 16, targets: [all-linear]}}";
    assertThat(check("train", yaml, all)).isEmpty();
    String layer = "framework={name: fedit, lora: {rank: 2, targets: [no_such_layer]}}";
    assertThat(check("train", yaml, layer)).contains("it has ");
  }

  @Test
  void ofAChat() throws IOException {
    Path model = family("llama_gqa");
    String yaml = writing(model);
    String chat = "data.prompt=chat";
    assertThat(check("train", yaml, chat)).contains("put the template there");
    Path template = model.resolve("chat_template.jinja");
    Files.writeString(template, "{% if %}");
    assertThat(check("train", yaml, chat)).contains("correct it, or, without data.messages, write");
    Files.writeString(
        template,
        "{% for m in messages %}{{ m.role }}: {{ m.content }} | {% endfor %}"
            + "{% if add_generation_prompt %}assistant: {% endif %}");
    assertThat(check("train", yaml, chat, "data.message='{text}'")).isEmpty();
    assertThat(check("train", yaml, "data.system=be brief", "data.message='{text}'"))
        .contains("say prompt: chat, or remove them");
    assertThat(check("train", yaml, chat, "data.system=be brief", "data.message='{text}'"))
        .isEmpty();
    String shorter = "data.shortPrompt='{text}'";
    assertThat(check("train", yaml, chat, shorter)).contains("give message as a text, or remove");
    assertThat(check("train", yaml, chat, shorter, "data.message='{text} {label}'")).isEmpty();
    assertThat(check("train", yaml, chat, "data.message='{text}'", "data.date=2026-01-31"))
        .contains("does not ask for data.date; remove what it does not know");
    assertThat(check("train", yaml, chat, "data.messages=text"))
        .contains("column text holds no list of messages");
    Files.delete(template);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "data.prompt=chat | put the template there that the model was trained with, or, without data.messages, write the prompt as a text with {column} | data.prompt='{text}'",
        "data.messages=text | say prompt: chat | ?data.messages=text & data.prompt=chat",
        "data.messages=text & data.message='{text}' & data.prompt=chat | remove message or messages | ?data.messages=text & data.prompt=chat OR ?data.message='{text}' & data.prompt=chat",
        "data.messages=text & data.shortPrompt=a & data.prompt=chat | remove shortPrompt | ?data.messages=text & data.prompt=chat",
        "data.prompt=chat & data.shortPrompt=a | give message as a text, or remove shortPrompt | ?data.prompt=chat & data.message='{text}{label}' & data.shortPrompt='{text}'",
        "data.system=be brief | say prompt: chat, or remove them | none OR ?data.prompt=chat & data.system=be brief",
        "data.date=2026-01-31 | say prompt: chat, or remove them | none OR ?data.prompt=chat & data.date=2026-01-31",
        "data.prompt=alpaca & data.shortPrompt='{text}' | remove it, or write both as texts | data.prompt='{text}{label}' & data.shortPrompt='{text}'",
        "data.shortPrompt='{text}' | it has to leave out a {column} | data.prompt='{text}{label}' & data.shortPrompt='{text}'",
        "data.turns=last | remove the key | none",
        "data.label=label | remove the key | none",
        "model.newHead=true | remove the key | none",
        "data.classes=[a, b] | remove | none",
        "evaluate.newTokens=64 & evaluate.generate=1 | leave no room for a prompt within model.maxLength 64; lower it | evaluate.newTokens=4 & evaluate.generate=1",
        "evaluate.newTokens=4 | give generate too | evaluate.newTokens=4 & evaluate.generate=1",
        "data.prompt=plian | plain | ?data.prompt=plain",
      })
  void ofTheConfigurationOfALanguageModel(String wrong, String says, String right)
      throws IOException {
    String yaml = writing(tiny.llama());
    assertThat(check("train", yaml, Advice.sets(wrong))).contains(says);
    for (String one : (right == null ? "" : right).split(" OR ")) {
      String next =
          check("train", yaml, Advice.sets(one.replace("none", "").replaceFirst("^\\?", "")));
      assertThat(next).as(one).doesNotContain(says);
      assertThat(next.isEmpty()).as(next).isEqualTo(!one.startsWith("?"));
    }
  }

  /**
   * A decoder with a classifier writes no text. Use a causal one, or train on labels to classify.
   */
  @Test
  void ofADecoderThatClassifies() throws IOException {
    Path model = family("llama_tied");
    Path file = model.resolve("config.json");
    ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
    config.putArray("architectures").add("LlamaForSequenceClassification");
    JSON.writeValue(file.toFile(), config);
    assertThat(check("train", writing(model)))
        .contains(
            "of a class that ends in ForCausalLM; to classify texts train on rows with a text");
    config.putArray("architectures").add("LlamaForCausalLM");
    JSON.writeValue(file.toFile(), config);
    assertThat(check("train", writing(model))).isEmpty();
    assertThat(check("train", tiny.yaml("e", "fedavg"))).isEmpty();
  }
}
