package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tributary.checkpoint.Store;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.partition.Partitioning;
import org.tributary.run.RunSpec;
import org.tributary.setup.StarterFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The job {@code init}: writes first configurations for a model and a raw data set. It changes no
 * file that exists.
 */
@Command(
    name = "init",
    description =
        "Writes partition.yaml, train.yaml and compare.yaml for a model and a raw data set, with"
            + " comments, and says what it guessed.")
public final class Init implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "MODEL", description = "Hugging Face folder: a path or URI")
  private String model;

  @Parameters(
      index = "1",
      paramLabel = "DATA",
      description = "rows (JSON lines, CSV, Parquet) or images: a file or folder, a path or URI")
  private String data;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "local folder for the files (this one)")
  private String out = "";

  @Override
  public Integer call() throws IOException {
    Store store = Store.of(SparkSessions.hadoop());
    StarterFiles files = StarterFiles.of(store, model, data, out.replaceAll("(?<=.)/+$", ""));
    Map<String, String> texts = files.texts();
    Path folder = Path.of(out);
    List<String> there =
        texts.keySet().stream().filter(name -> Files.exists(folder.resolve(name))).toList();
    if (!there.isEmpty()) {
      throw new WrongInput(
          "%s exists; remove it, or name another folder with --out"
              .formatted(folder.resolve(there.get(0))));
    }
    check(store, texts);
    Files.createDirectories(folder.toAbsolutePath());
    PrintWriter say = spec.commandLine().getOut();
    files.notes().forEach(say::println);
    for (Map.Entry<String, String> text : texts.entrySet()) {
      Path file = folder.resolve(text.getKey());
      Files.write(
          file,
          text.getValue().getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.WRITE);
      say.println("written: " + file);
    }
    say.println("next: partition, then train or compare; plan says what they cost");
    say.flush();
    return 0;
  }

  /** The files are those that their jobs take. */
  private static void check(Store store, Map<String, String> texts) throws IOException {
    PartitionConfig partition =
        ConfigReader.written(
                "partition.yaml",
                texts.get("partition.yaml"),
                List.of(),
                PartitionConfig.class,
                Partitioning.CHOICES)
            .config();
    Partitioning.check(store, partition);
    ConfigReader.written(
        "train.yaml", texts.get("train.yaml"), List.of(), TrainConfig.class, RunSpec.CHOICES);
    CompareConfig compare =
        ConfigReader.written(
                "compare.yaml", texts.get("compare.yaml"), List.of(), CompareConfig.class, Map.of())
            .config();
    Variants variants = new Variants(compare, texts.get("train.yaml"));
    compare.variants().keySet().forEach(variants::written);
  }
}
