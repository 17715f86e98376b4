package org.tributary.cluster;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.SparkContext;

/**
 * The reports of YARN about an application's executors that end before they work. Spark informs its
 * listeners only about executors that have registered. For the others it only logs a warning with
 * YARN's message in the driver's log, so this class listens for that warning.
 */
final class YarnExecutors implements FirstExecutor.Executors {
  /** The logger of the warning. */
  static final String SPARKS =
      "org.apache.spark.scheduler.cluster.YarnSchedulerBackend$YarnSchedulerEndpoint";

  /** This number of executors that ended by themselves before they worked is not a coincidence. */
  private static final int ENOUGH = 3;

  private static final Pattern END =
      Pattern.compile(
          "Requesting driver to remove executor (\\S+) for reason (.*)", Pattern.DOTALL);

  /**
   * Executors that YARN removes, for example by preemption or with their node, have negative codes.
   */
  private static final Pattern STATUS = Pattern.compile("Exit status: ([1-9][0-9]*)");

  private static final Pattern MEMORY =
      Pattern.compile("Container killed by YARN for exceeding [^.]*");

  /** The end of a container's stderr, up to YARN's next own line. */
  private static final Pattern STDERR =
      Pattern.compile("bytes of stderr :(.*?)(?:^\\[|\\z)", Pattern.DOTALL | Pattern.MULTILINE);

  private static final Pattern TELLING =
      Pattern.compile("(?m)^.*(?:Error|Exception|Unrecognized|No such|not found|denied).*$");

  private final Logger logger =
      (Logger) LogManager.getContext(SparkContext.class.getClassLoader(), false).getLogger(SPARKS);
  private final Ends appender = new Ends();
  private final Map<String, String> ends = new ConcurrentSkipListMap<>();

  /** Begins to listen. */
  YarnExecutors() {
    appender.start();
    logger.addAppender(appender);
  }

  /** Receives Spark's warnings. */
  private final class Ends extends AbstractAppender {
    Ends() {
      super("tributary-executors", null, null, true, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      Matcher end = END.matcher(event.getMessage().getFormattedMessage());
      if (end.find()) {
        own(end.group(2)).ifPresent(words -> ends.put(end.group(1), words));
      }
    }
  }

  /**
   * How an executor ended by itself.
   *
   * @param reason the reason from YARN and Spark
   * @return in one line; empty if YARN removed it
   */
  static Optional<String> own(String reason) {
    Matcher memory = MEMORY.matcher(reason);
    if (memory.find()) {
      return Optional.of(memory.group());
    }
    Matcher status = STATUS.matcher(reason);
    if (!status.find()) {
      return Optional.empty();
    }
    return Optional.of("exit status " + status.group(1) + lastWords(reason));
  }

  private static String lastWords(String reason) {
    Matcher stderr = STDERR.matcher(reason);
    if (!stderr.find()) {
      return "";
    }
    Matcher telling = TELLING.matcher(stderr.group(1));
    return telling.find() ? ": " + telling.group().strip() : "";
  }

  @Override
  public Optional<FirstExecutor.Fault> fault() {
    if (ends.size() < ENOUGH) {
      return Optional.empty();
    }
    Map.Entry<String, String> end = ends.entrySet().iterator().next();
    return Optional.of(
        new FirstExecutor.Fault(
            "%d executors have ended, such as executor %s (%s)"
                .formatted(ends.size(), end.getKey(), end.getValue()),
            FirstExecutor.Hope.NONE));
  }

  @Override
  public void close() {
    logger.removeAppender(appender);
    appender.stop();
  }
}
