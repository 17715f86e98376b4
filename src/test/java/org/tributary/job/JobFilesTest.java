package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.config.EvaluateConfig;
import org.tributary.config.GenerateConfig;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.partition.Partitioning;
import org.tributary.run.RunSpec;

/**
 * Every file in jobs/ is accepted by its job, both unchanged and with each change that the file's
 * head describes.
 */
class JobFilesTest {
  private static final String JOB =
      "jobs/submit \\S+ (train|partition|compare|evaluate|generate) (jobs/\\S+\\.yaml)";

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("jobs"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  /** The words after a line's keyword in the comment at the start of a file. */
  private static List<String> head(Path file, String keyword) throws IOException {
    return Files.readAllLines(file).stream()
        .takeWhile(line -> line.startsWith("#"))
        .filter(line -> line.startsWith("# " + keyword + ":"))
        .map(line -> line.substring(keyword.length() + 3).strip())
        .toList();
  }

  private static Record read(Path file, List<String> sets) throws IOException {
    String run = head(file, "Run").get(0);
    assertThat(run.replace("'", "")).matches(JOB).endsWith(file.toString());
    String text = Files.readString(file);
    if (run.contains(" compare ")) {
      return ConfigReader.written(file.toString(), text, sets, CompareConfig.class, Map.of())
          .config();
    }
    if (run.contains(" evaluate ")) {
      return ConfigReader.written(file.toString(), text, sets, EvaluateConfig.class, Map.of())
          .config();
    }
    if (run.contains(" generate ")) {
      return ConfigReader.written(file.toString(), text, sets, GenerateConfig.class, Map.of())
          .config();
    }
    return run.contains(" train ")
        ? ConfigReader.written(file.toString(), text, sets, TrainConfig.class, RunSpec.CHOICES)
            .config()
        : ConfigReader.written(
                file.toString(), text, sets, PartitionConfig.class, Partitioning.CHOICES)
            .config();
  }

  @Test
  void thereAreFiles() throws IOException {
    assertThat(files()).hasSizeGreaterThan(2);
  }

  @ParameterizedTest
  @MethodSource("files")
  void itsJobTakesIt(Path file) throws IOException {
    assertThat(read(file, List.of())).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("files")
  void itsHeadSaysWhatItIsAndNeeds(Path file) throws IOException {
    assertThat(Files.readAllLines(file).get(0)).startsWith("# ").endsWith(".");
    assertThat(head(file, "Needs")).hasSize(1);
    for (String change : head(file, "Change")) {
      List<String> sets =
          Stream.of(change.split("--set ")).map(String::strip).filter(s -> !s.isEmpty()).toList();
      assertThat(read(file, sets)).isNotEqualTo(read(file, List.of()));
    }
  }

  @ParameterizedTest
  @MethodSource("comparisons")
  void everyVariantIsARun(Path file) throws IOException {
    CompareConfig compare = (CompareConfig) read(file, List.of());
    String common = Files.readString(Path.of(compare.train()));
    compare
        .variants()
        .forEach(
            (name, sets) ->
                assertThat(
                        ConfigReader.written(
                            name, common, sets, TrainConfig.class, RunSpec.CHOICES))
                    .isNotNull());
    assertThat(compare.variants()).hasSize(5);
  }

  static List<Path> comparisons() throws IOException {
    return files().stream().filter(file -> file.toString().endsWith("-compare.yaml")).toList();
  }

  @Test
  void runsOfOneComparisonDifferInFrameworkAndRateAlone() throws IOException {
    TrainConfig fedavg = (TrainConfig) read(Path.of("jobs/wordnet-fedavg.yaml"), List.of());
    TrainConfig fedit = (TrainConfig) read(Path.of("jobs/wordnet-fedit.yaml"), List.of());
    assertThat(fedit.seed()).isEqualTo(fedavg.seed());
    assertThat(fedit.rounds()).isEqualTo(fedavg.rounds());
    assertThat(fedit.model()).isEqualTo(fedavg.model());
    assertThat(fedit.data()).isEqualTo(fedavg.data());
    assertThat(fedit.cohort()).isEqualTo(fedavg.cohort());
    assertThat(fedit.client().steps()).isEqualTo(fedavg.client().steps());
    assertThat(fedit.client().batch()).isEqualTo(fedavg.client().batch());
    assertThat(fedit.out()).isNotEqualTo(fedavg.out());
  }
}
