package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.federation.Tiny;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.ProjectHome;
import org.tributary.fixture.Slow;

/** The README's commands in order, as in src/test/scripts/newcomer. */
@Slow
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class NewcomerTest extends TinyJob {
  @Test
  void theCommandsOfTheReadmeLeadFromAModelAndDataToAReport() throws Exception {
    StringBuilder tickets = new StringBuilder("text,label,office\n");
    List<String> labels = List.of("bug", "wish", "question");
    for (int i = 0; i < 150; i++) {
      tickets.append(
          "what is the %s of disease %d,%s,%s%n"
              .formatted(labels.get(i % 3), i, labels.get(i % 3), i % 2 == 0 ? "lyon" : "oslo"));
    }
    Path data = Files.writeString(dir.resolve("tickets.csv"), tickets);
    Path home = ProjectHome.built(dir.resolve("home"));
    Path folder = dir.resolve("work");
    Path out = dir.resolve("newcomer.out");
    ProcessBuilder builder =
        new ProcessBuilder(
                "bash",
                Path.of("src/test/scripts/newcomer").toAbsolutePath().toString(),
                home.resolve("jobs/submit").toString(),
                tiny.model().toString(),
                data.toString(),
                GoldenCases.of("bert").resolve("inputs.safetensors").toAbsolutePath().toString(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().remove("SPARK_HOME");
    builder.environment().remove("HADOOP_CONF_DIR");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("TRIBUTARY_DRIVER_MEMORY", "512m");
    Process process = builder.start();
    boolean ended = process.waitFor(600, TimeUnit.SECONDS);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String told = Files.readString(out);
    assertThat(ended).as(told).isTrue();
    assertThat(process.exitValue()).as(told).isZero();
    assertThat(told).contains("== Done").doesNotContain("Exception");
    assertThat(Files.readString(folder.resolve("report.html"))).contains("<html");
    assertThat(folder.resolve("runs/all/report.html")).isRegularFile();
    assertThat(
            SafeTensors.read(Tiny.STORE, Tiny.hadoop(folder.resolve("logits.safetensors")))
                .tensors())
        .isNotEmpty();
  }
}
