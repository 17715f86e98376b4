package org.tributary.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.CheckpointSummary;
import org.tributary.checkpoint.Store;
import org.tributary.data.Manifest;
import org.tributary.federation.RunFolder;
import org.tributary.federation.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The job {@code inspect}: what paths hold, in words. */
@Command(
    name = "inspect",
    description =
        "Tells what safetensors files, model folders, adapters, partitioned sets and runs hold;"
            + " several runs side by side.")
public final class Inspect implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "PATH", description = "file or folder: a path or URI")
  private List<String> paths;

  @Override
  public Integer call() throws IOException {
    Store store = Store.of(Sessions.hadoop());
    List<RunReport> runs = new ArrayList<>();
    for (String path : paths) {
      RunFolder run = new RunFolder(store.path(path));
      if (store.exists(run.config())) {
        runs.add(RunReport.of(store, run));
      } else {
        describe(store, run.root()).forEach(spec.commandLine().getOut()::println);
      }
    }
    if (!runs.isEmpty()) {
      RunReport.table(runs).forEach(spec.commandLine().getOut()::println);
    }
    return 0;
  }

  private static List<String> describe(Store store, Path path) throws IOException {
    if (store.exists(new Path(path, Manifest.FILE))) {
      return PartitionSummary.of(path, Manifest.read(store, path));
    }
    return CheckpointSummary.of(store, path);
  }
}
