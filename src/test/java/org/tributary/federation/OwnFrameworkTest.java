package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.apache.hadoop.fs.FileStatus;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.fixture.Pom;
import org.tributary.fixture.ProjectHome;
import org.tributary.fixture.Slow;
import org.tributary.json.Json;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;

/** Methods in a user's own jar: examples/own-framework is built and runs on two executors. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Slow
class OwnFrameworkTest {
  private static final Path PROJECT = Path.of("examples/own-framework");

  @TempDir static Path dir;
  private static Path home;
  private static String jar;

  @BeforeAll
  static void build() throws Exception {
    home = ProjectHome.built(dir.resolve("home"));
    Path classes = Files.createDirectories(dir.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        Stream<Path> sources = Files.walk(PROJECT.resolve("src/main/java"))) {
      List<Path> java = sources.filter(f -> f.toString().endsWith(".java")).toList();
      List<String> options =
          List.of(
              "-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
      assertThat(
              compiler
                  .getTask(
                      null, files, null, options, null, files.getJavaFileObjectsFromPaths(java))
                  .call())
          .isTrue();
    }
    jar = jar(dir.resolve("own.jar"), classes, PROJECT.resolve("src/main/resources"));
  }

  private static String jar(Path file, Path... folders) throws Exception {
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out)) {
      for (Path folder : folders) {
        try (Stream<Path> all = Files.walk(folder)) {
          for (Path entry : all.filter(Files::isRegularFile).sorted().toList()) {
            jar.putNextEntry(new ZipEntry(folder.relativize(entry).toString()));
            Files.copy(entry, jar);
          }
        }
      }
    }
    return file.toString();
  }

  private static Submission submit(String... args) throws Exception {
    return Submission.of(home, dir, Map.of(), args);
  }

  @Test
  void theProjectIsForThisVersion() throws Exception {
    assertThat(Files.readString(PROJECT.resolve("pom.xml")))
        .contains("<version>" + Pom.version() + "</version>");
  }

  @Test
  void itsMethodsAreListedBesideOurs() throws Exception {
    Submission all = submit("--jars", jar, "local", "methods");
    assertThat(all.code()).as(all.err()).isZero();
    assertThat(all.out())
        .contains("  fedavg ", "  trimmed-mean ", "  rate ", "  lion ", "  zipf ", "  clinic-bert ")
        .contains("trim (default 1): values left out at each end", "arXiv 1803.01498");
    Submission without = submit("local", "methods");
    assertThat(without.out()).contains("  fedavg ").doesNotContain("trimmed-mean");
    Submission unknown = submit("local", "methods", "trimmed-mean");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("trimmed-mean: no method has this name");
    Submission missing = submit("--jars", "nowhere.jar", "local", "methods");
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("--jars names nowhere.jar, which is not a file");
  }

  @Test
  void itsMethodsTravelToExecutors() throws Exception {
    Tiny tiny = new Tiny(dir, 5, 8, 6);
    Path config = tiny.model().resolve("config.json");
    ObjectNode clinic = (ObjectNode) Json.tree(Files.readAllBytes(config));
    assertThat(clinic.put("model_type", "clinic-bert").size()).isGreaterThan(5);
    Files.writeString(config, Json.pretty(clinic));
    Files.writeString(dir.resolve("t.yaml"), tiny.yaml("own", "trimmed-mean"));
    String[] train = {
      "--jars",
      jar,
      "local-cluster[2,1,1024]",
      "train",
      "t.yaml",
      "--set",
      "rounds=1",
      "--set",
      "client.optimizer={name: lion, lr: 0.01}"
    };
    Submission run = submit(train);
    assertThat(run.code()).as(run.err()).isZero();
    RunFolder folder = new RunFolder(Tiny.hadoop(tiny.out("own")));
    Map<String, HostTensor> global = Tiny.tensors(folder.global(0));
    assertThat(global).isNotEmpty().isNotEqualTo(Tiny.tensors(folder.start()));
    assertThat(middle(folder, global)).as("the middle one of three clients").isTrue();
    assertThat(submit(train).code()).as("the same command is done already").isZero();
    assertThat(Files.readString(tiny.out("own").resolve("config.yaml"))).contains("trim: 1");
  }

  /** Without the largest and the smallest of three values, the middle one remains. */
  private static boolean middle(RunFolder folder, Map<String, HostTensor> global) throws Exception {
    List<Map<String, HostTensor>> clients = new ArrayList<>();
    for (FileStatus file : Tiny.STORE.list(folder.updates(0))) {
      if (file.getPath().getName().endsWith(".safetensors")) {
        clients.add(Tiny.tensors(file.getPath()));
      }
    }
    assertThat(clients).hasSize(3);
    String name = global.keySet().iterator().next();
    float[] merged = global.get(name).toFloats();
    for (int i = 0; i < merged.length; i++) {
      float[] values = new float[3];
      for (int k = 0; k < 3; k++) {
        values[k] = clients.get(k).get(name).toFloats()[i];
      }
      Arrays.sort(values);
      if (values[1] != merged[i]) {
        return false;
      }
    }
    return true;
  }

  @Test
  void keysOfOtherMethodsAreRefused() throws Exception {
    Tiny tiny = new Tiny(Files.createDirectories(dir.resolve("refused")), 5, 8);
    Files.writeString(dir.resolve("refused.yaml"), tiny.yaml("refused", "trimmed-mean"));
    Submission wrong =
        submit(
            "--jars",
            jar,
            "local",
            "train",
            "refused.yaml",
            "--set",
            "framework.centralSteps=client");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err())
        .contains("framework.centralSteps: trimmed-mean does not read it, central does");
    Submission without = submit("local", "train", "refused.yaml");
    assertThat(without.code()).isEqualTo(2);
    assertThat(without.err())
        .contains("framework.name: \"trimmed-mean\" is not one of central, fedavg");
  }

  @Test
  void itsPartitionerDeals() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      rows.append("{\"text\": \"row %d\"}%n".formatted(i));
    }
    Files.writeString(dir.resolve("rows.jsonl"), rows);
    Files.writeString(
        dir.resolve("p.yaml"),
        """
        source: {format: jsonl, train: rows.jsonl}
        out: sets
        name: zipf
        clients: 3
        validation: 0
        test: 0
        partitioner: {name: zipf, exponent: 1}
        """);
    Submission run = submit("--jars", jar, "local", "partition", "p.yaml");
    assertThat(run.code()).as(run.err()).isZero();
    Dealt sizes = Dealt.of(dir.resolve("sets/zipf/manifest.json"));
    assertThat(sizes.rows()).as("shares of 1, 1/2 and 1/3").containsExactly(65L, 33L, 22L);
    assertThat(sizes.exponent()).isEqualTo(1.0);
  }

  private record Dealt(List<Long> rows, double exponent) {
    static Dealt of(Path manifest) throws Exception {
      JsonNode json = Json.tree(Files.readAllBytes(manifest));
      List<Long> rows = new ArrayList<>();
      json.at("/clients").forEach(client -> rows.add(client.at("/train/rows").asLong()));
      return new Dealt(rows, json.at("/inputs/partitioner/parameters/exponent").asDouble());
    }
  }
}
