package org.tributary.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.fixture.Pom;
import org.tributary.fixture.ProjectHome;

/** Tests jobs/submit by the command that it would run. */
class SubmitScriptTest {
  private static final Path PROJECT = Path.of("").toAbsolutePath();
  private static final String JAR = "tributary-" + Pom.version() + ".jar";
  @TempDir Path dir;
  private String home;

  @BeforeEach
  void copyWhatThereIs() throws IOException {
    home = ProjectHome.unbuilt(dir.resolve("home")).toString();
  }

  private record Outcome(int code, String out, String err) {}

  private Outcome bash(Path script, Map<String, String> environment, List<String> args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", script.toString()));
    command.addAll(args);
    Path out = Files.createTempFile(dir, "out", "");
    Path err = Files.createTempFile(dir, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder
        .environment()
        .keySet()
        .removeAll(Set.of("SPARK_HOME", "SPARK_LOCAL_IP", "JAVA_HOME", "HADOOP_CONF_DIR"));
    builder.environment().put("HOME", "/home/ann");
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    return new Outcome(code, Files.readString(out), Files.readString(err));
  }

  /** The words of the command that would run, as the shell splits them. */
  private List<String> words(Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    Map<String, String> dry = new TreeMap<>(environment);
    dry.put("TRIBUTARY_DRY_RUN", "1");
    Outcome outcome = bash(Path.of(home, "jobs/submit"), dry, List.of(args));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    Process split =
        new ProcessBuilder("bash", "-c", "printf '%s\\n' " + outcome.out().strip()).start();
    String words = new String(split.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return Arrays.asList(words.split("\n"));
  }

  /** Spark's properties, given to spark-submit or to Java. */
  private static List<String> confs(List<String> words) {
    List<String> confs = new ArrayList<>();
    for (int i = 1; i < words.size(); i++) {
      if (words.get(i - 1).equals("--conf")) {
        confs.add(words.get(i));
      } else if (words.get(i).startsWith("-Dspark.")) {
        confs.add(words.get(i).substring("-D".length()));
      }
    }
    return confs;
  }

  private static String after(List<String> words, String option) {
    assertThat(words).as("the command").contains(option);
    return words.get(words.indexOf(option) + 1);
  }

  private static List<String> environment(List<String> words) {
    assertThat(words.get(0)).isEqualTo("env");
    return words.stream().skip(1).takeWhile(w -> w.matches("[A-Z_]+=.*")).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "local; local; client",
        "local[3]; local; client",
        "local[*]; local; client",
        "local-cluster[2,1,1024]; local; client",
        "spark://h:7077; standalone; client",
        "yarn; yarn; client",
        "k8s://https://h:6443; kubernetes; cluster"
      })
  void eachMaster(String master, String kind, String deploy) throws Exception {
    List<String> words = words(Map.of(), master, "inspect", "a path");
    Path conf = Path.of(home, "conf/spark-" + kind + ".conf");
    assertThat(conf).isRegularFile();
    if (kind.equals("local")) {
      assertThat(words)
          .contains("-Dtributary.settings=" + conf)
          .endsWith("org.tributary.Main", "inspect", "a path");
      assertThat(confs(words))
          .contains("spark.master=" + master, "spark.submit.deployMode=" + deploy);
    } else {
      assertThat(after(words, "--master")).isEqualTo(master);
      assertThat(after(words, "--deploy-mode")).isEqualTo(deploy);
      assertThat(after(words, "--class")).isEqualTo("org.tributary.Main");
      assertThat(after(words, "--properties-file")).isEqualTo(conf.toString());
      String jar =
          kind.equals("kubernetes") ? "local:///opt/tributary/" + JAR : home + "/target/" + JAR;
      assertThat(words).endsWith(jar, "inspect", "a path");
    }
    assertThat(environment(words))
        .contains(
            "LC_ALL=C.UTF-8",
            "OMP_WAIT_POLICY=PASSIVE",
            "MALLOC_ARENA_MAX=2",
            "DJL_OFFLINE=true",
            "OPT_OUT_TRACKING=true");
    assertThat(environment(words).contains("SPARK_LOCAL_IP=127.0.0.1"))
        .isEqualTo(kind.equals("local"));
    Map<String, String> caches =
        Map.of("local", "/home/ann/.cache/tributary/djl", "kubernetes", "/tmp/tributary-djl");
    assertThat(
            confs(words).stream()
                .filter(c -> c.startsWith("spark.executorEnv.DJL_CACHE_DIR"))
                .toList())
        .as("elsewhere each node's temporary directory")
        .isEqualTo(
            caches.containsKey(kind)
                ? List.of("spark.executorEnv.DJL_CACHE_DIR=" + caches.get(kind))
                : List.of());
    assertThat(confs(words))
        .contains(
            "spark.executorEnv.LC_ALL=C.UTF-8",
            "spark.executorEnv.OMP_WAIT_POLICY=PASSIVE",
            "spark.executorEnv.MALLOC_ARENA_MAX=2",
            "spark.executorEnv.DJL_OFFLINE=true",
            "spark.executorEnv.OPT_OUT_TRACKING=true")
        .noneMatch(c -> c.startsWith("spark.task.cpus"));
    assertThat(words.contains("--jars")).isEqualTo(kind.equals("standalone"));
    boolean driverPod = confs(words).contains("spark.kubernetes.driverEnv.MALLOC_ARENA_MAX=2");
    assertThat(driverPod).isEqualTo(kind.equals("kubernetes"));
  }

  @Test
  void withoutADistributionJavaRunsTheJarsThatMavenBrought() throws Exception {
    List<String> words = words(Map.of("HADOOP_CONF_DIR", "/etc/hadoop"), "yarn", "inspect", "x");
    assertThat(environment(words))
        .contains("SPARK_HOME=" + home + "/target/spark-home", "SPARK_SCALA_VERSION=2.12");
    assertThat(after(words, "-cp")).isEqualTo(home + "/target/spark-home/jars/*:/etc/hadoop");
    assertThat(words).contains("java", "org.apache.spark.deploy.SparkSubmit", "-Xmx4g");
    int from = words.indexOf("java") + 1;
    int to = words.indexOf("-Xmx4g");
    assertThat(String.join(" ", words.subList(from, to)))
        .isEqualTo(JavaModuleOptions.defaultModuleOptions().strip());
    List<String> more = words(Map.of("TRIBUTARY_DRIVER_MEMORY", "9g"), "local", "inspect", "x");
    assertThat(more).contains("-Xmx9g");
    assertThat(confs(more)).contains("spark.driver.memory=9g");
  }

  @Test
  void withALocalMasterJavaStartsTheJobItself() throws Exception {
    String jars = home + "/target/" + JAR + ":" + home + "/target/spark-home/jars/*";
    List<String> words = words(Map.of("HADOOP_CONF_DIR", "/etc/hadoop"), "local", "inspect", "x");
    assertThat(after(words, "-cp")).isEqualTo(jars + ":/etc/hadoop");
    assertThat(environment(words)).contains("SPARK_HOME=" + home + "/target/spark-home");
    assertThat(confs(words)).noneMatch(c -> c.startsWith("spark.jars"));
    Path own = dir.resolve("own.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(own))) {
      zip.putNextEntry(new ZipEntry("a"));
    }
    List<String> cluster =
        words(Map.of(), "--jars", own.toString(), "local-cluster[2,1,1024]", "inspect", "x");
    assertThat(after(cluster, "-cp")).isEqualTo(jars + ":" + own);
    assertThat(confs(cluster)).contains("spark.jars=" + own + "," + home + "/target/" + JAR);
  }

  /** What only spark-submit can do: it reads its own options and fetches files. */
  @Test
  void aLocalMasterWithOptionsOfSparkSubmitTakesSparkSubmit() throws Exception {
    for (Map<String, String> environment :
        List.of(
            Map.of("TRIBUTARY_SPARK_OPTIONS", "--packages a:b:1"),
            Map.of("TRIBUTARY_SPARK_CONF", "my.conf"),
            Map.of("TRIBUTARY_SPARK_OPTIONS", "--jars https://h/own.jar"))) {
      List<String> words = words(environment, "local", "inspect", "x");
      assertThat(words).contains("org.apache.spark.deploy.SparkSubmit");
      assertThat(after(words, "--master")).isEqualTo("local");
      assertThat(words).endsWith(home + "/target/" + JAR, "inspect", "x");
    }
  }

  /** An archive older than the jar has the classes of another build. */
  @Test
  void anArchiveOfThisJarIsUsed() throws Exception {
    Path jar = Path.of(home, "target", JAR);
    Path archive = Path.of(home, "target", JAR.replace(".jar", ".jsa"));
    Files.createDirectories(jar.getParent());
    String option = "-XX:SharedArchiveFile=" + archive;
    Files.createFile(jar);
    assertThat(words(Map.of(), "local", "--help")).doesNotContain(option);
    Files.createFile(archive);
    Files.setLastModifiedTime(archive, FileTime.fromMillis(1_000_000));
    assertThat(words(Map.of(), "local", "--help")).doesNotContain(option);
    Files.setLastModifiedTime(jar, FileTime.fromMillis(900_000));
    assertThat(words(Map.of(), "local", "--help")).contains(option, "-XX:TieredStopAtLevel=1");
    assertThat(words(Map.of(), "local", "train", "t.yaml"))
        .contains(option)
        .doesNotContain("-XX:TieredStopAtLevel=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local[*]", "local-cluster[2,1,1024]", "spark://h:7077", "yarn"})
  void aDistributionGetsTheJarsItLacks(String master) throws Exception {
    List<String> words = words(Map.of("SPARK_HOME", "/opt/spark"), master, "inspect", "x");
    assertThat(words).contains("/opt/spark/bin/spark-submit").doesNotContain("java", "-cp");
    assertThat(after(words, "--jars")).isNotBlank();
  }

  @Test
  void aDriverOnTheClusterGetsTheFile() throws Exception {
    Files.createDirectories(dir.resolve("jobs"));
    Files.writeString(dir.resolve("jobs/t.yaml"), "client:\n  threads: 2\n");
    List<String> words =
        words(Map.of(), "k8s://https://h:1", "train", "jobs/t.yaml", "--set", "a=b");
    assertThat(after(words, "--files")).isEqualTo("jobs/t.yaml");
    assertThat(words).endsWith("train", "t.yaml", "--set", "a=b");
    List<String> set =
        words(Map.of(), "k8s://https://h:1", "train", "--set", "jobs/t.yaml", "jobs/t.yaml");
    assertThat(set).endsWith("train", "--set", "jobs/t.yaml", "t.yaml");
    List<String> uri = words(Map.of(), "k8s://https://h:1", "train", "s3a://b/t.yaml");
    assertThat(uri).endsWith("train", "s3a://b/t.yaml").doesNotContain("--files");
    List<String> yarn =
        words(Map.of("TRIBUTARY_DEPLOY_MODE", "cluster"), "yarn", "train", "jobs/t.yaml");
    assertThat(after(yarn, "--deploy-mode")).isEqualTo("cluster");
    assertThat(confs(yarn))
        .contains(
            "spark.yarn.appMasterEnv.DJL_OFFLINE=true",
            "spark.yarn.submit.waitAppCompletion=false");
  }

  @Test
  void filesThatTravelForOtherReasonsStill() throws Exception {
    Files.writeString(dir.resolve("t.yaml"), "rounds: 1\n");
    Map<String, String> cluster =
        Map.of(
            "TRIBUTARY_DEPLOY_MODE",
            "cluster",
            "TRIBUTARY_SPARK_OPTIONS",
            "--files a,b --conf spark.yarn.tags=mine");
    List<String> words = words(cluster, "yarn", "train", "t.yaml");
    assertThat(words.get(words.lastIndexOf("--files") + 1)).isEqualTo("a,b,t.yaml");
    assertThat(confs(words)).anyMatch(c -> c.matches("spark.yarn.tags=mine,tributary-[0-9-]+"));
    Outcome twice =
        bash(
            Path.of(home, "jobs/submit"),
            Map.of(
                "TRIBUTARY_DRY_RUN",
                "1",
                "TRIBUTARY_DEPLOY_MODE",
                "cluster",
                "TRIBUTARY_SPARK_OPTIONS",
                "--files x/t.yaml"),
            List.of("yarn", "train", "t.yaml"));
    assertThat(twice.code()).isEqualTo(2);
    assertThat(twice.err()).contains("two files named t.yaml would be sent with the job");
  }

  @Test
  void anExecutorOfALocalClusterTakesItsWorkersMemory() throws Exception {
    assertThat(confs(words(Map.of(), "local-cluster[2, 1, 3000]", "inspect", "x")))
        .contains("spark.executor.memory=3000m");
  }

  @Test
  void furtherOptionsComeLastAndWin() throws Exception {
    List<String> words =
        words(
            Map.of("TRIBUTARY_SPARK_OPTIONS", "--conf spark.executor.memory=8g"),
            "local",
            "inspect",
            "x");
    assertThat(confs(words)).endsWith("spark.executor.memory=8g");
  }

  @Test
  void wrongUse() throws Exception {
    Path script = PROJECT.resolve("jobs/submit");
    assertThat(bash(script, Map.of(), List.of("--help")).code()).isZero();
    assertThat(bash(script, Map.of(), List.of("--help")).out()).contains("Usage: jobs/submit");
    assertThat(bash(script, Map.of(), List.of("local")).code()).isEqualTo(2);
    Outcome unknown = bash(script, Map.of(), List.of("lokal", "train"));
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("unknown master lokal");
    Outcome mode =
        bash(script, Map.of("TRIBUTARY_DEPLOY_MODE", "cluster"), List.of("local", "train", "x"));
    assertThat(mode.code()).isEqualTo(2);
  }

  @Test
  void aSparkHomeThatIsNoDistributionIsRefused() throws Exception {
    Outcome outcome =
        bash(
            Path.of(home, "jobs/submit"),
            Map.of("SPARK_HOME", dir.toString()),
            List.of("local", "inspect", "x"));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .startsWith("jobs/submit: SPARK_HOME is " + dir + ", which has no bin/spark-submit; name a")
        .hasLineCount(1);
  }

  /** Java ignores such a file without a message, and its methods would be unknown. */
  @Test
  void whatIsNotAJarIsRefused() throws Exception {
    Path jar = dir.resolve("own.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry("a"));
    }
    byte[] whole = Files.readAllBytes(jar);
    assertThat(after(words(Map.of(), "--jars", jar.toString(), "local", "methods"), "-cp"))
        .endsWith(":" + jar);
    for (byte[] other : List.of(Arrays.copyOf(whole, whole.length / 2), "no jar".getBytes(UTF_8))) {
      Files.write(jar, other);
      List<String> args = List.of("--jars", jar.toString(), "local", "methods");
      Outcome outcome = bash(Path.of(home, "jobs/submit"), Map.of("TRIBUTARY_DRY_RUN", "1"), args);
      assertThat(outcome.code()).isEqualTo(2);
      assertThat(outcome.err())
          .startsWith(
              "jobs/submit: --jars names " + jar + ", which is not a jar, or is damaged; build")
          .hasLineCount(1);
    }
  }

  @Test
  void whatIsNotBuiltIsToldWithTheWayOut() throws Exception {
    Path clone = ProjectHome.unbuilt(dir.resolve("my clone"));
    Path copy = clone.resolve("jobs/submit");
    Files.createDirectories(clone.resolve("target"));
    Files.createFile(clone.resolve("target/tributary-0.0.1.jar"));
    Outcome outcome = bash(copy, Map.of(), List.of("local", "inspect", "x"));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("my clone/target/" + JAR + " is missing; run ./mvnw -DskipTests package");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local-cluster[2,1,1024]", "spark://h:7077", "yarn"})
  void anotherLibtorchIsTheExecutors(String master) throws Exception {
    Map<String, String> cuda =
        Map.of("PYTORCH_LIBRARY_PATH", "/opt/libtorch/lib", "PYTORCH_FLAVOR", "cu128");
    List<String> words = words(cuda, master, "train", "t.yaml");
    assertThat(confs(words))
        .contains(
            "spark.executorEnv.PYTORCH_LIBRARY_PATH=/opt/libtorch/lib",
            "spark.executorEnv.PYTORCH_FLAVOR=cu128");
    assertThat(environment(words)).contains("PYTORCH_LIBRARY_PATH=", "PYTORCH_FLAVOR=cpu");
    List<String> local = words(cuda, "local[2]", "train", "t.yaml");
    assertThat(environment(local)).noneMatch(e -> e.startsWith("PYTORCH"));
  }

  @Test
  void partsOfGpusAreToldByName() throws Exception {
    Path smi = dir.resolve("nvidia-smi");
    Files.writeString(
        smi,
        """
        #!/bin/sh
        echo 'GPU 0: NVIDIA H100 (UUID: GPU-5c89)'
        echo '  MIG 3g.40gb     Device  0: (UUID: MIG-41b3)'
        echo '  MIG 3g.40gb     Device  1: (UUID: MIG-9a2f)'
        """);
    Files.setPosixFilePermissions(smi, PosixFilePermissions.fromString("rwxr-xr-x"));
    String path = dir + ":" + System.getenv("PATH");
    Path script = PROJECT.resolve("conf/gpus.sh");
    assertThat(bash(script, Map.of("PATH", path), List.of()).out().strip())
        .isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"MIG-41b3\",\"MIG-9a2f\"]}");
    Map<String, String> two = Map.of("PATH", path, "CUDA_VISIBLE_DEVICES", "5,7");
    assertThat(bash(script, two, List.of()).out().strip())
        .isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"5\",\"7\"]}");
  }

  @Test
  void gpusAreToldInSparksFormat() throws Exception {
    Path smi = dir.resolve("nvidia-smi");
    Files.writeString(smi, "#!/bin/sh\n[ \"$1\" = -L ] || printf '0\\n1\\n'\n");
    Files.setPosixFilePermissions(smi, PosixFilePermissions.fromString("rwxr-xr-x"));
    String path = dir + ":" + System.getenv("PATH");
    Outcome outcome = bash(PROJECT.resolve("conf/gpus.sh"), Map.of("PATH", path), List.of());
    assertThat(outcome.out().strip())
        .isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\",\"1\"]}");
  }

  @Test
  void everyConfigurationFileIsThereAndSpeculationIsOff() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(PROJECT.resolve("conf"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".conf")).toList()) {
        names.add(file.getFileName().toString());
        assertThat(Files.readString(file)).containsPattern("(?m)^spark.speculation +false$");
      }
    }
    assertThat(names)
        .containsExactly(
            "spark-kubernetes.conf",
            "spark-local.conf",
            "spark-standalone.conf",
            "spark-yarn.conf");
  }
}
