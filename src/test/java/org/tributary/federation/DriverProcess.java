package org.tributary.federation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.tributary.config.ConfigReader;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.RoundListener.Phase;
import org.tributary.run.RunSpec;

/** A driver in its own JVM. */
record DriverProcess(Process process, Path output) {
  /** The exit code of a driver that died at the requested point. */
  static final int KILLED = 99;

  /** The point at which a driver dies; null if it does not die. */
  record Death(int round, Phase phase) {}

  static DriverProcess start(Path yaml, Disturbance disturbance, Death death) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(LocalCluster.JVM_OPTIONS.strip().split("\\s+")));
    command.addAll(
        List.of(
            "-Xmx1g",
            "-Dspark.ui.enabled=false",
            "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            yaml.toString(),
            disturbance.folder().toString(),
            death == null ? "" : death.round() + " " + death.phase()));
    Path output = Files.createTempFile(disturbance.folder(), "driver", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new DriverProcess(process, output);
  }

  /** Waits until the process ends. */
  int exitCode(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the driver did not end in %d s: %s".formatted(seconds, output));
    }
    return process.exitValue();
  }

  /** The output of the process. */
  String said() throws IOException {
    return Files.readString(output);
  }

  /** Trains as a file configures it, and dies in a phase. */
  public static final class Main {
    private Main() {}

    /** Arguments: YAML, folder of the disturbance, {@code round phase} of the death or nothing. */
    public static void main(String[] args) {
      int code = 1;
      try {
        train(Path.of(args[0]), args[1], args[2]);
        code = 0;
      } catch (WrongInput e) {
        System.out.println(e.getMessage());
        code = 2;
      } catch (Exception e) {
        e.printStackTrace(System.out);
      }
      System.exit(code);
    }

    private static void train(Path yaml, String disturbance, String death) throws Exception {
      SparkSession spark =
          SparkSession.builder()
              .master("local[2]")
              .appName("driver")
              .config(ClientListener.PROPERTY, Disturbance.Listener.class.getName())
              .config(Disturbance.FOLDER, disturbance)
              .getOrCreate();
      TrainConfig config =
          ConfigReader.read(
              yaml.toString(),
              Files.readString(yaml),
              List.of(),
              TrainConfig.class,
              RunSpec.CHOICES);
      RoundListener listener =
          new RoundListener() {
            @Override
            public void phase(int round, Phase phase) {
              if (death.equals(round + " " + phase)) {
                Runtime.getRuntime().halt(KILLED);
              }
            }
          };
      new Federation(spark, listener).train(config);
    }
  }
}
