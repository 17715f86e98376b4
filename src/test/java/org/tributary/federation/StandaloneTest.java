package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.config.TrainConfig;
import org.tributary.fixture.ProjectHome;
import org.tributary.fixture.Slow;
import org.tributary.run.RunFolder;

/** jobs/submit on a standalone cluster: a master and a worker, each in its own process. */
@Timeout(value = 400, unit = TimeUnit.SECONDS)
@Slow
class StandaloneTest {
  private static final String CLUSTER = "org.apache.spark.deploy.";
  @TempDir Path dir;
  private final List<Process> processes = new ArrayList<>();
  private String master;

  @BeforeEach
  void open() throws Exception {
    master =
        start(
            "master",
            "(spark://127.0.0.1:[1-9][0-9]*)",
            List.of("master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
    String[] worker = {"--host", "127.0.0.1", "--port", "0", "--webui-port", "0", "-c", "2"};
    List<String> command = new ArrayList<>(List.of("worker.Worker"));
    command.addAll(List.of(worker));
    command.addAll(List.of("-m", "2g", "-d", dir.resolve("worker").toString(), master));
    start("worker", "(Successfully registered)", command);
  }

  @AfterEach
  void stop() throws Exception {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }

  /** Starts a daemon and waits for the line that its log has when it is ready. */
  private String start(String name, String sign, List<String> main) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(LocalCluster.JVM_OPTIONS.strip().split("\\s+")));
    command.addAll(List.of("-Xmx256m", "-cp", "target/spark-home/jars/*", CLUSTER + main.get(0)));
    command.addAll(main.subList(1, main.size()));
    Path log = dir.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder
        .environment()
        .put("SPARK_HOME", Path.of("target/spark-home").toAbsolutePath().toString());
    Process process = builder.start();
    processes.add(process);
    Pattern pattern = Pattern.compile(sign);
    while (process.isAlive()) {
      Matcher found = pattern.matcher(Files.readString(log));
      if (found.find()) {
        return found.group(1);
      }
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    throw new AssertionError(name + " ended: " + Files.readString(log));
  }

  private Submission submit(Path home, String... args) throws IOException, InterruptedException {
    return Submission.of(
        home, dir, Map.of("TRIBUTARY_SPARK_OPTIONS", "--conf spark.executor.memory=512m"), args);
  }

  @Test
  void relativePathsAreThoseOfWhoSubmits() throws Exception {
    Path home = ProjectHome.built(dir.resolve("home"));
    Tiny tiny = new Tiny(dir, 5, 8);
    TrainConfig config = tiny.config("a", "fedavg", "rounds=1");
    String yaml = tiny.yaml("a", "fedavg").replace(dir + "/", "") + "shared: true\n";
    assertThat(yaml).contains("path: model,", "path: data}", "out: runs/a");
    Files.writeString(dir.resolve("t.yaml"), yaml);

    Submission wrong = submit(home, master, "train", "t.yaml", "--set", "framework.name=fedit");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("framework.lora").doesNotContain("\tat ");
    Submission submission = submit(home, master, "train", "t.yaml", "--set", "rounds=1");
    assertThat(submission.code()).as(submission.err()).isZero();
    assertThat(submission.err()).doesNotContain("is left out", "\tat ");
    RunFolder folder = new RunFolder(Tiny.hadoop(tiny.out("a")));
    assertThat(Tiny.tensors(folder.global(0))).isEqualTo(new PlainLoop(config).run().get(0));
    assertThat(tiny.out("a").resolve("model/model.safetensors")).isRegularFile();
  }
}
