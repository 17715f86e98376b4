package org.tributary.job;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The exception with which a driver in YARN's application master reports why it failed. The master
 * puts its text into the diagnostics of the application, which the resource manager reports.
 */
public final class DriverFailed extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final Pattern TEXT =
      Pattern.compile("Tributary ended with exit code (\\d{1,3}): (.*)");

  /** The most characters: diagnostics are kept in the memory of the resource manager. */
  private static final int LONGEST = 2000;

  /**
   * A failure.
   *
   * @param code the exit code
   * @param why the message on stderr
   */
  public DriverFailed(int code, String why) {
    super(
        "Tributary ended with exit code %d: %s"
            .formatted(
                code,
                why.strip()
                    .substring(0, Math.min(LONGEST, why.strip().length()))
                    .replace("\n", "\\n")),
        null,
        false,
        false);
  }

  @Override
  public String toString() {
    return getMessage();
  }

  /**
   * The result that a driver reported.
   *
   * @param code its exit code
   * @param why its message, in lines
   */
  record Told(int code, String why) {
    /** Looks for the result in an application's diagnostics. */
    static Optional<Told> in(String diagnostics) {
      Matcher found = TEXT.matcher(diagnostics);
      return found.find()
          ? Optional.of(
              new Told(Integer.parseInt(found.group(1)), found.group(2).replace("\\n", "\n")))
          : Optional.empty();
    }
  }
}
