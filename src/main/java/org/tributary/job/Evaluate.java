package org.tributary.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.tributary.assessment.Assessment;
import org.tributary.cluster.SparkMaster;
import org.tributary.config.EvaluateConfig;
import org.tributary.config.LocatedConfig;
import org.tributary.evaluation.Evaluation;
import org.tributary.run.TaskKeys;
import org.tributary.tables.ScoreTables;
import org.tributary.tables.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The job {@code evaluate}: scores a model, an adapter or a run, and resumes if it stopped. */
@Command(
    name = "evaluate",
    description =
        "Scores a model, an adapter or a run on rows of a partitioned set; keeps all predictions; resumes where it stopped.")
public final class Evaluate implements Callable<Integer> {
  private static final List<String> SHOWN =
      List.of(
          "loss", "accuracy", "macro_f1", "ece", "perplexity", "bleu4", "rouge_l", "exact_match");

  @Spec private CommandSpec spec;

  @Mixin private ConfigFile file;

  @Override
  public Integer call() throws IOException {
    Configuration hadoop = SparkSessions.hadoop();
    LocatedConfig<EvaluateConfig> written = file.written(hadoop, EvaluateConfig.class, Map.of());
    EvaluateConfig config = written.config();
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("out", config.out());
    paths.put("run", config.run());
    paths.put("model.path", config.model() == null ? null : config.model().path());
    paths.put("adapter", config.adapter());
    paths.put("data.path", config.data() == null ? null : config.data().path());
    PathChecks.checkReachable(paths, config.shared(), hadoop);
    PathChecks.checkUsable(paths, hadoop);
    if (file.isCheck()) {
      paths.remove("out");
      return new CheckOption(spec, hadoop, SparkMaster.isAway())
          .run(List.of(file.name()), paths, () -> prepare(hadoop, written));
    }
    Assessment.Prepared prepared = prepare(hadoop, written);
    try (SparkSession spark = SparkSessions.open("evaluate", "threads", config.threads())) {
      Assessment.Outcome outcome = new Assessment(spark).run(prepared);
      table(outcome.scored()).forEach(spec.commandLine().getOut()::println);
      spec.commandLine().getOut().println("tables: " + outcome.tables());
      return 0;
    }
  }

  private static Assessment.Prepared prepare(
      Configuration hadoop, LocatedConfig<EvaluateConfig> written) throws IOException {
    Assessment.Prepared prepared = Assessment.prepare(hadoop, written.config());
    written.refuse(TaskKeys.unreadInEvaluation(prepared.architecture()));
    return prepared;
  }

  /** One line for each evaluation. */
  private static List<String> table(List<ScoreTables.Scored> scored) {
    List<String> shown =
        SHOWN.stream().filter(scored.get(0).whole().scores()::containsKey).toList();
    List<String> head = new ArrayList<>(List.of("part", "client", "rows"));
    head.addAll(shown);
    List<List<String>> cells = new ArrayList<>(List.of(head));
    for (ScoreTables.Scored one : scored) {
      for (Evaluation e : one.all()) {
        List<String> line = new ArrayList<>();
        line.add(e.part());
        line.add(e.client() == null ? "all" : e.client());
        line.add(Long.toString(e.rows()));
        shown.forEach(score -> line.add(String.format(Locale.ROOT, "%.4f", e.scores().get(score))));
        cells.add(line);
      }
    }
    return TextTable.aligned(cells);
  }
}
