package org.tributary.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.fixture.Pom;
import org.tributary.fixture.ProjectHome;
import org.tributary.fixture.Slow;

/** Tests jobs/shell, and the programs of target/spark-home. */
class ShellScriptTest {
  private static final String JAR = "tributary-" + Pom.version() + ".jar";

  /** Partitions a DataFrame with Tributary's classes, in the shell's own class loader. */
  private static final String SCRIPT =
      """
      import org.tributary.checkpoint.Store
      import org.tributary.config.{ConfigReader, PartitionConfig}
      import org.tributary.partition.Partitioning
      val rows = spark.range(0, 40).selectExpr("concat('s', id % 4) AS site", "concat('text ', id) AS text")
      val yaml = "{source: {format: table, train: rows}, name: set, out: OUT, partitioner: {name: natural, column: site}}"
      val config = ConfigReader.read("p.yaml", yaml, new java.util.ArrayList[String], classOf[PartitionConfig], Partitioning.CHOICES)
      val store = Store.of(spark.sparkContext.hadoopConfiguration)
      val frames = new java.util.HashMap[String, org.apache.spark.sql.DataFrame]
      frames.put("train", rows)
      println("clients " + Partitioning.run(frames, store, config).manifest.clients.keySet)
      println("jars " + spark.sparkContext.listJars.map(_.replaceAll(".*/", "")).sorted.mkString(" "))
      sys.exit(0)
      """;

  @TempDir Path dir;

  private record Outcome(int code, String out, String err) {}

  private Outcome shell(Path home, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", home.resolve("jobs/shell").toString()));
    command.addAll(List.of(args));
    Path out = Files.createTempFile(dir, "out", "");
    Path err = Files.createTempFile(dir, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeAll(Set.of("SPARK_HOME", "HADOOP_CONF_DIR"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(300, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return new Outcome(
        process.waitFor(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }

  @Test
  @Slow
  void theScalaShellHasTributarysClasses() throws Exception {
    Path home = ProjectHome.built(dir.resolve("home"));
    Path script = dir.resolve("s.scala");
    Files.writeString(script, SCRIPT.replace("OUT", dir.resolve("out").toString()));
    Outcome outcome =
        shell(
            home,
            Map.of("SPARK_LOCAL_IP", "127.0.0.1"),
            "spark-shell",
            "--master=local[2]",
            "--conf=spark.ui.enabled=false",
            "-i",
            script.toString());
    assertThat(outcome.out())
        .as(outcome.err())
        .contains("clients [s0, s1, s2, s3]")
        .contains("jars " + JAR);
    assertThat(outcome.code()).isZero();
    assertThat(dir.resolve("out/set/manifest.json")).exists();
  }

  @Test
  void theCommandOfAProgram() throws Exception {
    Path home = ProjectHome.unbuilt(dir.resolve("home"));
    Map<String, String> dry = Map.of("TRIBUTARY_DRY_RUN", "1", "DJL_CACHE_DIR", "/cache");
    String jar = home + "/target/" + JAR;
    assertThat(shell(home, dry, "spark-shell", "--master", "local[2]").out())
        .contains("env OMP_WAIT_POLICY=PASSIVE", "DJL_OFFLINE=true", "DJL_CACHE_DIR=/cache ")
        .contains(home + "/target/spark-home/bin/spark-shell --jars " + jar + " --master ");
    // Jars of the user are added; a Spark distribution also gets the libraries that it lacks.
    Map<String, String> spark = Map.of("TRIBUTARY_DRY_RUN", "1", "SPARK_HOME", "/opt/spark");
    assertThat(
            shell(home, spark, "spark-submit", "--jars", "a.jar,b.jar", "--class=X", "x.jar").out())
        .contains(
            "/opt/spark/bin/spark-submit --jars "
                + jar
                + "\\,OWN_JARS\\,a.jar\\,b.jar --class=X x.jar");
    assertThat(shell(home, spark, "pyspark", "--jars=a.jar").out())
        .contains("/opt/spark/bin/pyspark --jars " + jar + "\\,OWN_JARS\\,a.jar");
  }

  @Test
  void theCoordinatesOfThePageAreThoseOfThePom() throws IOException {
    assertThat(Files.readString(Path.of("docs/spark.md")))
        .contains(
            "--packages org.tributary:tributary:%s,org.nd4j:nd4j-native:%s,org.bytedeco:openblas:%s \\\n"
                .formatted(
                    Pom.version(), Pom.property("nd4j.version"), Pom.property("openblas.version")));
  }

  @Test
  void whatIsWrongIsToldBeforeAnythingStarts() throws Exception {
    Path home = ProjectHome.unbuilt(dir.resolve("home"));
    assertThat(shell(home, Map.of()).code()).isEqualTo(2);
    assertThat(shell(home, Map.of(), "--help").out()).contains("jobs/shell spark-shell --master");
    refused(home, Map.of(), "sparkshell", "unknown program sparkshell; take spark-shell");
    refused(home, Map.of(), "spark-shell", JAR + " is missing; run ./mvnw -DskipTests package");
    Files.createDirectories(home.resolve("target"));
    Files.createFile(home.resolve("target/" + JAR));
    refused(home, Map.of(), "spark-sql", "spark-sql is not among the jars that Maven downloads");
    refused(home, Map.of("SPARK_HOME", "/no"), "pyspark", "/no has no bin/pyspark");
  }

  private void refused(Path home, Map<String, String> environment, String program, String why)
      throws Exception {
    Outcome outcome = shell(home, environment, program);
    assertThat(outcome.err()).startsWith("jobs/shell: ").contains(why).hasLineCount(1);
    assertThat(outcome.code()).isEqualTo(2);
  }
}
