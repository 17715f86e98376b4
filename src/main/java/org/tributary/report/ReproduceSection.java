package org.tributary.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.tributary.json.Yaml;
import org.tributary.report.HtmlTable.Cell;

/** How to get the same numbers again: versions, hashes of the inputs, files, commands. */
final class ReproduceSection {
  private static final Map<String, String> FACTS = facts();

  private final Subject subject;

  ReproduceSection(Subject subject) {
    this.subject = subject;
  }

  private static Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("version", "Tributary");
    facts.put("commit", "git commit");
    facts.put("spark", "Spark");
    facts.put("libtorch", "libtorch");
    facts.put("java", "Java");
    facts.put("cpuCapability", "CPU capability of the driver");
    facts.put("gemm", "matrix products of merges");
    facts.put("model", "SHA-256 of the base model's files");
    facts.put("partitions", "SHA-256 of the partitioned set's manifest.json");
    facts.put("adapter", "SHA-256 of the adapter to start from");
    return facts;
  }

  Section section() {
    HtmlTable table =
        new HtmlTable(
            "t-versions",
            "Versions and inputs of the runs",
            List.of(Cell.text("what"), Cell.text("value")));
    FACTS.forEach(
        (key, name) -> {
          TreeSet<String> values = new TreeSet<>();
          for (RunHistory run : subject.runs()) {
            JsonNode value = run.stored().path("run").path(key);
            if (value.isTextual()) {
              values.add(value.asText());
            }
          }
          if (!values.isEmpty()) {
            table.row(Cell.text(name), Cell.text(String.join(", ", values)));
          }
        });
    String lead =
        "Build the git commit below, make the same model folder and partitioned set (the hashes tell), save the files below and run the command. On a CPU of the same capability the numbers are equal, bit for bit, except seconds and memory.";
    return Section.of("reproduce", "How to reproduce", lead, commands() + table.html() + files());
  }

  private String commands() {
    String command =
        subject.comparison().isPresent()
            ? "jobs/submit 'local[*]' compare compare.yaml --set train=train.yaml"
            : "jobs/submit 'local[*]' train config.yaml";
    return Html.preformatted("./mvnw -DskipTests package\n" + command);
  }

  private String files() {
    StringBuilder html = new StringBuilder();
    if (subject.comparison().isPresent()) {
      Subject.Comparison c = subject.comparison().get();
      html.append(Html.details("compare.yaml", Html.preformatted(c.compare())));
      html.append(Html.details("train.yaml", Html.preformatted(c.train())));
      return html.toString();
    }
    for (RunHistory run : subject.runs()) {
      html.append(
          Html.details(
              "config.yaml of " + run.name(),
              Html.preformatted(Yaml.text(run.stored().path("config")))));
    }
    return html.toString();
  }
}
