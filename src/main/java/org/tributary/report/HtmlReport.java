package org.tributary.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;

/**
 * Writes a report of runs as one HTML file, and its main table as Markdown, CSV and LaTeX. Equal
 * tables give equal bytes. A report may be written again and again while runs go on: what was read
 * of closed rounds is kept.
 */
public final class HtmlReport {
  private final Store store;
  private final HistoryReader reader;

  /**
   * For files of a store.
   *
   * @param store reaches runs and report
   */
  public HtmlReport(Store store) {
    this.store = store;
    reader = new HistoryReader(store);
  }

  /**
   * Writes a report, or replaces it if it has changed, and beside it the main table: for {@code
   * report.html} the files {@code report-scores.md}, {@code .csv} and {@code .tex}. A reader sees a
   * whole file or none.
   *
   * @param paths of runs, variants, comparisons or folders of them
   * @param file to write
   * @throws org.tributary.error.WrongInput if a path has no run
   * @throws IOException if the file system fails
   */
  public void write(List<Path> paths, Path file) throws IOException {
    Page page = new Page(Subject.read(store, reader, paths));
    replace(file, page.html());
    HtmlTable scores = page.scores();
    String name = file.getName().replaceFirst("\\.[^.]*$", "") + "-scores";
    replace(new Path(file.getParent(), name + ".md"), TableText.markdown(scores));
    replace(new Path(file.getParent(), name + ".csv"), TableText.csv(scores));
    replace(new Path(file.getParent(), name + ".tex"), TableText.latex(scores));
  }

  private void replace(Path file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (store.exists(file)) {
      if (Arrays.equals(store.readAll(file), bytes)) {
        return;
      }
      store.delete(file);
    }
    store.commit(file, out -> out.write(bytes));
  }

  /**
   * The report as text.
   *
   * @param paths see {@link #write}
   * @return a whole HTML file
   * @throws org.tributary.error.WrongInput if a path has no run
   * @throws IOException if the file system fails
   */
  public String html(List<Path> paths) throws IOException {
    return new Page(Subject.read(store, reader, paths)).html();
  }
}
