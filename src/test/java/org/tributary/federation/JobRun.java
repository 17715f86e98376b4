package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.tributary.Main;

/**
 * How a job ended that was called as users call it.
 *
 * @param code its exit code
 * @param err what it said itself on stderr; a stack trace would go to the log instead
 */
record JobRun(int code, String err) {
  static JobRun of(String... args) {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      return new JobRun(Main.run(args), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  static void done(String... args) {
    JobRun run = of(args);
    assertThat(run.code()).as(run.err()).isZero();
  }

  /** Holds that it ended with one message of one line. */
  void assertTold(int expected, String... parts) {
    assertThat(code).as(err).isEqualTo(expected);
    assertThat(err).contains(parts).doesNotContain("\tat ").hasLineCount(1);
  }
}
