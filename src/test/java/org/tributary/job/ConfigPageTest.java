package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.tributary.config.ConfigForm;
import org.tributary.fixture.JobRun;

/** docs/config.md and docs/schema match the keys. {@code -Dpages=write} writes them instead. */
class ConfigPageTest {
  private static final Path DOCS = Path.of("docs");

  private static void holds(String file, String text) throws IOException {
    Path path = DOCS.resolve(file);
    if ("write".equals(System.getProperty("pages"))) {
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    }
    assertThat(path)
        .as("run ./mvnw -Dtest=ConfigPageTest -Dpages=write test, and commit the files")
        .hasContent(text);
  }

  @Test
  void thePageHasEveryKeyAsItIs() throws IOException {
    holds("config.md", ConfigForms.page());
  }

  @Test
  void theSchemasHaveEveryKeyAsItIs() throws IOException {
    for (ConfigForm form : ConfigForms.all()) {
      holds("schema/" + form.name() + ".json", ConfigForms.schema(form));
    }
  }

  @Test
  void theJobPrintsTheSchema() {
    JobRun run = JobRun.of("schema", "train");
    assertThat(run.code()).isZero();
    assertThat(run.out()).isEqualTo(ConfigForms.schema(ConfigForms.all().get(1)));
  }

  @Test
  void theJobRefusesAFileThatNoJobReads() {
    JobRun run = JobRun.of("schema", "methods");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("methods: no job reads such a file; take partition, train");
  }
}
