package org.tributary.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.report.HtmlReport;
import org.tributary.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The job {@code report}: an HTML file about runs or a comparison. */
@Command(
    name = "report",
    description =
        "Writes an HTML report about a run, several runs or a comparison. train and compare write it, too.")
public final class Report implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description = "folder of a run or a comparison, or of several: a path or URI")
  private List<String> paths;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "file to write or replace; without it report.html in the folder, if there is one PATH")
  private String out;

  @Override
  public Integer call() throws IOException {
    Store store = Store.of(SparkSessions.hadoop());
    List<Path> folders = new ArrayList<>();
    for (String path : paths) {
      folders.add(store.path(path));
    }
    Path file = file(store, folders);
    new HtmlReport(store).write(folders, file);
    spec.commandLine().getOut().println("report: " + file);
    return 0;
  }

  private Path file(Store store, List<Path> folders) throws IOException {
    if (out == null) {
      if (folders.size() > 1) {
        throw new WrongInput(
            "--out is missing: name the file of a report about several paths, such as --out report.html");
      }
      return new RunFolder(folders.get(0)).report();
    }
    Path file = store.path(out);
    if (!file.getName().matches("(?i).*\\.html?")) {
      throw new WrongInput(
          "--out %s: a report is HTML, and its file is replaced; give a name that ends with .html"
              .formatted(out));
    }
    if (store.exists(file) && store.status(file).isDirectory()) {
      throw new WrongInput(
          "--out %s is a folder; name a file in it, such as %s/report.html".formatted(out, out));
    }
    return file;
  }
}
