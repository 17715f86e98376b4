package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkMaster;
import org.tributary.config.LocatedConfig;
import org.tributary.config.TrainConfig;
import org.tributary.federation.Federation;
import org.tributary.federation.RoundListener;
import org.tributary.federation.RoundListeners;
import org.tributary.run.RunSpec;
import org.tributary.run.TaskKeys;
import org.tributary.tables.RunReport;
import org.tributary.tables.TablesFolder;
import org.tributary.tracking.Tracking;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The job {@code train}: starts or resumes a federated run. */
@Command(name = "train", description = "Runs federated fine-tuning, or resumes a run that stopped.")
public final class Train implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigFile file;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Configuration hadoop = SparkSessions.hadoop();
    LocatedConfig<TrainConfig> written = file.written(hadoop, TrainConfig.class, RunSpec.CHOICES);
    TrainConfig config = written.config();
    PathChecks.check(config, hadoop);
    if (file.isCheck()) {
      return new CheckOption(spec, hadoop, SparkMaster.isAway())
          .run(
              List.of(file.name()),
              PathChecks.inputs(config),
              () -> {
                Federation.Prepared looked = Federation.look(Store.of(hadoop), config);
                TaskKeys.check(written, looked.blueprint().architecture());
              });
    }
    Federation.Prepared prepared = Federation.prepare(Store.of(hadoop), config);
    TaskKeys.check(written, prepared.blueprint().architecture());
    Tracking.check(Store.of(hadoop), config);
    try (SparkSession spark = SparkSessions.open("train", config.client().threads())) {
      Store store = Store.of(hadoop);
      LiveReport report = LiveReport.of(store, store.path(config.out()));
      Federation.Outcome outcome;
      // The bar is gone before the table is printed.
      try (LiveTracking tracking = LiveTracking.of(store, config);
          RunProgress progress = RunProgress.of(config, spec.commandLine().getErr())) {
        RoundListener listener = RoundListeners.of(progress, report, tracking);
        outcome = tracking.follow(() -> new Federation(spark, listener).train(prepared));
      }
      PrintWriter out = spec.commandLine().getOut();
      RunReport.table(List.of(RunReport.of(store, outcome.folder()))).forEach(out::println);
      outcome.results().forEach(folder -> out.println("result: " + folder));
      out.println("tables: " + TablesFolder.of(store, outcome.folder()).root());
      report.write(out);
      return 0;
    }
  }
}
