package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.tributary.fixture.Slow;

/** The advice in messages about a job's output folder works. */
@Slow
class AdviceFoldersTest extends TinyJob {
  @Test
  void ofAnOutThatCannotBe() throws IOException {
    Path file = Files.writeString(dir.resolve("a-file"), "no folder");
    String wrong = "out=" + file.resolve("below/it");
    assertThat(new Advice(dir).run("train", tiny.yaml("a", "fedavg"), wrong))
        .contains("a folder is needed there, but " + file + " is a file: choose another folder");
    assertThat(checkTrain("out=file://host/x")).contains("names no host, and here host is one");
    assertThat(checkTrain("out=file://" + dir.resolve("x"))).isEmpty();
    Path config = Files.createDirectories(tiny.out("a").resolve("config.yaml"));
    assertThat(checkTrain())
        .contains("config.yaml: is a folder, but Tributary expects a file there");
    Files.delete(config);
    assertThat(checkTrain()).isEmpty();
  }

  /** The check refuses what generate would refuse. */
  @Test
  void ofAnswersToOtherRows() throws IOException {
    Path rows = Files.writeString(dir.resolve("rows.csv"), "text\na\n");
    String yaml =
        """
        out: %s
        model: {path: %s, maxLength: 64}
        data: {paths: [%s], format: csv, prompt: '{text}'}
        decoding: {newTokens: 2}
        """
            .formatted(dir.resolve("answers"), tiny.llama(), rows);
    Advice advice = new Advice(dir);
    assertThat(advice.run("generate", yaml)).isEmpty();
    assertThat(advice.check("generate", yaml)).isEmpty();
    assertThat(advice.check("generate", yaml, "decoding.newTokens=3"))
        .contains("holds other answers; name another folder, or set back");
    Files.writeString(rows, "text\nb\n");
    assertThat(advice.check("generate", yaml)).contains("data.paths: its files have changed since");
    assertThat(advice.check("generate", yaml, "out=" + dir)).contains("name another folder");
    assertThat(advice.check("generate", yaml, "out=" + dir.resolve("others"))).isEmpty();
  }
}
