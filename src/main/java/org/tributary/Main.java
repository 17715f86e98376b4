package org.tributary;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.StoreTrouble;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;
import org.tributary.federation.QuorumMissed;
import org.tributary.job.Analyze;
import org.tributary.job.BuildInfo;
import org.tributary.job.Compare;
import org.tributary.job.DriverFailed;
import org.tributary.job.Evaluate;
import org.tributary.job.FollowApplication;
import org.tributary.job.Generate;
import org.tributary.job.ImportMinilm;
import org.tributary.job.ImportWordnet;
import org.tributary.job.Init;
import org.tributary.job.Inspect;
import org.tributary.job.KubernetesTrouble;
import org.tributary.job.Logits;
import org.tributary.job.MergeAdapter;
import org.tributary.job.MethodList;
import org.tributary.job.Partition;
import org.tributary.job.Plan;
import org.tributary.job.Report;
import org.tributary.job.Schema;
import org.tributary.job.SparkSessions;
import org.tributary.job.StopSignals;
import org.tributary.job.TableViews;
import org.tributary.job.Train;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/**
 * The command {@code tributary}: one subcommand a job. Exit codes: 0 done, 1 failed (the stack
 * trace is in the log, unless one line says it all), 2 wrong input (the message says what and how
 * to fix it).
 */
@Command(
    name = "tributary",
    description = "Federated fine-tuning of language models on Apache Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = BuildInfo.Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "JOB",
    commandListHeading = "%nJobs:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed; the log says why",
      "2:wrong input; nothing was changed",
      "129, 130, 143:stopped by SIGHUP, SIGINT, SIGTERM; the same command resumes"
    },
    subcommands = {
      ImportMinilm.class,
      ImportWordnet.class,
      Partition.class,
      Plan.class,
      Train.class,
      Compare.class,
      Evaluate.class,
      Analyze.class,
      Generate.class,
      FollowApplication.class,
      Inspect.class,
      Init.class,
      Report.class,
      TableViews.class,
      MethodList.class,
      Schema.class,
      Logits.class,
      MergeAdapter.class
    })
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  /**
   * Runs a job and ends the JVM with its exit code.
   *
   * @param args job and its arguments
   * @throws DriverFailed on YARN's nodes, to hand code and cause to the application master
   */
  public static void main(String... args) {
    // What people read and what programs parse is the same in every locale.
    Locale.setDefault(Locale.ROOT);
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    boolean follows = args.length > 0 && args[0].equals("follow");
    StopSignals stop =
        StopSignals.listen(
            Thread.currentThread(),
            System.err,
            follows ? FollowApplication.STOPPING : StopSignals.RESUME);
    AtomicReference<String> why = new AtomicReference<>("its log says why");
    int code = stop.code(run(command(stop::isAsked, why::set), why::set, args));
    if (isYarnsDriver()) {
      // YARN's application master takes System.exit, even of 0, for a failure without a status.
      if (code != ExitCode.OK) {
        throw new DriverFailed(code, stop.isAsked() ? "it was asked to stop" : why.get());
      }
      return;
    }
    System.exit(code);
  }

  /**
   * Runs a job in this JVM.
   *
   * @param args job and its arguments
   * @return the exit code: 0 done, 1 failed, 2 wrong input
   */
  public static int run(String... args) {
    return run(command(() -> false, why -> {}), args);
  }

  /**
   * The command line, ready for {@link #run(CommandLine, String...)}.
   *
   * @param stopping whether the job was asked to stop: what it throws then says nothing
   * @param why receives the reason why a job failed
   * @return a new one
   */
  static CommandLine command(BooleanSupplier stopping, Consumer<String> why) {
    CommandLine line = new CommandLine(new Main());
    CommandLine.IParameterExceptionHandler wrongUse = line.getParameterExceptionHandler();
    return line.setOut(utf8(System.out))
        .setErr(utf8(System.err))
        .setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(Main::execute)
        .setParameterExceptionHandler(
            (e, args) -> {
              why.accept(e.getMessage());
              return wrongUse.handleParseException(e, args);
            })
        .setExecutionExceptionHandler(
            (e, command, parsed) ->
                stopping.getAsBoolean() ? ExitCode.SOFTWARE : failed(e, command.getErr(), why));
  }

  /** Runs the job that was asked for. Help comes first, because it needs nothing of Spark. */
  private static int execute(ParseResult parsed) {
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    SparkSessions.takeSettings();
    return new CommandLine.RunLast().execute(parsed);
  }

  private static PrintWriter utf8(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  /**
   * Runs a job of a command line.
   *
   * @param command says which jobs there are and where their output goes
   * @param args job and its arguments
   * @return the exit code
   */
  static int run(CommandLine command, String... args) {
    return run(command, why -> {}, args);
  }

  private static int run(CommandLine command, Consumer<String> why, String... args) {
    try {
      return command.execute(args);
    } catch (Error e) {
      // Libraries that do not load and memory that is out are failures of the job like any other.
      return failed(e, command.getErr(), why);
    }
  }

  private static int failed(Throwable thrown, PrintWriter err, Consumer<String> why) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      // The message of a missed quorum has every client's reason, so a stack trace is not needed.
      if (e instanceof WrongInput || e instanceof QuorumMissed) {
        tell(e.getMessage(), thrown, err, why);
        return e instanceof WrongInput ? ExitCode.USAGE : ExitCode.SOFTWARE;
      }
      if (e instanceof InterruptedException && e.getMessage() != null) {
        // Somebody stopped Spark, such as the cluster that ended the application.
        LOG.debug("stopped", thrown);
        err.println(e.getMessage());
        err.flush();
        return ExitCode.SOFTWARE;
      }
    }
    Optional<String> trouble =
        Trouble.in(thrown)
            .or(() -> KubernetesTrouble.in(thrown))
            .or(() -> StoreTrouble.in(thrown))
            .map(Trouble::getMessage);
    if (trouble.isPresent()) {
      tell(trouble.get(), thrown, err, why);
      return ExitCode.SOFTWARE;
    }
    LOG.error("failed: {}", thrown.toString(), thrown);
    why.accept(thrown.toString());
    return ExitCode.SOFTWARE;
  }

  private static void tell(
      String message, Throwable thrown, PrintWriter err, Consumer<String> why) {
    LOG.debug("failed", thrown);
    err.println(message);
    err.flush();
    why.accept(message);
  }

  /** YARN's application master says who it is to the driver that it runs. */
  private static boolean isYarnsDriver() {
    return System.getProperty("spark.yarn.app.id") != null
        && "cluster".equals(System.getProperty("spark.submit.deployMode"));
  }
}
