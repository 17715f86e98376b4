package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;

/** A plan reports what a run will do. It does not need Spark and changes nothing. */
class PlanTest extends TinyJob {
  private String file(String name, String yaml) throws IOException {
    Path file = dir.resolve(name);
    Files.writeString(file, yaml);
    return file.toString();
  }

  private String train() throws IOException {
    return file("train.yaml", tiny.yaml("run", "fedavg"));
  }

  private List<Path> all() throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files.sorted().toList();
    }
  }

  private static JobRun plan(String... args) {
    String[] all = Stream.concat(Stream.of("plan"), Stream.of(args)).toArray(String[]::new);
    return JobRun.of(all);
  }

  @Test
  void ofARun() throws IOException {
    String train = train();
    List<Path> before = all();
    JobRun run = plan(train, "--set", "cohort.fraction=0.67");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .anyMatch(line -> line.matches("run +.*/run: fedavg with adamw, 3 rounds"))
        .anyMatch(
            line -> line.matches("clients +3, 2 in each round; .* training rows a client; .*"))
        .anyMatch(line -> line.matches("steps +12 in all; 2 a client and round of 4 rows"))
        .anyMatch(line -> line.startsWith("trainable"))
        .anyMatch(line -> line.matches("up +[0-9.]+ MB a client and round, [0-9.]+ MB in all"))
        .anyMatch(line -> line.matches("down +[0-9.]+ MB in a client's first round.*"))
        .anyMatch(line -> line.startsWith("native     a client:") && line.contains("(estimate"))
        .anyMatch(line -> line.startsWith("heap"))
        .anyMatch(line -> line.startsWith("disk"))
        .anyMatch(line -> line.matches("fits +local\\[2]: 1 executor, 2 clients at once .*"));
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void ofAComparison() throws IOException {
    String compare =
        file(
            "compare.yaml",
            """
            out: %s
            train: %s
            seeds: [1, 2]
            variants:
              full: []
              adapters: [framework.name=fedit, "framework.lora={rank: 2, targets: [query]}"]
              alone: [framework.name=local]
            rates: {adapters: [0.01, 0.1, 0.2]}
            """
                .formatted(dir.resolve("compare"), train()));
    List<Path> before = all();
    JobRun run = plan(compare);
    assertThat(run.code()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines.get(0)).startsWith("variant").contains("MB up/client", "MB native/client");
    assertThat(lines.get(1)).matches("full +fedavg +2 +3 +18 .*");
    assertThat(lines.get(2)).matches("adapters, search +fedit +3 +3 +18 .*");
    assertThat(lines.get(3)).matches("adapters +fedit +2 +3 +18 .*");
    assertThat(lines.get(4)).matches("alone +local +2 +3 +18 .* 0\\.000 +0\\.000 +0\\.000 .*");
    assertThat(lines.get(5)).startsWith("in all: 9 runs, 162 steps, ");
    assertThat(all()).isEqualTo(before);
  }

  /** A search counts every seed of every rate that it may try, apart from the seeds of the runs. */
  @Test
  void ofASearchWithSeveralSeeds() throws IOException {
    String compare =
        """
        out: %s
        train: %s
        seeds: [1, 2]
        variants: {full: []}
        search: {most: 4, rounds: 1, %s}
        """;
    String out = dir.resolve("compare").toString();
    JobRun run = plan(file("compare.yaml", compare.formatted(out, train(), "seeds: [1, 5, 6]")));
    assertThat(run.code()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines.get(1)).matches("full, search +fedavg +12 +1 +6 .*");
    assertThat(lines.get(2)).matches("full +fedavg +2 +3 +18 .*");
    assertThat(lines.get(3)).startsWith("in all: 14 runs, 108 steps, ");
    assertThat(lines.get(4))
        .startsWith("a search is counted with search.most rates, 4, each with 3 seeds; it ends");
    JobRun one = plan(file("compare.yaml", compare.formatted(out, train(), "seed: 5")));
    assertThat(one.out())
        .contains("in all: 6 runs, 60 steps, ")
        .contains("a search is counted with search.most rates, 4; it ends");
  }

  @Slow
  @ParameterizedTest
  @CsvSource({"fedavg, ", "fedit, 'framework.lora={rank: 2, targets: [query]}'", "central,"})
  void timedRunsRealStepsOfTheFirstClient(String framework, String set) throws IOException {
    List<String> args =
        new java.util.ArrayList<>(
            List.of(train(), "--timed", "--set", "framework.name=" + framework));
    if (set != null) {
      args.addAll(List.of("--set", set));
    }
    List<Path> before = all();
    JobRun run = plan(args.toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .anyMatch(line -> line.matches("step +0\\.\\d+ s for a step of the first client, .*"))
        .anyMatch(line -> line.matches("time +\\d+ s if all steps take as long and 2 clients .*"));
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void whatIsNoRunIsRefused() throws IOException {
    String partition = file("p.yaml", "source: {format: jsonl, train: a}\nname: a\n");
    plan(partition).assertTold(2, "p.yaml: is the file of partition", "partition --check");
    String generate = file("g.yaml", "out: a\ndata: {paths: [a]}\n");
    plan(generate).assertTold(2, "g.yaml: is the file of generate", "generate --check");
    assertThat(plan(file("t.yaml", "a: [")).code()).isEqualTo(2);
    assertThat(plan(dir.resolve("none.yaml").toString()).code()).isEqualTo(2);
  }

  @Test
  void whatCannotBeginIsRefusedAsTrainDoes() throws IOException {
    JobRun run = plan(train(), "--set", "cohort.minClients=9");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("cohort.minClients: 9 is more than the 3 clients");
    plan(train(), "--set", "client.threads=3")
        .assertTold(2, "client.threads is 3, but an executor of local[2] has 2 cores");
  }
}
