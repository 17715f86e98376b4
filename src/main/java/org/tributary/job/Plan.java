package org.tributary.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.tributary.checkpoint.Store;
import org.tributary.config.CompareConfig;
import org.tributary.config.LocatedConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.Federation;
import org.tributary.federation.RunChecks;
import org.tributary.json.Yaml;
import org.tributary.planning.RunPlan;
import org.tributary.run.Blueprint;
import org.tributary.run.RunSpec;
import org.tributary.run.SkippedRows;
import org.tributary.run.TaskKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The job {@code plan}: checks a run or a comparison without Spark, and prints what it will do and
 * cost.
 */
@Command(
    name = "plan",
    description =
        "Checks the file of a run or a comparison, and prints steps, bytes, memory and disk;"
            + " starts nothing.")
public final class Plan implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigFile file;

  @Option(
      names = "--timed",
      description = "trains three steps of the first client, and says how long the whole takes")
  private boolean timed;

  private PrintWriter out;
  private Store store;

  @Override
  public Integer call() throws IOException {
    out = spec.commandLine().getOut();
    Configuration hadoop = SparkSessions.hadoop();
    store = Store.of(hadoop);
    switch (kind(hadoop)) {
      case "train" -> train(hadoop);
      case "compare" -> compare(hadoop);
      default ->
          throw new WrongInput(
              "%s: is the file of %s, and a plan is of train or compare; %2$s --check checks it"
                  .formatted(file.name(), kind(hadoop)));
    }
    out.flush();
    return 0;
  }

  /** The job that reads the file, by the keys that only its file has. */
  private String kind(Configuration hadoop) throws IOException {
    JsonNode root;
    try {
      root = Yaml.tree(ConfigFile.text(file.name(), hadoop));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      return "train"; // its reader says what is wrong
    }
    return root.has("variants")
        ? "compare"
        : root.has("source") || root.has("partitioner")
            ? "partition"
            : root.has("decoding") || root.path("data").has("paths") ? "generate" : "train";
  }

  private void train(Configuration hadoop) throws IOException {
    LocatedConfig<TrainConfig> written = file.written(hadoop, TrainConfig.class, RunSpec.CHOICES);
    TrainConfig config = written.config();
    PathChecks.check(config, hadoop);
    Federation.Prepared looked = Federation.look(store, config);
    Blueprint blueprint = looked.blueprint();
    TaskKeys.check(written, blueprint.architecture());
    SkippedRows skipped = looked.skipped() == null ? SkippedRows.NONE : looked.skipped();
    RunPlan plan = RunPlan.of(blueprint, skipped);
    ClusterFit fit = ClusterFit.of(new SparkConf(), config.client().threads());
    PlanText.of(plan, fit).forEach(out::println);
    if (looked.skipped() == null && config.data().badRows().equals("skip")) {
      out.println("rows that cannot be used are counted, because there are too many to look at");
    }
    if (timed) {
      PlanText.timed(plan, fit, Timing.of(store, blueprint, skipped)).forEach(out::println);
    }
  }

  private void compare(Configuration hadoop) throws IOException {
    CompareConfig config = file.read(hadoop, CompareConfig.class, Map.of());
    Variants variants = new Variants(config, ConfigFile.text(file.find(config.train()), hadoop));
    Variants rounds = ComparisonChecks.withRounds(hadoop, variants).variants();
    ComparisonChecks.check(hadoop, rounds, new RunChecks(store), false);
    ComparisonPlan.lines(store, rounds, timed).forEach(out::println);
  }
}
