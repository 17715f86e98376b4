package org.tributary.job;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.WordNetImport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The job {@code import-wordnet}: makes a text classification data set from a Maven artifact. */
@Command(
    name = "import-wordnet",
    description = "Writes WordNet's noun definitions and their categories as Parquet.")
public final class ImportWordnet implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "OUT", description = "folder to make: a path or URI")
  private String out;

  @Option(names = "--seed", description = "seed of the parts (default: ${DEFAULT-VALUE})")
  private long seed = 0;

  @Option(
      names = "--validation",
      description = "share of all rows for validation (default: ${DEFAULT-VALUE})")
  private double validation = 0.05;

  @Option(
      names = "--test",
      description = "share of all rows for the test (default: ${DEFAULT-VALUE})")
  private double test = 0.05;

  @Override
  public Integer call() throws IOException {
    Store store = Store.of(SparkSessions.hadoop());
    Path folder = store.path(out);
    WordNetImport.Result result = WordNetImport.run(store, folder, seed, validation, test);
    spec.commandLine()
        .getOut()
        .printf(
            "%s %s: rows %s%n",
            folder, result.made() ? "written" : "was there already", result.origin().rows());
    return 0;
  }
}
