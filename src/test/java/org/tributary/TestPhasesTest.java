package org.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.scalatest.Suite;
import org.tributary.fixture.Pom;
import org.tributary.fixture.Slow;
import org.w3c.dom.Document;

/** Every test runs in {@code ./mvnw verify}, exactly once: it is fast, or it is {@link Slow}. */
class TestPhasesTest {
  /**
   * Class names that surefire looks for, as in pom.xml, and those of tests that people run by hand.
   */
  private static final Pattern NAMES = Pattern.compile(".*(Test|ByHand)");

  /** All JUnit and jqwik tests, whatever the names of their classes. */
  private static List<TestIdentifier> tests() {
    TestPlan plan =
        LauncherFactory.create()
            .discover(
                LauncherDiscoveryRequestBuilder.request()
                    .selectors(selectPackage("org.tributary"))
                    // Its engine keeps its results in static fields, so it must not be asked twice.
                    .filters(EngineFilter.excludeEngines("scalatest"))
                    .build());
    return plan.getRoots().stream()
        .flatMap(root -> plan.getDescendants(root).stream())
        .filter(test -> plan.getChildren(test).isEmpty())
        .toList();
  }

  /** The top-level class that contains a test. */
  private static String owner(TestIdentifier test) {
    String name =
        test.getSource()
            .map(s -> s instanceof MethodSource m ? m.getClassName() : s.toString())
            .orElseThrow();
    return name.replaceFirst("\\$.*", "");
  }

  @Test
  void everyTestIsFastOrSlowAndStandsInAClassThatSurefireFinds() {
    List<TestIdentifier> tests = tests();
    assertThat(tests).allSatisfy(test -> assertThat(owner(test)).matches(NAMES));
    Map<Set<TestTag>, Long> byTags =
        tests.stream()
            .collect(Collectors.groupingBy(TestIdentifier::getTags, Collectors.counting()));
    assertThat(byTags)
        .as("no tag, or the one that pom.xml knows")
        .containsOnlyKeys(Set.of(), Set.of(TestTag.create(Slow.TAG)));
  }

  @Test
  void suitesOfScalaTestAreFoundByTheirNames() {
    assertThat(
            ReflectionSupport.findAllClassesInPackage(
                "org.tributary", Suite.class::isAssignableFrom, name -> true))
        .isNotEmpty()
        .allSatisfy(suite -> assertThat(suite.getName()).endsWith("Suite"));
  }

  @Test
  void thePomRunsFastTestsInTestAndSlowOnesLater() throws Exception {
    Document pom =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile());
    XPath path = XPathFactory.newInstance().newXPath();
    String surefire =
        "/project/build/plugins/plugin[artifactId='maven-surefire-plugin']/executions/execution";
    assertThat(Pom.property("tests.slow")).isEqualTo(Slow.TAG);
    assertThat(Pom.property("tests.later")).isEqualTo("${tests.slow}");
    assertThat(path.evaluate(surefire + "[id='default-test']/configuration/excludedGroups", pom))
        .isEqualTo("${tests.later}");
    assertThat(path.evaluate(surefire + "[id='slow-tests']/configuration/groups", pom))
        .isEqualTo("${tests.slow}");
    assertThat(path.evaluate(surefire + "[id='slow-tests']/phase", pom))
        .isEqualTo("integration-test");
    assertThat(
            path.evaluate(
                "/project/build/plugins/plugin[artifactId='maven-surefire-plugin']"
                    + "/configuration/includes",
                pom))
        .contains("**/*Test.java", "**/*Suite.class");
  }
}
