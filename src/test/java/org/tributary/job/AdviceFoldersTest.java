package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.federation.Tiny;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;

/** The advice of messages on the folder that a job writes to works. */
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

  /** What generate would refuse, its check refuses. */
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

  /** The learning rate does not depend on the number of rounds, so that more may follow. */
  private String withoutSchedule() {
    return tiny.yaml("a", "fedavg").replaceAll("  schedule: .*\n", "");
  }

  /** Another run's state would be read as that of a run in which nothing was merged. */
  @ParameterizedTest
  @ValueSource(strings = {"rounds/round=00000/global.safetensors", "start.safetensors"})
  void ofAStateThatTheRunDidNotWrite(String name) throws IOException {
    Advice advice = new Advice(dir);
    String yaml = withoutSchedule();
    String[] sets = {"rounds=1"};
    assertThat(advice.run("train", yaml, sets)).isEmpty();
    Path state = tiny.out("a").resolve(name);
    byte[] whole = Files.readAllBytes(state);
    Files.delete(state);
    Tiny.STORE.commit(
        Tiny.hadoop(state),
        SafeTensors.content(Map.of("x", HostTensor.of(new float[] {1}, 1)), Map.of()));
    sets[0] = "rounds=2";
    assertThat(advice.run("train", yaml, sets))
        .contains(
            name + " is not the file that the run wrote there",
            "restore it from a backup, or start again in another folder");
    Files.write(state, whole);
    assertThat(advice.run("train", yaml, sets)).isEmpty();
    assertThat(Files.readString(state.resolveSibling(state.getFileName() + ".sha256")))
        .isEqualTo("%s  %s%n", Tiny.STORE.sha256(Tiny.hadoop(state)), state.getFileName());
  }

  /** Runs of earlier releases have no hashes. */
  @Test
  void aRunWithoutHashesGoesOn() throws IOException {
    Advice advice = new Advice(dir);
    String yaml = withoutSchedule();
    assertThat(advice.run("train", yaml, "rounds=1")).isEmpty();
    Files.delete(tiny.out("a").resolve("start.safetensors.sha256"));
    Files.delete(tiny.out("a").resolve("rounds/round=00000/global.safetensors.sha256"));
    assertThat(advice.run("train", yaml, "rounds=2")).isEmpty();
  }

  @Test
  void ofAFolderWhereAFileIsWritten() throws IOException {
    Advice advice = new Advice(dir);
    String yaml = withoutSchedule();
    assertThat(advice.run("train", yaml, "rounds=1")).isEmpty();
    Path there = Files.createDirectories(tiny.out("a").resolve("rounds/round=00001/round.json"));
    assertThat(advice.run("train", yaml, "rounds=2"))
        .contains(there + ": is a folder, a file is to be written there: remove it");
    Files.delete(there);
    assertThat(advice.run("train", yaml, "rounds=2")).isEmpty();
    assertThat(there).isRegularFile();
  }
}
