package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.fixture.Pom;
import org.tributary.fixture.ProjectHome;
import org.tributary.fixture.Slow;

/**
 * What jobs/submit loads before it answers. Help and refusals take about as long as loading their
 * classes does.
 */
@Slow
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StartTest {
  @TempDir Path dir;
  private Path home;

  @BeforeEach
  void build() throws IOException {
    home = ProjectHome.built(dir.resolve("home"));
  }

  private record Answer(int code, String out, String err) {}

  private Answer run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(dir, "out", "");
    Path err = Files.createTempFile(dir, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of("bash"), Arrays.stream(command)).toList())
            .directory(dir.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeAll(List.of("SPARK_HOME", "HADOOP_CONF_DIR"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("TRIBUTARY_DRIVER_MEMORY", "512m");
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    return new Answer(code, Files.readString(out), Files.readString(err));
  }

  private Answer submit(Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    String submit = home.resolve("jobs/submit").toString();
    return run(
        environment, Stream.concat(Stream.of(submit), Arrays.stream(args)).toArray(String[]::new));
  }

  /** The lines of Java's log about loaded classes: {@code NAME source: WHERE}. */
  private List<String> loaded(int code, String... args) throws IOException, InterruptedException {
    Path log = Files.createTempFile(dir, "classes", "");
    Map<String, String> environment =
        Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + log + ":none");
    Answer answer = submit(environment, args);
    assertThat(answer.code()).as(answer.err()).isEqualTo(code);
    List<String> lines = Files.readAllLines(log);
    assertThat(lines).anyMatch(line -> line.startsWith("org.tributary.Main "));
    return lines;
  }

  private static List<String> named(List<String> loaded, String pattern) {
    return loaded.stream().filter(line -> line.matches(pattern)).toList();
  }

  /** Without an archive, Java's verifier loads single types of Spark; their use loads these too. */
  @Test
  void helpUsesNothingOfSpark() throws Exception {
    List<String> loaded = loaded(0, "local", "train", "--help");
    assertThat(named(loaded, "org\\.apache\\.spark\\.(Spark|util|deploy|rpc|ui).*")).isEmpty();
    assertThat(named(loaded, "(scala\\.collection|org\\.nd4j|io\\.netty)\\..*")).isEmpty();
    assertThat(named(loaded, "ai\\.djl\\.(engine|pytorch)\\..*")).isEmpty();
  }

  @Test
  void aRefusalStartsNeitherSparkNorAnEngine() throws Exception {
    Files.writeString(dir.resolve("t.yaml"), "rounds: 1\nbogus: 2\n");
    List<String> loaded = loaded(2, "local", "train", "t.yaml");
    assertThat(named(loaded, "org\\.apache\\.spark\\.(rpc|ui|sql\\.[a-z]+)\\..*")).isEmpty();
    assertThat(named(loaded, "(org\\.nd4j|io\\.netty|ai\\.djl\\.(engine|pytorch))\\..*")).isEmpty();
  }

  /** Java ignores the archive then, and the command answers the same, without a warning. */
  @Test
  void anArchiveThatDoesNotFitChangesNothing() throws Exception {
    Files.writeString(
        home.resolve("target/tributary-" + Pom.version() + ".jsa"), "not an archive of classes");
    Answer answer = submit(Map.of(), "local", "--version");
    assertThat(answer.out()).startsWith("tributary " + Pom.version());
    assertThat(answer.err()).isEmpty();
    assertThat(answer.code()).isZero();
  }

  @Test
  void theBuildsArchiveHasTheClasses() throws Exception {
    Path script = home.resolve("src/main/scripts/class-archive");
    Files.createDirectories(script.getParent());
    Files.copy(Path.of("src/main/scripts/class-archive"), script);
    Files.createDirectories(home.resolve("target/tmp"));
    assertThat(run(Map.of(), script.toString())).isEqualTo(new Answer(0, "", ""));
    assertThat(home.resolve("target/tmp")).isEmptyDirectory();
    List<String> loaded = loaded(0, "local", "--help");
    assertThat(named(loaded, "org\\.tributary\\.Main source: shared objects file.*")).hasSize(1);
    // A larger memory needs larger pointers, so Java ignores the archive.
    Answer large = submit(Map.of("TRIBUTARY_DRIVER_MEMORY", "40g"), "local", "--version");
    assertThat(large.code()).isZero();
    assertThat(large.err()).isEmpty();
  }
}
