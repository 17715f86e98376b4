package org.tributary.framework;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.tributary.config.Method;
import org.tributary.protocol.Adapters;

/** Every framework and every wrapper has the rows and sections of CONTRIBUTING's steps. */
class MethodStepsTest {
  private static final Pattern ARXIV = Pattern.compile("arXiv \\d{4}\\.\\d{5}");
  private static final Path TESTS = Path.of("src/test/java/org/tributary");
  private static final String GOLDEN = "framework/AggregationGoldenTest.java";
  private static final String RUNS = "federation/FederationTest.java";

  private final List<String> missing = new ArrayList<>();

  private void need(Path file, String text, Method<?> method) throws IOException {
    if (!Files.readString(file).contains(text)) {
      missing.add("%s: %s has no %s".formatted(method.name(), file, text));
    }
  }

  private void needSource(Method<?> method) throws IOException {
    Matcher paper = ARXIV.matcher(method.source());
    while (paper.find()) {
      need(Path.of("docs/methods.md"), paper.group(), method);
    }
  }

  @Test
  void frameworksHaveTheirRowsAndSections() throws IOException {
    for (Method<?> method : Frameworks.all()) {
      String name = method.name();
      need(Path.of("docs/methods.md"), "### %s: ".formatted(name), method);
      need(Path.of("README.md"), "| `%s` |".formatted(name), method);
      need(Path.of("jobs/wordnet-all.yaml"), "\n  %s:".formatted(name), method);
      need(TESTS.resolve(RUNS), "\"%s, ".formatted(name), method);
      need(TESTS.resolve("framework/MethodAnswersTest.java"), "\"%s, ".formatted(name), method);
      if (!name.equals("local")) { // which merges nothing
        need(TESTS.resolve(GOLDEN), "\"%s\"".formatted(name), method);
      }
      if (NamedFramework.of(name, new Adapters(2, 4, false)).takesRanks()) {
        assertThat(OneRank.ranks().why()).contains(name);
      }
      needSource(method);
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void serverOptimizersAndLocalRulesHaveThem() throws IOException {
    List<Method<?>> around = new ArrayList<>(Frameworks.servers());
    around.addAll(Frameworks.localRules());
    for (Method<?> method : around) {
      need(Path.of("docs/methods.md"), method.name(), method);
      need(Path.of("README.md"), method.name(), method);
      need(Path.of("jobs/wordnet-all.yaml"), "{name: " + method.name(), method);
      need(TESTS.resolve(RUNS), "{name: " + method.name(), method);
      needSource(method);
    }
    assertThat(missing).isEmpty();
  }
}
