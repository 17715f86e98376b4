package org.tributary.job;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.CheckpointSummary;
import org.tributary.checkpoint.Store;
import org.tributary.data.Manifest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The job {@code inspect}: what paths hold, in words. */
@Command(
    name = "inspect",
    description =
        "Tells what safetensors files, model folders, adapters and partitioned sets hold.")
public final class Inspect implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "PATH", description = "file or folder: a path or URI")
  private List<String> paths;

  @Override
  public Integer call() throws IOException {
    Store store = Store.of(Sessions.hadoop());
    for (String path : paths) {
      describe(store, store.path(path)).forEach(spec.commandLine().getOut()::println);
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
