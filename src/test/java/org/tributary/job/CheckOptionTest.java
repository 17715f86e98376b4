package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEnvironmentUpdate;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.federation.Tiny;
import org.tributary.fixture.JobRun;
import scala.collection.JavaConverters;

/** Jobs that only check whether they could start. */
class CheckOptionTest {
  /** Fast tests have a listener that refuses Spark; it is restored for the tests that follow. */
  private final String listeners = System.getProperty("spark.extraListeners");

  @TempDir Path dir;
  private Tiny tiny;
  private String out;
  private String err;

  @BeforeEach
  void makeWorld() throws IOException {
    System.setProperty("spark.master", "local[2]");
    tiny = new Tiny(dir, 6, 9);
  }

  @AfterEach
  void clear() {
    for (String property :
        List.of("master", "submit.deployMode", "extraListeners", "files", "hadoop.fs.defaultFS")) {
      System.clearProperty("spark." + property);
    }
    if (listeners != null) {
      System.setProperty("spark.extraListeners", listeners);
    }
  }

  private int run(String... args) {
    JobRun run = JobRun.of(args);
    out = run.out();
    err = run.err();
    return run.code();
  }

  private String file(String name, String yaml) throws IOException {
    return Files.writeString(dir.resolve(name), yaml).toString();
  }

  private void nothingWasStarted() {
    assertThat(SparkSession.getDefaultSession().isEmpty()).isTrue();
    assertThat(dir.resolve("runs")).doesNotExist();
  }

  @Test
  void aRunThatCouldBegin() throws IOException {
    String train = file("t.yaml", tiny.yaml("a", "fedavg"));
    assertThat(run("train", train, "--check")).as(err).isZero();
    assertThat(out.lines())
        .containsExactly("reads " + train, "configuration, model and data are in order");
    nothingWasStarted();
  }

  @Test
  void whatDoesNotFitIsWrongInput() throws IOException {
    String train = file("t.yaml", tiny.yaml("a", "fedavg"));
    assertThat(run("train", train, "--check", "--set", "framework.name=fedit")).isEqualTo(2);
    assertThat(err).contains("framework.lora");
    assertThat(run("train", train, "--check", "--set", "data.path=" + dir.resolve("no")))
        .isEqualTo(2);
    assertThat(err).contains("data.path: " + dir.resolve("no") + " does not exist").hasLineCount(1);
    String generate = "out: %s\nmodel: {path: %s}\ndata: {paths: [%s], prompt: \"{text}\"}\n";
    String rows = tiny.data().resolve("client=0000/train").toString();
    String bert = generate.formatted(tiny.out("g"), tiny.model(), rows);
    assertThat(run("generate", file("g.yaml", bert), "--check")).isEqualTo(2);
    assertThat(err).contains("writes no text");
    String llama = generate.formatted(tiny.out("g"), tiny.llama(), rows);
    assertThat(run("generate", file("g.yaml", llama), "--check")).as(err).isZero();
    nothingWasStarted();
  }

  @Test
  void aComparisonNamesBothOfItsFiles() throws IOException {
    String train = file("t.yaml", tiny.yaml("a", "fedavg"));
    String compare = "out: %s\ntrain: %s\nvariants: {one: []}\n".formatted(tiny.out("c"), train);
    String file = file("c.yaml", compare);
    System.setProperty("spark.files", "a.sh,b.sh");
    assertThat(run("compare", file, "--check")).as(err).isZero();
    assertThat(out.lines()).contains("reads " + file, "reads " + train, "ships a.sh", "ships b.sh");
    nothingWasStarted();
  }

  @Test
  void aSourceThatIsNotThereIsToldBeforeSparkStarts() throws IOException {
    String yaml =
        "source: {format: csv, train: %s}\nname: a\npartitioner: {name: iid}\nclients: 2\n";
    String source = Files.writeString(dir.resolve("a.csv"), "text\nhello\n").toString();
    assertThat(run("partition", file("p.yaml", yaml.formatted(source)), "--check"))
        .as(err)
        .isZero();
    assertThat(run("partition", file("p.yaml", yaml.formatted("no.csv")), "--check")).isEqualTo(2);
    assertThat(err).contains("source.train: no.csv does not exist");
    nothingWasStarted();
  }

  @Test
  void whatOnlyTheClusterSeesIsLeftToTheDriver() throws IOException {
    System.setProperty("spark.master", "k8s://https://h:1");
    System.setProperty("spark.submit.deployMode", "cluster");
    String train = file("t.yaml", tiny.yaml("a", "fedavg"));
    List<String> args = new ArrayList<>(List.of("train", train, "--check"));
    args.addAll(List.of("--set", "shared=true", "--set", "model.path=/mnt/models/b"));
    assertThat(run(args.toArray(String[]::new))).as(err).isZero();
    assertThat(err).contains("not checked", "model.path: /mnt/models/b");
    assertThat(out).contains("the configuration is in order").doesNotContain("data");
    args.addAll(List.of("--set", "data.path=noscheme://h/d"));
    assertThat(run(args.toArray(String[]::new))).as(err).isZero();
    assertThat(err).contains("data.path: noscheme://h/d");
    args.addAll(List.of("--set", "rounds=0"));
    assertThat(run(args.toArray(String[]::new))).isEqualTo(2);
    nothingWasStarted();
  }

  /** Records how many CPUs a Spark task takes. */
  public static final class Probe extends SparkListener {
    static volatile String taskCpus;

    @Override
    public void onEnvironmentUpdate(SparkListenerEnvironmentUpdate update) {
      JavaConverters.seqAsJavaList(update.environmentDetails().apply("Spark Properties")).stream()
          .filter(property -> property._1().equals("spark.task.cpus"))
          .forEach(property -> taskCpus = property._2());
    }
  }

  @Test
  void threadsInFlowStyleAreTheCpusOfATask() throws IOException {
    System.setProperty("spark.extraListeners", Probe.class.getName());
    String yaml =
        tiny.yaml("flow", "fedavg").replaceAll("(?s)client:\n.*?\nevaluate", "CLIENT\nevaluate");
    String client = "client: {steps: 1, batch: 4, threads: 2, optimizer: {name: sgd, lr: 0.1}}";
    String train = file("t.yaml", yaml.replace("CLIENT", client).replace("rounds: 3", "rounds: 1"));
    assertThat(run("train", train)).as(err).isZero();
    assertThat(Probe.taskCpus).isEqualTo("2");
  }
}
