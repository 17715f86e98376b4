package org.tributary.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tributary.federation.Tiny;

/** Malformed configurations of every job are reported in one message. */
class YamlFuzzTest {
  @TempDir static Path dir;

  private static final String PARTITION =
      """
      source:
        format: jsonl
        train: rows.jsonl
        columns: [text, label]
      name: set
      seed: 7
      label: label
      clients: 3
      partitioner: {name: dirichlet, alpha: 0.5, minRows: 2}
      validation: 0.1
      test: 0.1
      """;

  private static final String COMPARE =
      """
      out: compared
      train: run.yaml
      seeds: [1, 2]
      variants:
        fedavg: []
        fedit: [framework.name=fedit, framework.lora.rank=2, framework.lora.alpha=4, "framework.lora.targets=[query]"]
      """;

  private static final String GENERATE =
      """
      out: answers
      seed: 7
      model: {path: llama, maxLength: 64}
      data:
        paths: [data/test]
        columns: [text]
        prompt: "{text} ?"
      decoding: {newTokens: 8, temperature: 0.7, topP: 0.9}
      batch: 4
      shard: 8
      threads: 1
      """;

  @BeforeAll
  static void makeWorld() throws IOException {
    System.setProperty("spark.master", "local[1]");
    Tiny tiny = new Tiny(dir, 6, 9);
    tiny.llama();
    Files.writeString(dir.resolve("run.yaml"), tiny.yaml("out", "fedavg"));
    Files.writeString(
        dir.resolve("rows.jsonl"), "{\"text\": \"a\", \"label\": \"b\"}\n".repeat(20));
  }

  @AfterAll
  static void clearMaster() {
    System.clearProperty("spark.master");
  }

  private static String yaml(String job) {
    String text =
        switch (job) {
          case "partition" -> PARTITION.replace("rows.jsonl", dir + "/rows.jsonl");
          case "compare" -> COMPARE.replace("run.yaml", dir + "/run.yaml");
          case "generate" ->
              GENERATE.replace("llama", dir + "/llama").replace("[data", "[" + dir + "/data");
          default -> run();
        };
    return text.replaceFirst("out: (compared|answers)", "out: " + dir + "/$1");
  }

  private static String run() {
    try {
      return Files.readString(dir.resolve("run.yaml"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /**
   * Inputs that are hard for YAML parsers, and invalid values of a run, in a whole configuration.
   */
  static List<MalformedInput> nasty(String run) {
    String file = "train/nasty.yaml";
    String bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
    for (char c = 'b'; c < 'k'; c++) {
      String before = "*" + (char) (c - 1);
      bomb +=
          "%c: &%c [%s]\n"
              .formatted(c, c, String.join(", ", java.util.Collections.nCopies(9, before)));
    }
    List<MalformedInput> inputs = new ArrayList<>(MalformedInputs.foreign(file));
    inputs.add(MalformedInput.of("aliases that multiply", file, bomb));
    inputs.add(MalformedInput.of("an alias of itself", file, "out: &a [*a]\n"));
    inputs.add(MalformedInput.of("deep", file, "[".repeat(50_000)));
    inputs.add(MalformedInput.of("deep sections", file, "{a: ".repeat(20_000)));
    inputs.add(
        MalformedInput.of("a long value", file, run + "out: " + "x".repeat(3_000_000) + "\n"));
    inputs.add(
        MalformedInput.of(
            "a long value alone",
            file,
            run.replaceFirst("(?m)^out:.*$", "out: " + "x".repeat(3_000_000))));
    inputs.add(MalformedInput.of("a long key", file, run + "k".repeat(3_000_000) + ": 1\n"));
    inputs.add(
        MalformedInput.of("20,000 keys", file, run + MalformedInputs.manyKeys("key%d: 1\n")));
    inputs.add(
        MalformedInput.of(
            "a long line of a list", file, run + "other: [" + "1, ".repeat(700_000) + "1]\n"));
    inputs.add(MalformedInput.of("a tag", file, "!!javax.script.ScriptEngineManager [x]\n"));
    inputs.add(MalformedInput.of("two documents", file, run + "---\n" + run));
    inputs.add(MalformedInput.of("a key twice", file, run + run));
    inputs.add(MalformedInput.of("merge keys", file, run + "<<: {a: 1}\n"));
    inputs.add(MalformedInput.of("invalid UTF-8", file, run + "\u00ff"));
    inputs.add(
        new MalformedInput(
            "Latin-1", file, (run + "\n# \u00e9").getBytes(StandardCharsets.ISO_8859_1)));
    for (String line :
        List.of(
            "rounds: 99999999999999999999",
            "rounds: 1e400",
            "rounds: .inf",
            "seed: 0x7fffffffffffffffff",
            "seed: [1]",
            "out: \"a\\0b\"",
            "out: " + "d/".repeat(5000),
            "out: " + "n".repeat(300),
            "out: ftp://x/y",
            "out: http://x/y",
            "out: s3a://b/c",
            "out: viewfs:///x",
            "out: nothing:///x",
            "out: ''",
            "rounds: ~")) {
      String key = line.substring(0, line.indexOf(':'));
      String name = line.substring(0, Math.min(40, line.length()));
      inputs.add(
          MalformedInput.of(
              name,
              file,
              run.replaceFirst(
                  "(?m)^" + key + ":.*$", java.util.regex.Matcher.quoteReplacement(line))));
    }
    return inputs;
  }

  static List<MalformedInput> inputs() {
    List<MalformedInput> inputs = nasty(run());
    for (String job : List.of("train", "partition", "compare", "generate")) {
      inputs.addAll(
          MalformedInputs.broken(
              job + "/it.yaml", yaml(job).getBytes(StandardCharsets.UTF_8), 14, Mutator::text));
    }
    return inputs;
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void aConfigurationIsTakenOrRefused(MalformedInput input) throws Exception {
    input.write(dir);
    String job = input.file().substring(0, input.file().indexOf('/'));
    FuzzTrial.job(dir, job, dir.resolve(input.file()).toString(), "--check");
  }

  @Test
  void wholeConfigurationsAreTaken() throws Exception {
    for (String job : List.of("train", "partition", "compare", "generate")) {
      Files.writeString(dir.resolve("whole.yaml"), yaml(job));
      FuzzTrial trial = FuzzTrial.job(dir, job, dir.resolve("whole.yaml").toString(), "--check");
      assertThat(trial.message()).as(job).isEmpty();
    }
  }
}
