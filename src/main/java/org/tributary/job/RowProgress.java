package org.tributary.job;

import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.tributary.generation.GenerationListener;

/**
 * Shows how many rows are written: a live bar on a terminal, a line for every tenth of the rows
 * elsewhere.
 */
final class RowProgress implements GenerationListener, AutoCloseable {
  private final PrintWriter err;
  private final ProgressBar bar;
  private final long begin = System.nanoTime();
  private long tenths = -1;

  private RowProgress(PrintWriter err, ProgressBar bar) {
    this.err = err;
    this.bar = bar;
  }

  /**
   * Progress of a job.
   *
   * @param job its name
   * @param err where lines go
   * @return to be closed
   */
  static RowProgress of(String job, PrintWriter err) {
    if (!Terminal.isStderr()) {
      return new RowProgress(err, null);
    }
    return new RowProgress(
        err,
        new ProgressBarBuilder()
            .setTaskName(job)
            .setInitialMax(-1)
            .setUpdateIntervalMillis(200)
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new ConsoleProgressBarConsumer(System.err))
            .build());
  }

  @Override
  public synchronized void written(long rows, long of, long tokens) {
    if (bar != null) {
      double seconds = (System.nanoTime() - begin) / 1e9;
      bar.maxHint(of);
      bar.stepTo(rows);
      bar.setExtraMessage(String.format(Locale.ROOT, " %.0f tokens/s", tokens / seconds));
    } else if (rows * 10 / of > tenths) {
      tenths = rows * 10 / of;
      err.printf(Locale.ROOT, "%d of %d rows, %d tokens%n", rows, of, tokens);
      err.flush();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
