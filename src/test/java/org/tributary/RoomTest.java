package org.tributary;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks which room (package) may depend on which, as in the table in docs/design.md. A dependency
 * that is not in the table is an error, and so is one in the table that no class uses. These are
 * plain JUnit tests, because some Surefire versions silently skip {@code @ArchTest}. Rules that are
 * broken on purpose show that the other rules can fail.
 */
class RoomTest {
  private static final String ROOT = "org.tributary";

  private static final String SPARK = "Spark";

  /**
   * What a room may depend on besides itself and {@code error}, as in the table; Spark is a word.
   */
  private static final Map<String, Set<String>> MAY_KNOW = table();

  /**
   * These wire everything: the class {@code Main} outside the rooms, and one class for each job.
   */
  private static final String JOB = "job";

  private static JavaClasses house;

  /** The rows of the table, except that of the jobs, which may depend on everything. */
  private static Map<String, Set<String>> table() {
    try (Stream<String> lines = Files.lines(Path.of("docs/design.md"))) {
      return lines
          .dropWhile(line -> !line.equals("| room | owns | may know |"))
          .skip(2)
          .takeWhile(line -> line.startsWith("|"))
          .map(line -> line.split(" *\\| *"))
          .filter(cells -> !cells[1].startsWith("`" + JOB + "`"))
          .collect(
              Collectors.toMap(
                  cells -> cells[1].replace("`", ""),
                  cells ->
                      cells[3].equals("-")
                          ? Set.of()
                          : new TreeSet<>(List.of(cells[3].split(", "))),
                  (one, other) -> {
                    throw new IllegalStateException("a room has two rows");
                  },
                  TreeMap::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeAll
  static void read() {
    house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);
  }

  private static String room(JavaClass c) {
    String name = c.getPackageName();
    if (!name.startsWith(ROOT + ".")) {
      return "";
    }
    String rest = name.substring(ROOT.length() + 1);
    return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
  }

  private static Set<String> rooms() {
    return house.stream()
        .map(RoomTest::room)
        .filter(room -> !room.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static DescribedPredicate<JavaClass> houseClassesOutside(Set<String> known) {
    return DescribedPredicate.describe(
        "of the house outside of " + new TreeSet<>(known),
        c -> (c.getPackageName().equals(ROOT) || !room(c).isEmpty()) && !known.contains(room(c)));
  }

  /** A room depends only on what is given. */
  private static ArchRule knowsOnly(String room, Set<String> others) {
    Set<String> known = new TreeSet<>(others);
    known.addAll(List.of(room, "error"));
    return noClasses()
        .that()
        .resideInAPackage(ROOT + "." + room + "..")
        .should()
        .dependOnClassesThat(houseClassesOutside(known));
  }

  static Set<String> roomsOfTheTable() {
    return new TreeSet<>(MAY_KNOW.keySet());
  }

  @ParameterizedTest
  @MethodSource("roomsOfTheTable")
  void aRoomKnowsOnlyWhatTheTableSays(String room) {
    knowsOnly(room, MAY_KNOW.get(room)).allowEmptyShould(true).check(house);
  }

  /** The dependencies of a room that its classes use. */
  private static Set<String> used(String room) {
    return house.stream()
        .filter(c -> room(c).equals(room))
        .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
        .map(dependency -> dependency.getTargetClass())
        .map(c -> c.getPackageName().startsWith("org.apache.spark") ? SPARK : room(c))
        .filter(known -> !known.isEmpty() && !known.equals(room) && !known.equals("error"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @MethodSource("roomsOfTheTable")
  void everyArrowOfTheTableIsUsed(String room) {
    assertThat(used(room)).as("arrows from " + room).containsAll(MAY_KNOW.get(room));
  }

  @Test
  void anArrowThatNoClassUsesIsFound() {
    assertThat(used("model")).contains("torch").doesNotContain("checkpoint", "optim");
  }

  @Test
  void everyRoomIsInTheTableAndHasClasses() {
    Set<String> all = new TreeSet<>(MAY_KNOW.keySet());
    all.add(JOB);
    assertThat(rooms()).isEqualTo(all);
    assertThat(house.size()).isGreaterThan(100);
  }

  @Test
  void aRuleThatIsBrokenFails() {
    ArchRule broken = knowsOnly("model", Set.of("protocol", "checkpoint"));
    assertThatThrownBy(() -> broken.check(house))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("org.tributary.torch");
  }

  @Test
  void noPackagesKnowEachOtherInCircles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(house);
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(house);
  }

  /** Only some rooms may use a library, and at least one of them does. */
  private static void onlyIn(List<String> rooms, String... packages) {
    noClasses()
        .that(
            DescribedPredicate.describe(
                "are outside of " + rooms, (JavaClass c) -> !rooms.contains(room(c))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages)
        .check(house);
    ArchRule nobody = noClasses().should().dependOnClassesThat().resideInAnyPackage(packages);
    assertThatThrownBy(() -> nobody.check(house)).isInstanceOf(AssertionError.class);
  }

  @Test
  void sparkStaysWhereTheTableHasIt() {
    List<String> rooms = new ArrayList<>(List.of(JOB, "")); // The empty name is Main's.
    MAY_KNOW.forEach(
        (room, known) -> {
          if (known.contains(SPARK)) {
            rooms.add(room);
          }
        });
    onlyIn(rooms, "org.apache.spark..");
  }

  @Test
  void hadoopStaysWhereItMayBe() {
    onlyIn(
        List.of(
            "checkpoint",
            "rows",
            "text",
            "image",
            "partition",
            "run",
            "executor",
            "evaluation",
            "assessment",
            "analysis",
            "generation",
            "ml",
            "tables",
            "report",
            "tracking",
            "federation",
            JOB),
        "org.apache.hadoop..");
  }

  @Test
  void parquetFilesAreRows() {
    onlyIn(List.of("rows"), "org.apache.parquet..");
  }

  @Test
  void theEnginesInsideIsTorchs() {
    onlyIn(List.of("torch"), "ai.djl.pytorch..");
  }

  @Test
  void theMergesAlgebraIsLinalgs() {
    onlyIn(List.of("linalg"), "org.nd4j..", "org.bytedeco..", "org.apache.commons.math3.linear..");
  }

  @Test
  void onlyThoseWhoComputeKnowTheEngine() {
    onlyIn(
        List.of(
            "torch",
            "linalg",
            "model",
            "optim",
            "client",
            "executor",
            "planning",
            "evaluation",
            "assessment",
            "analysis",
            "generation",
            "ml",
            "federation"),
        "ai.djl",
        "ai.djl.ndarray..",
        "ai.djl.engine..");
  }

  @Test
  void nobodyUsesTheEnginesOwnTraining() {
    // There is one gradient collector per JVM, which a second client would break.
    noClasses().should().dependOnClassesThat().resideInAnyPackage("ai.djl.training..").check(house);
  }

  @Test
  void recordsAndFinalFieldsOnly() {
    classes()
        .that()
        .resideInAnyPackage(ROOT + ".protocol..", ROOT + ".error..", ROOT + ".framework..")
        .should()
        .haveOnlyFinalFields()
        .check(house);
  }
}
