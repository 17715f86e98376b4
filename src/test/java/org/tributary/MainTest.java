package org.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.Slow;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path dir;

  private int run(String... args) {
    return Main.run(command(), args);
  }

  private CommandLine command() {
    return Main.command(() -> false, why -> {})
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true));
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(dir.resolve(name), content).toString();
  }

  /** A job that ends as the test tells it to. */
  @Command(name = "throwing")
  private record Throwing(Throwable thrown) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (Exception) thrown;
    }
  }

  private int throwing(Throwable thrown) {
    CommandLine command = command().addSubcommand(new Throwing(thrown));
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return Main.run(command, "throwing");
  }

  @Test
  void helpListsTheJobs() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains(
            "import-minilm",
            "import-wordnet",
            "partition",
            "train",
            "inspect",
            "report",
            "logits",
            "merge-adapter")
        .contains("Exit codes:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import-minilm",
        "import-wordnet",
        "partition",
        "train",
        "inspect",
        "report",
        "merge-adapter"
      })
  void eachJobHasHelpAndVersion(String job) {
    assertThat(run(job, "--help")).isZero();
    assertThat(out.toString()).contains("Usage: tributary " + job);
    out.getBuffer().setLength(0);
    assertThat(run(job, "--version")).isZero();
    assertThat(out.toString()).matches("tributary \\S+ \\(commit \\S+(, with changes)?\\)\\R");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "train", "train --ste x", "import-wordnet x --seed ten"})
  void wrongUseIsExplained(String line) {
    assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains("Usage: tributary").doesNotContain("\tat ");
  }

  @Test
  void anUnknownJobNamesTheNearest() {
    assertThat(run("trian")).isEqualTo(2);
    assertThat(err.toString()).contains("Did you mean", "train");
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "partition"})
  void aMissingFileIsWrongInput(String job) {
    String missing = dir.resolve("no.yaml").toString();
    assertThat(run(job, missing)).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            missing + ": no such file; name the YAML file of a run" + System.lineSeparator());
    err.getBuffer().setLength(0);
    assertThat(run(job, dir.resolve("no.yaml").toUri().toString())).isEqualTo(2);
    assertThat(err.toString()).contains("no such file");
  }

  @Test
  void whatIsNoTextFileIsWrongInput() throws IOException {
    assertThat(run("train", dir.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("is a folder");
    Path latin = dir.resolve("latin.yaml");
    Files.write(latin, "out: ä".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(run("train", latin.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("is not UTF-8 text");
  }

  @Test
  void everyProblemOfAFileIsToldWithoutAStackTrace() throws IOException {
    String file = file("t.yaml", "out: x\nruonds: 3\nclient:\n  steps: 0\n");
    assertThat(run("train", file, "--set", "seed=x", "--set=client.optimizer.name=adamx"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains(file + ":2: ruonds: unknown key; did you mean rounds?")
        .contains(file + ":4: client.steps: must be at least 1, got 0")
        .contains("--set seed: seed: expected a whole number, got \"x\"")
        .contains("\"adamx\" is not one of adamw, galore, sgd; did you mean adamw?")
        .doesNotContain("\tat ", "Exception");
  }

  @Test
  void wrongInputIsTwoWithItsMessageAlone() {
    assertThat(throwing(new WrongInput("a: b"))).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("a: b" + System.lineSeparator());
  }

  @Test
  void wrongInputIsFoundBelowWhatSparkWrapsAroundIt() {
    assertThat(throwing(new IllegalStateException("job aborted", new WrongInput("a: b"))))
        .isEqualTo(2);
    assertThat(err.toString()).isEqualTo("a: b" + System.lineSeparator());
  }

  @Test
  void anyOtherEndIsAFailure() {
    assertThat(throwing(new IOException("disk"))).isEqualTo(1);
    assertThat(throwing(new UnsatisfiedLinkError("libtorch"))).isEqualTo(1);
  }

  @Test
  void inspectTellsWhatAFolderHolds() {
    String golden = GoldenCases.of("bert").toString();
    assertThat(run("inspect", golden)).isZero();
    assertThat(out.toString()).contains("model folder");
    assertThat(run("inspect", dir.toString())).isEqualTo(2);
  }

  @Test
  @Slow
  void partitionWritesASetThatInspectDescribes() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      rows.append("{\"text\": \"row %d\", \"kind\": \"%s\"}\n".formatted(i, "ab".charAt(i % 2)));
    }
    String source = file("raw.jsonl", rows.toString());
    String yaml =
        """
        source: {format: jsonl, train: "%s"}
        out: "%s"
        name: toy
        label: kind
        clients: 2
        partitioner: {name: iid}
        """
            .formatted(source, dir.resolve("parts"));
    System.setProperty("spark.master", "local[2]");
    try {
      assertThat(run("partition", file("p.yaml", yaml))).isZero();
      assertThat(out.toString()).contains("name: toy", "partitioner: iid", "client=", "written");
      assertThat(run("inspect", dir.resolve("parts/toy").toString())).isZero();
      assertThat(run("partition", dir.resolve("p.yaml").toString())).isZero();
      assertThat(out.toString()).contains("was there already");
      assertThat(run("partition", dir.resolve("p.yaml").toString(), "--set", "clients=3"))
          .isEqualTo(2);
      assertThat(err.toString()).doesNotContain("\tat ");
    } finally {
      System.clearProperty("spark.master");
    }
  }
}
