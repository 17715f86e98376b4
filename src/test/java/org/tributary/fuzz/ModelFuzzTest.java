package org.tributary.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.federation.Tiny;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.Slow;

/** Malformed checkpoints and adapters never hang a job, end the JVM or leave files behind. */
@Slow
class ModelFuzzTest {
  @TempDir static Path dir;
  private static Map<Path, byte[]> whole = new TreeMap<>();

  @BeforeAll
  static void makeWorld() throws IOException {
    System.setProperty("spark.master", "local[1]");
    Tiny tiny = new Tiny(dir, 6, 9);
    Files.writeString(dir.resolve("run.yaml"), tiny.yaml("out", "fedavg"));
    Files.createDirectories(dir.resolve("adapter"));
    Path base = Files.createDirectories(dir.resolve("base"));
    for (String name : List.of("model.safetensors", "config.json", "tokenizer.json")) {
      Files.copy(GoldenCases.of("bert/" + name), base.resolve(name));
    }
    for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.copy(GoldenCases.of("bert/adapter/" + name), dir.resolve("adapter/" + name));
    }
    for (String folder : List.of("model", "adapter")) {
      try (var files = Files.list(dir.resolve(folder))) {
        for (Path file : files.toList()) {
          whole.put(file, Files.readAllBytes(file));
        }
      }
    }
  }

  @AfterAll
  static void clearMaster() {
    System.clearProperty("spark.master");
    whole.clear();
  }

  @BeforeEach
  void mend() throws IOException {
    for (Map.Entry<Path, byte[]> file : whole.entrySet()) {
      Files.write(file.getKey(), file.getValue());
    }
  }

  static List<MalformedInput> safetensors() throws IOException {
    return MalformedInputs.safetensors();
  }

  static List<MalformedInput> configs() throws IOException {
    return MalformedInputs.configs();
  }

  static List<MalformedInput> adapters() throws IOException {
    return MalformedInputs.adapters();
  }

  private static String path(String below) {
    return dir.resolve(below).toString();
  }

  @ParameterizedTest
  @MethodSource({"safetensors", "configs"})
  void aCheckpointIsTakenOrRefused(MalformedInput input) throws Exception {
    input.write(dir);
    FuzzTrial.job(dir, "inspect", path("model"));
    FuzzTrial.job(dir, "train", path("run.yaml"), "--check");
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void anAdapterIsTakenOrRefused(MalformedInput input) throws Exception {
    input.write(dir);
    FuzzTrial.job(dir, "inspect", path("adapter"));
    FuzzTrial merged =
        FuzzTrial.job(
            dir,
            "merge-adapter",
            "--model",
            path("base"),
            "--adapter",
            path("adapter"),
            "--out",
            path("merged"));
    if (!merged.refused()) {
      org.apache.commons.io.FileUtils.deleteDirectory(dir.resolve("merged").toFile());
    }
  }

  /** The trial itself tells valid inputs from invalid ones. */
  @Test
  void wholeFilesAreTaken() throws Exception {
    assertThat(FuzzTrial.job(dir, "train", path("run.yaml"), "--check").refused()).isFalse();
    assertThat(FuzzTrial.job(dir, "inspect", path("adapter")).refused()).isFalse();
    Files.writeString(dir.resolve("model/config.json"), "{");
    assertThat(FuzzTrial.job(dir, "train", path("run.yaml"), "--check").message())
        .contains("config.json");
  }

  /** Opening a pipe without a writer waits forever: no code may open it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "piped.yaml",
        "model/config.json",
        "model/model.safetensors",
        "model/tokenizer.json",
        "model/tokenizer_config.json"
      })
  void aPipeIsRefused(String name) throws Exception {
    Path pipe = dir.resolve(name);
    Files.deleteIfExists(pipe);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try {
      String run = name.startsWith("model") ? "run.yaml" : name;
      assertThat(FuzzTrial.job(dir, "train", path(run), "--check").message())
          .contains(pipe.getFileName().toString(), "is a pipe");
    } finally {
      Files.delete(pipe);
    }
  }
}
