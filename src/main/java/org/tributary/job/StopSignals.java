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
 * Ends a job cleanly after SIGTERM, SIGINT or SIGHUP: the job's thread is interrupted, tasks end at
 * their next step, the lock is released, and the JVM ends with the usual exit code for that signal,
 * 143, 130 or 129. A second signal ends the JVM at once, and so does the first one if the job has
 * not ended within half a minute. In these cases the JVM ends by the default action of the signal,
 * without running destructors of native libraries that may still be computing.
 */
public final class StopSignals {
  /** The signals of Ctrl-C, the end of the terminal, kill and cluster managers. */
  private static final List<String> SIGNALS = List.of("INT", "HUP", "TERM");

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final int SHELLS = 128;

  /** The message for a job that can resume. */
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
   * @param err the writer for the message
   * @param words the message, such as {@link #RESUME}
   * @return the listener, which knows whether the job was asked to stop
   */
  public static StopSignals listen(Thread job, PrintStream err, String words) {
    return listen(job, err, words, LONGEST);
  }

  /** The same with another time limit for the end of the job. */
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
    // Messages of Spark and Hadoop about interrupted work do not help the user who interrupted it.
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
      // Nobody interrupts this thread; then only the end remains.
    }
    DefaultAction.take(signal);
  }

  /**
   * Whether the job was asked to stop; later exceptions of the job are ignored.
   *
   * @return true from the first signal on
   */
  public boolean isAsked() {
    return asked != null;
  }

  /**
   * The exit code.
   *
   * @param ended the exit code of the job
   * @return that code, or 128 plus the signal's number if the job was asked to stop
   */
  public int code(int ended) {
    return asked == null ? ended : SHELLS + asked.getNumber();
  }
}
