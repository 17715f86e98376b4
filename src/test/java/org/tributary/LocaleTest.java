package org.tributary;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.LocalFileNames;
import org.tributary.federation.Tiny;
import org.tributary.fixture.ProjectHome;
import org.tributary.fixture.Slow;

/** Output, parsed input and file names do not depend on the locale or the time zone. */
class LocaleTest {
  /** Methods and constructors that use the platform's character set, locale or time zone. */
  private static final Set<String> OF_THE_PLATFORM =
      Set.of(
          "java.lang.String.getBytes()",
          "java.lang.String.<init>(byte[])",
          "java.lang.String.<init>(byte[], int, int)",
          "java.lang.String.toLowerCase()",
          "java.lang.String.toUpperCase()",
          "java.lang.String.format(java.lang.String, [Ljava.lang.Object;)",
          "java.io.ByteArrayOutputStream.toString()",
          "java.io.InputStreamReader.<init>(java.io.InputStream)",
          "java.io.OutputStreamWriter.<init>(java.io.OutputStream)",
          "java.io.PrintStream.<init>(java.io.OutputStream)",
          "java.io.PrintStream.<init>(java.io.OutputStream, boolean)",
          "java.io.PrintStream.printf(java.lang.String, [Ljava.lang.Object;)",
          "java.io.PrintWriter.<init>(java.io.OutputStream)",
          "java.io.PrintWriter.<init>(java.io.OutputStream, boolean)",
          "java.io.FileReader.<init>(java.io.File)",
          "java.io.FileReader.<init>(java.lang.String)",
          "java.io.FileWriter.<init>(java.io.File)",
          "java.io.FileWriter.<init>(java.lang.String)",
          "java.util.Scanner.<init>(java.io.InputStream)",
          "java.nio.charset.Charset.defaultCharset()",
          "java.time.ZoneId.systemDefault()",
          "java.time.LocalDate.now()",
          "java.time.LocalTime.now()",
          "java.time.LocalDateTime.now()",
          "java.time.ZonedDateTime.now()",
          "java.time.format.DateTimeFormatter.ofPattern(java.lang.String)",
          "java.text.SimpleDateFormat.<init>(java.lang.String)",
          "java.text.DecimalFormat.<init>(java.lang.String)",
          "java.text.NumberFormat.getInstance()",
          "java.util.Locale.getDefault()",
          "java.util.TimeZone.getDefault()");

  /** A file name contains a padded number: some locales use other digits. */
  private static final Pattern PADDED =
      Pattern.compile("\"[^\"\\n]*%0[0-9]*d[^\"\\n]*\"\\s*\\.formatted\\(");

  @TempDir Path dir;

  private static ArchRule nothingOfThePlatform() {
    return noClasses()
        .that()
        .doNotHaveFullyQualifiedName(LocalFileNames.class.getName())
        .should()
        .callCodeUnitWhere(
            target(
                DescribedPredicate.describe(
                    "takes the platform's character set, locale or time zone",
                    (CodeUnitCallTarget t) -> OF_THE_PLATFORM.contains(signature(t)))));
  }

  private static String signature(CodeUnitCallTarget target) {
    return target.getRawParameterTypes().stream()
        .map(type -> type.getName())
        .collect(
            Collectors.joining(
                ", ", target.getOwner().getName() + "." + target.getName() + "(", ")"));
  }

  @Test
  void nothingTakesThePlatformsCharactersLocaleOrTimeZone() {
    nothingOfThePlatform()
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.tributary"));
  }

  @Test
  void theRuleFindsWhatItLooksFor() {
    assertThatThrownBy(
            () ->
                nothingOfThePlatform().check(new ClassFileImporter().importClasses(Careless.class)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("getBytes()")
        .hasMessageContaining("toLowerCase()")
        .hasMessageContaining("String.format(")
        .hasMessageContaining("printf(");
  }

  private static final class Careless {
    byte[] bytes(String text) {
      System.err.printf("%.1f%n", 1.5);
      return String.format("%.1f %s", 1.5, text.toLowerCase()).getBytes();
    }
  }

  @Test
  void paddedNumbersNameTheirLocale() throws IOException {
    assertThat("new Path(\"part-%05d\".formatted(3))").containsPattern(PADDED);
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        assertThat(Files.readString(file)).as(file.toString()).doesNotContainPattern(PADDED);
      }
    }
  }

  private record Outcome(int code, String out, String err) {}

  private Outcome submit(Map<String, String> locale, String... args) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("bash", dir.resolve("home/jobs/submit").toString()));
    command.addAll(List.of(args));
    Path out = Files.createTempFile(dir, "out", "");
    Path err = Files.createTempFile(dir, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    Map<String, String> environment = new TreeMap<>(locale);
    environment.put("PATH", System.getenv("PATH"));
    environment.put("HOME", System.getProperty("user.home"));
    environment.put("TRIBUTARY_DRIVER_MEMORY", "1g");
    builder.environment().clear();
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    return new Outcome(
        code,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  /** Names in Greek, from a shell with an ASCII locale, in a JVM whose locale is set to Arabic. */
  @Test
  @Slow
  void aRunIsTheSameInEveryLocale() throws Exception {
    ProjectHome.built(dir.resolve("home"));
    Path world = Files.createDirectories(dir.resolve("Δεδομένα"));
    Path train = world.resolve("τρένο.yaml");
    Path out = world.resolve("έξοδος");
    Files.writeString(train, new Tiny(world, 6, 9, 5).yaml("common", "fedavg"));
    Map<String, String> locale =
        Map.of(
            "LC_ALL",
            "C",
            "JAVA_TOOL_OPTIONS",
            "-Duser.language=ar -Duser.country=EG -Dfile.encoding=US-ASCII");
    String[] job = {"local[2]", "train", train.toString(), "--set", "out=" + out};
    Outcome done = submit(locale, job);
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out()).contains("έξοδος").doesNotContain("?");
    assertThat(done.err()).containsPattern("loss [0-9]\\.[0-9]{4}").doesNotContain("٠");
    assertThat(out.resolve("rounds/round=00000/_SUCCESS")).exists();
    Outcome wrong = submit(locale, "local", "inspect", world.resolve("κανένα").toString());
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("κανένα");
  }
}
