package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tributary.fixture.Pom;

/** The versions in scripts, settings and documents are those of pom.xml. */
class VersionsTest {
  private static final String NUMBER = "v?([0-9]+\\.[0-9]+\\.[0-9]+)";

  /** Words before a version, and the version that may follow them. */
  private static final Map<String, String> NAMED =
      Map.of(
          "(?i)tributary[-:_]", Pom.version(),
          "(?i)spark[- ]", Pom.property("spark.version"),
          "(?i)(?:libtorch|PYTORCH_VERSION=|spark\\.executorEnv\\.PYTORCH_VERSION)\\s*",
              Pom.property("pytorch.version"),
          "(?i)DJL[- ]", Pom.property("djl.version"),
          "(?:HDFS|Hadoop|hadoop-client) (?:\\| tested on )?", Pom.property("hadoop.version"));

  private static List<Path> files() throws IOException {
    List<Path> all = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
    for (String folder : List.of("conf", "docs", "jobs")) {
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        // Results name the versions with which they were measured.
        files
            .filter(f -> Files.isRegularFile(f) && !f.endsWith("results.md"))
            .sorted()
            .forEach(all::add);
      }
    }
    return all;
  }

  @Test
  void everyVersionThatIsNamedIsTheOneThatIsBuilt() throws IOException {
    List<String> named = new ArrayList<>();
    for (Path file : files()) {
      String text = Files.readString(file);
      for (Map.Entry<String, String> name : NAMED.entrySet()) {
        Matcher found = Pattern.compile(name.getKey() + NUMBER).matcher(text);
        while (found.find()) {
          named.add(found.group());
          assertThat(found.group(1)).as("%s: %s", file, found.group()).isEqualTo(name.getValue());
        }
      }
    }
    assertThat(named).as("the patterns find what there is").hasSizeGreaterThan(3);
  }

  @Test
  void theCitationAndTheNewestChangesAreOfThisVersion() throws IOException {
    Map<String, String> lines =
        Map.of("CITATION.cff", "(?m)^version: (\\S+)$", "CHANGELOG.md", "(?m)^## ([^\\s,]+)");
    for (Map.Entry<String, String> line : lines.entrySet()) {
      Matcher first =
          Pattern.compile(line.getValue()).matcher(Files.readString(Path.of(line.getKey())));
      assertThat(first.find()).as(line.getKey()).isTrue();
      assertThat(first.group(1)).as(line.getKey()).isEqualTo(Pom.version());
    }
  }

  @Test
  void theScriptsTakeTheVersionFromThePom() throws Exception {
    for (String script : List.of("jobs/submit", "jobs/demo")) {
      String line =
          Files.readAllLines(Path.of(script)).stream()
              .filter(l -> l.startsWith("version="))
              .findFirst()
              .orElseThrow();
      Process bash =
          new ProcessBuilder("bash", "-c", "home=.; " + line + "; echo \"$version\"").start();
      assertThat(new String(bash.getInputStream().readAllBytes()).strip())
          .as(script)
          .isEqualTo(Pom.version());
    }
  }
}
