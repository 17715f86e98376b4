package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.Store;
import org.tributary.federation.RoundListener;
import org.tributary.report.HtmlReport;
import org.tributary.run.RunFolder;
import org.tributary.tables.RoundSummary;

/**
 * Keeps the HTML report in the folder of a run or a comparison up to date: after each round, and at
 * the end. A report that cannot be written stops nothing, because it can be written later from the
 * tables.
 */
final class LiveReport implements RoundListener {
  private static final Logger LOG = LoggerFactory.getLogger(LiveReport.class);

  /** A report that is written more quickly than this, in nanoseconds, is written each round. */
  private static final long QUICK = TimeUnit.SECONDS.toNanos(1);

  /** Writing a slower one takes at most one part in so many of the time. */
  private static final int SHARE = 20;

  private final HtmlReport report;
  private final Path folder;
  private final LongSupplier clock;
  private long next;

  LiveReport(Store store, Path folder, LongSupplier clock) {
    report = new HtmlReport(store);
    this.folder = folder;
    this.clock = clock;
    next = clock.getAsLong();
  }

  /**
   * The report of a run or a comparison.
   *
   * @param store reaches the folder
   * @param folder of the run or the comparison
   */
  static LiveReport of(Store store, Path folder) {
    return new LiveReport(store, folder, System::nanoTime);
  }

  /** The report's file. */
  Path file() {
    return new RunFolder(folder).report();
  }

  /** Writes the report, unless it takes so long that it would slow the rounds down. */
  @Override
  public void closed(RoundSummary summary) {
    long begin = clock.getAsLong();
    if (begin - next >= 0) {
      write();
      long end = clock.getAsLong();
      next = end - begin < QUICK ? end : end + SHARE * (end - begin);
    }
  }

  /**
   * Writes the report at the end.
   *
   * @param out is told the file
   */
  void write(PrintWriter out) {
    if (write()) {
      out.println("report: " + file());
    }
  }

  /**
   * Writes the report, or says in the log why not.
   *
   * @return whether it is written
   */
  boolean write() {
    try {
      report.write(List.of(folder), file());
      return true;
    } catch (IOException | RuntimeException e) {
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      LOG.warn(
          "{} is not written: {}; the job report can write it later",
          file(),
          reason.lines().findFirst().orElse(""));
      return false;
    }
  }
}
