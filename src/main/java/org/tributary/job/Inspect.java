package org.tributary.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.CheckpointSummary;
import org.tributary.checkpoint.Store;
import org.tributary.rows.Manifest;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.RunFolder;
import org.tributary.run.RunFolders;
import org.tributary.tables.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The job {@code inspect}: describes the files and folders at paths. */
@Command(
    name = "inspect",
    description =
        "Describes safetensors files, model folders, adapters, partitioned sets and runs;"
            + " several runs side by side, and those of a comparison.")
public final class Inspect implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "PATH", description = "file or folder: a path or URI")
  private List<String> paths;

  @Override
  public Integer call() throws IOException {
    Store store = Store.of(SparkSessions.hadoop());
    List<RunReport> runs = new ArrayList<>();
    for (String named : paths) {
      Path path = store.path(named);
      List<RunFolder> found = RunFolders.at(store, path);
      for (RunFolder run : found) {
        runs.add(RunReport.of(store, run));
      }
      if (found.isEmpty()) {
        describe(store, path).forEach(spec.commandLine().getOut()::println);
      }
    }
    if (!runs.isEmpty()) {
      RunReport.table(runs).forEach(spec.commandLine().getOut()::println);
    }
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
    return CheckpointSummary.of(store, path);
  }
}
