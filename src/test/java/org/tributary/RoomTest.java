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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which room may know which. An arrow that is not in the table is a fault: change the code, or the
 * table here and the one in docs/design.md together. Plain JUnit tests, as some Surefire versions
 * pass over {@code @ArchTest} in silence; one rule that is broken on purpose shows that the others
 * can fail.
 */
class RoomTest {
  private static final String ROOT = "org.tributary";

  /** What a room may know beside itself and {@code error}, which all may know. */
  private static final Map<String, Set<String>> MAY_KNOW =
      Map.ofEntries(
          Map.entry("error", Set.of()),
          Map.entry("config", Set.of()),
          Map.entry("protocol", Set.of()),
          Map.entry("host", Set.of()),
          Map.entry("cluster", Set.of()),
          Map.entry("torch", Set.of("host")),
          Map.entry("metrics", Set.of()),
          Map.entry("checkpoint", Set.of("protocol")),
          Map.entry("linalg", Set.of("torch")),
          Map.entry("data", Set.of("config", "checkpoint", "protocol", "host")),
          Map.entry("model", Set.of("torch", "checkpoint", "protocol")),
          Map.entry("optim", Set.of("torch", "protocol")),
          Map.entry(
              "client",
              Set.of("config", "protocol", "data", "model", "optim", "checkpoint", "torch")),
          Map.entry("framework", Set.of("config", "protocol", "linalg", "torch")),
          Map.entry("partition", Set.of("config", "data", "protocol", "checkpoint", "cluster")),
          Map.entry(
              "federation",
              Set.of(
                  "config",
                  "protocol",
                  "checkpoint",
                  "torch",
                  "linalg",
                  "data",
                  "model",
                  "optim",
                  "client",
                  "framework",
                  "metrics",
                  "cluster",
                  "partition")));

  /** These wire everything: the class {@code Main} beside the rooms, and one class a job. */
  private static final String JOB = "job";

  private static JavaClasses house;

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

  /** A room knows only what is given. */
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

  @Test
  void everyRoomIsInTheTableAndRoomsThatMatterAreThere() {
    Set<String> unknown = rooms();
    unknown.removeAll(MAY_KNOW.keySet());
    unknown.remove(JOB);
    assertThat(unknown).as("rooms without a line in the table").isEmpty();
    assertThat(rooms())
        .contains("error", "config", "protocol", "torch", "model", "optim", "client", "federation");
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
  void noRoomsKnowEachOtherInCircles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(house);
  }

  /** Only some rooms may know a library, and at least one of them does. */
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
  void sparkStaysWhereItMayBe() {
    // The empty name is Main's.
    onlyIn(List.of("cluster", "partition", "federation", JOB, ""), "org.apache.spark..");
  }

  @Test
  void hadoopStaysWhereItMayBe() {
    onlyIn(List.of("checkpoint", "data", "partition", "federation", JOB), "org.apache.hadoop..");
  }

  @Test
  void parquetFilesAreDatas() {
    onlyIn(List.of("data"), "org.apache.parquet..");
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
        List.of("torch", "linalg", "model", "optim", "client", "federation"),
        "ai.djl",
        "ai.djl.ndarray..",
        "ai.djl.engine..");
  }

  @Test
  void nobodyUsesTheEnginesOwnTraining() {
    // Its gradient collector is one a JVM, which a second client would break.
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
