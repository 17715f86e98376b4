package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.federation.RawSets;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;

/** First configurations, for every task and format, that run unchanged. */
class InitTest extends TinyJob {
  private static final List<String> FILES = List.of("partition.yaml", "train.yaml", "compare.yaml");

  private Path raw;

  @BeforeEach
  void writeRawSets() throws IOException {
    raw = Files.createDirectories(dir.resolve("raw"));
    RawSets.write(raw);
    StringBuilder tickets = new StringBuilder("category,body,office\n");
    StringBuilder answers = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      String kind = i % 3 == 0 ? "bug" : "wish";
      tickets.append(
          "%s,what is the %s of disease %d,%s%n".formatted(kind, kind, i, "abc".charAt(i % 3)));
      answers.append(
          "{\"question\": \"what is the symptom of %d\", \"answer\": \"a treatment of %d\"}%n"
              .formatted(i, i));
    }
    Files.writeString(raw.resolve("tickets.csv"), tickets);
    Files.writeString(raw.resolve("notes.csv"), "body\n" + "a treatment\na symptom\n");
    Files.writeString(raw.resolve("answers.jsonl"), answers);
  }

  private String model(String kind) throws IOException {
    return switch (kind) {
      case "text" -> tiny.model().toString();
      case "llama" -> tiny.llama().toString();
      default -> GoldenCases.of(kind).toString();
    };
  }

  private JobRun init(String kind, String data) throws IOException {
    return JobRun.of(
        "init", model(kind), raw.resolve(data).toString(), "--out", dir.resolve("new").toString());
  }

  private String file(String name) {
    return dir.resolve("new").resolve(name).toString();
  }

  private String text(String name) throws IOException {
    return Files.readString(dir.resolve("new").resolve(name));
  }

  private JobRun job(String job, String file, String... more) {
    List<String> args = new ArrayList<>(List.of(job, file(file)));
    args.addAll(Arrays.asList(more));
    return JobRun.of(args.toArray(String[]::new));
  }

  @Test
  void theColumnsOfAPairAreFoundByTheirNames() throws IOException {
    StringBuilder rows = new StringBuilder("gold,Premise,hypothesis,label\n");
    for (int i = 0; i < 60; i++) {
      rows.append(
          "%d,a cold is rest %d,a disease %d,%s%n".formatted(i, i, i, i % 3 == 0 ? "a" : "b"));
    }
    Files.writeString(raw.resolve("pairs.csv"), rows);
    JobRun init = init("text", "pairs.csv");
    assertThat(init.code()).as(init.err()).isZero();
    assertThat(init.out())
        .contains(
            "text: Premise and hypothesis (their names, as those of the two texts of a pair)");
    assertThat(text("train.yaml")).contains("  text: [Premise, hypothesis]\n");
  }

  @Slow
  @ParameterizedTest
  @CsvSource({
    "text, tickets.csv, tickets",
    "llama, answers.jsonl, answers",
    "llama, tickets.csv, tickets",
    "vit, images.zip, images"
  })
  void theFilesRunAsTheyAre(String kind, String data, String name) throws IOException {
    JobRun init = init(kind, data);
    assertThat(init.code()).as(init.err()).isZero();
    assertThat(init.out()).contains("model: ", "data: ", "targets: ", "batch: ", "written: ");
    String parts = "out=" + dir.resolve("parts");
    JobRun partition = job("partition", "partition.yaml", "--set", parts);
    assertThat(partition.code()).as(partition.err()).isZero();
    String data2 = "data.path=" + dir.resolve("parts").resolve(name);
    JobRun plan = job("plan", "train.yaml", "--set", data2);
    assertThat(plan.code()).as(plan.err()).isZero();
    JobRun train =
        job(
            "train",
            "train.yaml",
            "--set",
            data2,
            "--set",
            "out=" + dir.resolve("run"),
            "--set",
            "rounds=1",
            "--set",
            "client.steps=1");
    assertThat(train.code()).as(train.err()).isZero();
    assertThat(train.out()).contains("result: ");
    Path compare = dir.resolve("new/compare.yaml");
    Path common = dir.resolve("new/train.yaml");
    Files.writeString(
        common,
        Files.readString(common)
            .replaceAll("path: data-partitions/\\S+", data2.replace("data.path=", "path: ")));
    JobRun check = JobRun.of("compare", compare.toString(), "--check");
    assertThat(check.code()).as(check.err()).isZero();
    // The rates are present as comments.
    String rates = Files.readString(compare).replaceAll("(?m)^# (?=rates:|  \\S+: \\[|score:)", "");
    assertThat(rates).isNotEqualTo(Files.readString(compare));
    Path rated = Files.writeString(dir.resolve("new/rated.yaml"), rates);
    JobRun with = JobRun.of("compare", rated.toString(), "--check");
    assertThat(with.code()).as(with.err()).isZero();
    JobRun totals = JobRun.of("plan", compare.toString());
    assertThat(totals.out()).contains("fedavg-galore", "ffa-lora", "in all: 7 runs");
  }

  @ParameterizedTest
  @CsvSource({
    "text, rows.csv, label: label",
    "text, r[1].jsonl.gz, label: label",
    "text, json lines, label: label",
    "vit, images, format: images",
    "vit, of images, image: image",
    "vit, idx, format: idx",
    "siglip, images.zip, format: images"
  })
  void takesWhatPartitionTakes(String kind, String data, String line) throws IOException {
    JobRun init = init(kind, data);
    assertThat(init.code()).as(init.err()).isZero();
    assertThat(text("partition.yaml")).contains(line);
    JobRun check = job("partition", "partition.yaml", "--check");
    assertThat(check.code()).as(check.err()).isZero();
  }

  @Test
  void findsColumnsByTheirNamesAndSaysWhy() throws IOException {
    JobRun init = init("text", "tickets.csv");
    assertThat(init.out())
        .contains("label: category (its name, and 2 values)")
        .contains("text: body (its name)")
        .contains("owner: office (its name, and 3 values)")
        .contains("classifier: a new one (the model has none)")
        .contains("targets: query, key, value");
    assertThat(text("partition.yaml")).contains("name: natural", "column: office");
    assertThat(text("partition.yaml")).doesNotContain("clients:");
    assertThat(text("train.yaml")).contains("text: body", "label: category", "start: true");
    assertThat(text("compare.yaml")).contains("# rates:", "framework.name=central");
    for (String note : init.out().lines().limit(5).toList()) {
      assertThat(text("train.yaml")).contains("#   " + note);
    }
  }

  @Test
  void aLanguageModelGetsAClassifierIfTheRowsHaveAClassAndNoAnswer() throws IOException {
    JobRun init = init("llama", "tickets.csv");
    assertThat(init.code()).as(init.err()).isZero();
    assertThat(init.out())
        .contains("task: the class of each text (the rows have a class and no answer)")
        .contains("label: category (its name, and 2 values)")
        .contains("classifier: a new one (the model has none)");
    assertThat(text("train.yaml"))
        .contains("label: category", "text: body", "targets: [q_proj, k_proj, v_proj, o_proj]")
        .doesNotContain("prompt", "generate");
  }

  @Test
  void aLanguageModelGetsAPromptAndSmallerRates() throws IOException {
    JobRun init = init("llama", "answers.jsonl");
    assertThat(init.out()).contains("question: question", "answer: answer", "prompt: seed-paper");
    assertThat(text("train.yaml")).contains("prompt: seed-paper", "lr: 1.0e-3");
    assertThat(text("compare.yaml")).contains("client.optimizer.lr=1.0e-4");
    assertThat(text("partition.yaml")).contains("name: iid");
  }

  @Slow
  @ParameterizedTest
  @CsvSource({"conversations, messages: messages", "answers, message: '{question}'"})
  void aModelWithAChatTemplateIsAskedInIt(String name, String line) throws IOException {
    Files.writeString(
        tiny.llama().resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
            + "{% if add_generation_prompt %}assistant: {% endif %}");
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      rows.append(
          "{\"messages\": [{\"role\": \"user\", \"content\": \"what is %d\"}, {\"role\": \"assistant\", \"content\": \"it is %d\"}]}%n"
              .formatted(i, i));
    }
    Files.writeString(raw.resolve("conversations.jsonl"), rows);
    JobRun init = init("llama", name + ".jsonl");
    assertThat(init.code()).as(init.err()).isZero();
    assertThat(init.out()).contains("prompt: chat (the model has a chat template)");
    assertThat(text("train.yaml")).contains("prompt: chat", line);
    JobRun.done("partition", file("partition.yaml"), "--set", "out=" + dir.resolve("parts"));
    JobRun plan =
        job("plan", "train.yaml", "--set", "data.path=" + dir.resolve("parts").resolve(name));
    assertThat(plan.code()).as(plan.err()).isZero();
  }

  /** As in the cache of the Hugging Face hub, whose files are links. */
  @Test
  void theHubsCacheNamesTheModel() throws IOException {
    Path cached = dir.resolve("hub/models--org--tiny/snapshots/c0ffee");
    Files.createDirectories(cached);
    try (Stream<Path> files = Files.list(tiny.model())) {
      for (Path file : files.toList()) {
        Files.createSymbolicLink(cached.resolve(file.getFileName()), file);
      }
    }
    String out = dir.resolve("new").toString();
    String data = raw.resolve("tickets.csv").toString();
    JobRun init = JobRun.of("init", cached.toString(), data, "--out", out);
    assertThat(init.code()).as(init.err()).isZero();
    assertThat(text("train.yaml")).contains("\n  name: org/tiny  # on the hub");
  }

  @Test
  void overwritesNothing() throws IOException {
    Files.createDirectories(dir.resolve("new"));
    Files.writeString(dir.resolve("new/train.yaml"), "mine");
    init("text", "tickets.csv").assertTold(2, "train.yaml exists", "--out");
    assertThat(text("train.yaml")).isEqualTo("mine");
    assertThat(dir.resolve("new/partition.yaml")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text | images.zip | holds images, and the model takes texts",
        "vit | tickets.csv | no column of these rows (category, body, office) holds encoded images",
        "llama | notes.csv | is evidently the answer; rename the column to answer",
        "text | nothing.csv | does not exist",
        "text | answers.jsonl | is evidently the class"
      })
  void whatDoesNotFitIsRefused(String kind, String data, String why) throws IOException {
    JobRun init = init(kind, data);
    assertThat(init.code()).as(init.out()).isEqualTo(2);
    assertThat(init.err()).contains(why);
    for (String file : FILES) {
      assertThat(dir.resolve("new").resolve(file)).doesNotExist();
    }
  }
}
