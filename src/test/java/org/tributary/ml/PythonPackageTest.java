package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The Python classes have the Params of the Java classes. {@code -Dpages=write} writes them. Their
 * own tests run only where {@code python3} has pyspark.
 */
class PythonPackageTest {
  private static final Path PYTHON = Path.of("python");

  @Test
  void everyStageHasItsParamsInPython() throws IOException {
    Path file = PYTHON.resolve("tributary/stages.py");
    if ("write".equals(System.getProperty("pages"))) {
      Files.writeString(file, PythonStages.text());
    }
    assertThat(file)
        .as("run ./mvnw -Dtest=PythonPackageTest -Dpages=write test, and commit the file")
        .hasContent(PythonStages.text());
  }

  @Test
  void theTestsInPythonPassWherePysparkIs() throws Exception {
    Assumptions.assumeTrue(
        run("-c", "import pyspark; import sys; sys.exit(not pyspark.__version__.startswith('3.5'))")
            .isEmpty(),
        "python3 has no pyspark 3.5, so python/tests do not run");
    assertThat(run("-m", "unittest", "discover", "-s", "tests", "-v")).isEmpty();
  }

  /** Runs Python in the package's folder; returns nothing if it succeeds, else what it printed. */
  private static String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command).directory(PYTHON.toFile()).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? "" : "failed: " + printed;
    } catch (IOException e) {
      return "no python3: " + e.getMessage();
    }
  }
}
