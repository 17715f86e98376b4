package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.config.TrainConfig;
import org.tributary.fixture.ProjectHome;
import org.tributary.fixture.Slow;
import org.tributary.run.RunFolder;

/** jobs/submit on YARN: a resource manager and a node manager in their own JVM. */
@Timeout(value = 400, unit = TimeUnit.SECONDS)
@Slow
class YarnTest {
  @TempDir Path dir;
  private YarnDaemons yarn;
  private Path home;
  private Tiny tiny;

  @BeforeEach
  void open() throws Exception {
    yarn = YarnDaemons.start(dir);
    home = ProjectHome.built(dir.resolve("home"));
    tiny = new Tiny(dir, 5, 8);
    Files.writeString(dir.resolve("t.yaml"), tiny.yaml("a", "fedavg") + "shared: true\n");
  }

  @AfterEach
  void stop() throws Exception {
    yarn.close();
  }

  private Submission submit(String deploy, String... args) throws Exception {
    return submit(deploy, "-XX:TieredStopAtLevel=1", args);
  }

  private Submission submit(String deploy, String executorsJava, String[] args) throws Exception {
    String java = System.getProperty("java.home");
    return Submission.of(
        home,
        dir,
        Map.of(
            "HADOOP_CONF_DIR",
            dir.resolve("conf").toString(),
            "TRIBUTARY_DEPLOY_MODE",
            deploy,
            "TRIBUTARY_SPARK_OPTIONS",
            String.join(
                " --conf ",
                "--conf spark.yarn.jars=local:"
                    + Path.of("target/spark-home/jars/*").toAbsolutePath(),
                "spark.executorEnv.JAVA_HOME=" + java,
                "spark.yarn.appMasterEnv.JAVA_HOME=" + java,
                "spark.yarn.stagingDir=" + dir.resolve("staging").toUri(),
                "spark.executor.extraJavaOptions=" + executorsJava,
                "spark.executor.instances=1",
                "spark.yarn.am.memory=384m",
                "spark.executor.memory=512m",
                "spark.executor.memoryOverhead=384m")),
        args);
  }

  @Test
  void wrongInputIsToldBeforeYarnIsAskedAndADriverHereHasExecutorsThere() throws Exception {
    int before = yarn.applications().size();
    Submission wrong =
        submit("cluster", "yarn", "train", "t.yaml", "--set", "framework.name=fedit");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("framework.lora").doesNotContain("\tat ");
    assertThat(yarn.applications()).hasSize(before);
    TrainConfig config = tiny.config("a", "fedavg", "rounds=1");
    Submission submission = submit("client", "yarn", "train", "t.yaml", "--set", "rounds=1");
    assertThat(submission.code()).as(submission.err()).isZero();
    assertThat(submission.err()).doesNotContain("AmIpFilter", "\tat ");
    RunFolder folder = new RunFolder(Tiny.hadoop(tiny.out("a")));
    assertThat(Tiny.tensors(folder.global(0))).isEqualTo(new PlainLoop(config).run().get(0));
    assertThat(yarn.applications()).as("the sign that YARN was asked").hasSize(before + 1);
  }

  @Test
  void executorsThatDieAtOnceEndTheJobLongBeforeTheWaitDoes() throws Exception {
    String[] args = {"yarn", "train", "t.yaml"};
    Submission submission = submit("client", "-agentlib:nosuch", args);
    assertThat(submission.code()).isEqualTo(1);
    assertThat(submission.err())
        .containsPattern("has no executor that works: [0-9]+ executors have ended, such as")
        .contains("exit status 1")
        .doesNotContain("\tat ");
    assertThat(tiny.out("a")).as("nothing was written").doesNotExist();
  }
}
