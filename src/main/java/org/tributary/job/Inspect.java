package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.CheckpointSummary;
import org.tributary.checkpoint.Store;
import org.tributary.json.Json;
import org.tributary.rows.Manifest;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.RunFolder;
import org.tributary.run.RunFolders;
import org.tributary.setup.ModelFit;
import org.tributary.tables.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The job {@code inspect}: describes the files and folders at paths. */
@Command(
    name = "inspect",
    description =
        "Describes safetensors files, model folders, adapters, partitioned sets and runs;"
            + " several runs side by side, and those of a comparison. Of a model it says whether it is"
            + " supported, its layers for adapters, and what memory its training takes.")
public final class Inspect implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "PATH", description = "file or folder: a path or URI")
  private List<String> paths;

  @Option(
      names = "--json",
      description = "prints one JSON array, with an object for each file, folder and run")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Store store = Store.of(SparkSessions.hadoop());
    List<RunReport> runs = new ArrayList<>();
    List<Map<String, Object>> trees = new ArrayList<>();
    PrintWriter out = spec.commandLine().getOut();
    for (String named : paths) {
      Path path = store.path(named);
      List<RunFolder> found = RunFolders.at(store, path);
      for (RunFolder run : found) {
        RunReport report = RunReport.of(store, run);
        runs.add(report);
        trees.add(InspectTree.of(run, report));
      }
      if (found.isEmpty() && json) {
        trees.add(InspectTree.of(store, path));
      } else if (found.isEmpty()) {
        describe(store, path).forEach(out::println);
      }
    }
    if (json) {
      out.println(Json.elements(trees));
    } else if (!runs.isEmpty()) {
      RunReport.table(runs).forEach(out::println);
    }
    out.flush();
    return 0;
  }

  private static List<String> describe(Store store, Path path) throws IOException {
    if (ComparisonFolder.isOwn(store, path)) {
      return List.of(path + " belongs to a comparison and is not a run");
    }
    if (ComparisonFolder.is(store, path)) {
      return List.of(path + " is a comparison of which no run has begun");
    }
    if (store.exists(new Path(path, Manifest.FILE))) {
      return PartitionSummary.of(path, Manifest.read(store, path));
    }
    CheckpointSummary summary = CheckpointSummary.of(store, path);
    List<String> lines = new ArrayList<>(summary.head());
    if (summary.isModel()) {
      lines.addAll(ModelFit.of(store, path.toString()).lines());
    }
    lines.addAll(summary.table());
    return lines;
  }
}
