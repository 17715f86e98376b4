package org.tributary.job;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkMaster;
import org.tributary.config.GenerateConfig;
import org.tributary.generation.Generation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The job {@code generate}: generates a language model's answers to rows, and resumes if some
 * exist.
 */
@Command(
    name = "generate",
    description = "Generates a language model's answers to rows of text; resumes where it stopped.")
public final class Generate implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigFile file;

  @Override
  public Integer call() throws IOException {
    Configuration hadoop = SparkSessions.hadoop();
    GenerateConfig config = file.read(hadoop, GenerateConfig.class, Map.of());
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("out", config.out());
    paths.put("model.path", config.model().path());
    paths.put("adapter", config.adapter());
    config.data().paths().forEach(path -> paths.put("data.paths: " + path, path));
    PathChecks.checkReachable(paths, config.shared(), hadoop);
    PathChecks.checkUsable(paths, hadoop);
    if (file.isCheck()) {
      paths.remove("out");
      return new CheckOption(spec, hadoop, SparkMaster.isAway())
          .run(List.of(file.name()), paths, () -> Generation.check(Store.of(hadoop), config));
    }
    Generation.Prepared prepared = Generation.prepare(Store.of(hadoop).once(), config);
    try (SparkSession spark = SparkSessions.open("generate", "threads", config.threads());
        RowProgress progress = RowProgress.of("generate", spec.commandLine().getErr())) {
      Generation.Outcome o = new Generation(spark, progress).run(prepared);
      spec.commandLine().getOut().println(summary(o));
      spec.commandLine().getOut().println("answers: " + o.rows());
      return 0;
    }
  }

  private static String summary(Generation.Outcome o) {
    return String.format(
        Locale.ROOT,
        "%d of %d rows written, %d tokens in %.1f s (%.1f rows/s, %.1f tokens/s), %d prompts cut, %d empty",
        o.written(),
        o.all(),
        o.tokens(),
        o.seconds(),
        o.written() / o.seconds(),
        o.tokens() / o.seconds(),
        o.truncated(),
        o.empty());
  }
}
