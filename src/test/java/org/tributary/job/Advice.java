package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tributary.fixture.JobRun;

/**
 * Runs jobs in this JVM; tests read their messages and follow them.
 *
 * @param dir of the configurations
 */
record Advice(Path dir) {

  /** The message of a job that refuses its input; empty if the job accepts it. */
  static String told(String... args) {
    JobRun run = JobRun.of(args);
    assertThat(run.code()).as(run.err()).isIn(0, 2);
    return run.code() == 0 ? "" : run.err();
  }

  /** The message of {@code --check} about a configuration. */
  String check(String job, String yaml, String... sets) throws IOException {
    return told(job, yaml, List.of("--check"), sets);
  }

  /** The message of the job itself. */
  String run(String job, String yaml, String... sets) throws IOException {
    return told(job, yaml, List.of(), sets);
  }

  private String told(String job, String yaml, List<String> options, String... sets)
      throws IOException {
    Path file = Files.writeString(dir.resolve(job + ".yaml"), yaml);
    List<String> args = new ArrayList<>(List.of(job, file.toString()));
    args.addAll(options);
    for (String set : sets) {
      args.add("--set=" + set.strip());
    }
    return told(args.toArray(String[]::new));
  }

  /** The settings in a list that is separated by {@code &}. */
  static String[] sets(String list) {
    return list == null || list.isBlank() ? new String[0] : list.split(" & ");
  }

  /**
   * Checks that wrong settings give the message, and that each of the right settings is accepted.
   */
  void followed(String job, String yaml, String wrong, String says, String right)
      throws IOException {
    assertThat(check(job, yaml, sets(wrong))).contains(says);
    for (String one : right.split(" OR ")) {
      assertThat(check(job, yaml, sets(one))).as(one).isEmpty();
    }
  }
}
