package org.tributary.job;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.tributary.cluster.DefaultAction;
import org.tributary.error.StopRequest;
import sun.misc.Signal;

/**
 * Ends a job cleanly when the system asks for it with SIGTERM, SIGINT or SIGHUP: the job's thread
 * is interrupted, tasks end at their next step, the lock is released, and the JVM ends with the
 * exit code that shells give for that signal, 143, 130 or 129. A second signal ends the JVM at
 * once, and so does the first where the job has not ended within half a minute: by the signal's
 * default action, which runs no destructors of native libraries that may still be computing.
 */
public final class StopSignals {
  /** Ctrl-C, the end of the terminal, and what kill and cluster managers send. */
  private static final List<String> SIGNALS = List.of("INT", "HUP", "TERM");

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final int SHELLS = 128;

  /** What is said of a job that resumes. */
  public static final String RESUME = "stopping; run the same command to resume";

  private final Thread job;
  private final PrintStream err;
  private final String words;
  private final Duration longest;
  private volatile Signal asked;

  private StopSignals(Thread job, PrintStream err, String words, Duration longest) {
    this.job = job;
    this.err = err;
    this.words = words;
    this.longest = longest;
  }

  /**
   * Listens for signals from now on.
   *
   * @param job the thread to interrupt
   * @param err where to say it
   * @param words what to say, such as {@link #RESUME}
   * @return tells whether the job was asked to stop
   */
  public static StopSignals listen(Thread job, PrintStream err, String words) {
    return listen(job, err, words, LONGEST);
  }

  /** The same with another time that the job has to end. */
  static StopSignals listen(Thread job, PrintStream err, String words, Duration longest) {
    StopSignals stop = new StopSignals(job, err, words, longest);
    for (String name : SIGNALS) {
      try {
        Signal.handle(new Signal(name), stop::handle);
      } catch (IllegalArgumentException e) {
        // The JVM runs with -Xrs and ignores signals.
      }
    }
    return stop;
  }

  private synchronized void handle(Signal signal) {
    if (asked != null) {
      DefaultAction.take(signal);
    }
    asked = signal;
    // What Spark and Hadoop say of work that is cut off is of no concern to whoever cut it off.
    Configurator.setAllLevels("", Level.OFF);
    err.println(words);
    Thread limit = new Thread(() -> dieLater(signal), "tributary-stop");
    limit.setDaemon(true);
    limit.start();
    StopRequest.to(job);
  }

  private void dieLater(Signal signal) {
    try {
      Thread.sleep(longest.toMillis());
      err.printf(
          Locale.ROOT, "a step takes longer than %d s and is cut off%n", longest.toSeconds());
    } catch (InterruptedException e) {
      // Nobody interrupts it; what is left is the end.
    }
    DefaultAction.take(signal);
  }

  /**
   * Whether the job was asked to stop; what it throws from then on says nothing.
   *
   * @return true from the first signal on
   */
  public boolean isAsked() {
    return asked != null;
  }

  /**
   * The exit code.
   *
   * @param ended what the job ended with
   * @return that, or 128 and the signal's number where the job was asked to stop
   */
  public int code(int ended) {
    return asked == null ? ended : SHELLS + asked.getNumber();
  }
}
