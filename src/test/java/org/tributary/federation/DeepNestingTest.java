package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;

/**
 * Files nested a hundred thousand levels deep are refused in one line; no parser overflows its
 * stack.
 */
@Slow
class DeepNestingTest {
  private static final int LEVELS = 100_000;
  private static final String LIST = "[".repeat(LEVELS) + "]".repeat(LEVELS);
  private static final String OBJECT = "{\"a\":".repeat(LEVELS) + "1" + "}".repeat(LEVELS);

  @TempDir Path dir;
  private Tiny tiny;
  private Path yaml;

  @BeforeEach
  void makeWorld() throws IOException {
    System.setProperty("spark.master", "local[2]");
    tiny = new Tiny(dir, 6, 9, 5);
    yaml = dir.resolve("run.yaml");
    Files.writeString(yaml, tiny.yaml("run", "fedavg"));
  }

  @AfterEach
  void clearMaster() {
    System.clearProperty("spark.master");
  }

  /** Replaces a file by each form in turn, runs the call, and restores the file. */
  private void refused(Path file, String... args) throws IOException {
    byte[] before = Files.exists(file) ? Files.readAllBytes(file) : null;
    for (String deep : new String[] {LIST, OBJECT, "{\"a\": " + LIST + "}"}) {
      Files.writeString(file, deep);
      JobRun run = JobRun.of(args);
      assertThat(run.code()).as(file + ": " + run.err()).isEqualTo(2);
      assertThat(run.err())
          .contains(file.getFileName().toString())
          .doesNotContain("\tat ", "StackOverflow", "Exception")
          .hasSizeLessThan(2000);
    }
    if (before == null) {
      Files.delete(file);
    } else {
      Files.write(file, before);
    }
  }

  @Test
  void filesOfModelsAndData() throws IOException {
    String[] train = {"train", yaml.toString()};
    for (String name :
        new String[] {
          "config.json", "model.safetensors.index.json", "tokenizer.json", "tokenizer_config.json"
        }) {
      Path moved = tiny.model().resolve("model.safetensors");
      boolean index = name.contains("index");
      if (index) {
        Files.move(moved, dir.resolve("aside"));
      }
      refused(tiny.model().resolve(name), train);
      if (index) {
        Files.move(dir.resolve("aside"), moved);
      }
    }
    refused(tiny.data().resolve("manifest.json"), train);
    refused(yaml, train);
    Path adapter = Files.createDirectories(dir.resolve("adapter"));
    Files.write(adapter.resolve("adapter_model.safetensors"), new byte[0]);
    refused(
        adapter.resolve("adapter_config.json"),
        "merge-adapter",
        "--model",
        tiny.model().toString(),
        "--adapter",
        adapter.toString(),
        "--out",
        dir.resolve("merged").toString());
    for (String name : new String[] {"tokenizer_config.json", "generation_config.json"}) {
      Path rows = dir.resolve("rows.jsonl");
      Files.writeString(rows, "{\"q\": \"a\"}\n");
      refused(
          tiny.llama().resolve(name),
          "generate",
          write(
                  "generate.yaml",
                  """
                  out: %s
                  model: {path: %s, maxLength: 32}
                  data: {paths: [%s], format: jsonl, prompt: "{q}"}
                  decoding: {newTokens: 2}
                  """
                      .formatted(dir.resolve("answers"), tiny.llama(), rows))
              .toString());
    }
  }

  @Test
  void filesOfARunThatGoesOn() throws IOException {
    String[] train = {"train", yaml.toString(), "--set", "rounds=1"};
    JobRun.done(train);
    Path run;
    try (var all = Files.walk(dir)) {
      run = all.filter(f -> f.endsWith("rounds/round=00000")).findFirst().orElseThrow();
    }
    Path out = run.getParent().getParent();
    refused(out.resolve("config.yaml"), train);
    for (String name : new String[] {"_SUCCESS", "round.json", "global.safetensors"}) {
      Files.delete(run.resolve(name));
    }
    refused(run.resolve("accepted.json"), train);
    JobRun.done(train);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }
}
