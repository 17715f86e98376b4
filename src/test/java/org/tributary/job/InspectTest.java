package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;

/** The output of {@code inspect}, for people and for programs. */
class InspectTest extends TinyJob {
  private static JobRun inspect(Object... paths) {
    String[] args = new String[paths.length + 1];
    args[0] = "inspect";
    for (int i = 0; i < paths.length; i++) {
      args[i + 1] = paths[i].toString();
    }
    JobRun run = JobRun.of(args);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private static JsonNode json(Object... paths) throws IOException {
    Object[] more = new Object[paths.length + 1];
    System.arraycopy(paths, 0, more, 0, paths.length);
    more[paths.length] = "--json";
    return JSON.readTree(inspect(more).out());
  }

  @Test
  void ofASupportedModel() {
    assertThat(inspect(tiny.model()).out())
        .contains("  supported: bert, a classifier of texts")
        .contains("  classes: none; a new classifier learns those of the data")
        .contains("    query: ", "    projections of the attention: [query, key, value]")
        .contains("    all weights, adamw, float32: ", "    adapters, adamw, bfloat16, perBlock: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama_gqa | supported: llama, a language model (writes text) | attention: [q_proj, k_proj, v_proj, o_proj]",
        "gpt2 | supported: gpt2, a language model (writes text) | attention: [c_attn]",
        "vit | supported: vit, a classifier of images | attention: [query, key, value]",
        "siglip | supported: siglip, a classifier of images | q_proj",
        "bert | supported: bert, a classifier of texts | classes: 3: "
      })
  void ofEveryKind(String model, String supported, String more) {
    assertThat(inspect(GoldenCases.of(model)).out()).contains(supported, more);
  }

  @Test
  void namesTheKeyThatIsNotSupported() throws IOException {
    Path folder = tiny.llama();
    ObjectNode config = (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
    config.putObject("rope_scaling").put("rope_type", "yarn").put("factor", 2.0);
    config.remove("rope_parameters");
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    assertThat(inspect(folder).out()).contains("  not supported: ", "yarn");
    JsonNode tree = json(folder).get(0);
    assertThat(tree.path("supported").asBoolean(true)).isFalse();
    assertThat(tree.path("why").asText()).contains("yarn");
  }

  @Test
  void theParametersOfAdaptersAreTheirShapes() throws IOException {
    JsonNode tree = json(GoldenCases.of("vit")).get(0);
    long expected = 0;
    for (var tensor :
        (Iterable<java.util.Map.Entry<String, JsonNode>>) () -> tree.path("tensors").fields()) {
      if (tensor.getKey().endsWith(".query.weight")) {
        JsonNode shape = tensor.getValue().path("shape");
        expected += 8 * (shape.get(0).asLong() + shape.get(1).asLong());
      }
    }
    assertThat(expected).isPositive();
    assertThat(tree.at("/lora/targets/query").asLong()).isEqualTo(expected);
    assertThat(tree.at("/lora/rank").asInt()).isEqualTo(8);
    assertThat(tree.at("/memory/ways")).hasSize(18);
    for (JsonNode way : tree.at("/memory/ways")) {
      assertThat(way.path("in_use_bytes").asLong()).isPositive();
      assertThat(way.path("peak_bytes").asLong()).isGreaterThan(way.path("in_use_bytes").asLong());
    }
  }

  @Test
  void jsonOfModelSetAndFile() throws IOException {
    JsonNode all = json(tiny.model(), tiny.data(), tiny.model().resolve("model.safetensors"));
    assertThat(all).hasSize(3);
    JsonNode model = all.get(0);
    assertThat(model.path("kind").asText()).isEqualTo("model folder");
    assertThat(model.path("supported").asBoolean()).isTrue();
    assertThat(model.path("input").asText()).isEqualTo("text");
    assertThat(model.path("path").asText()).endsWith("/model");
    JsonNode set = all.get(1);
    assertThat(set.path("kind").asText()).isEqualTo("partitioned set");
    assertThat(set.path("manifest"))
        .isEqualTo(JSON.readTree(tiny.data().resolve("manifest.json").toFile()));
    assertThat(all.get(2).path("kind").asText()).isEqualTo("safetensors file");
    assertThat(all.get(2).path("tensors")).isEqualTo(model.path("tensors"));
  }

  @Slow
  @Test
  void jsonOfARunIsItsLine() throws IOException {
    Path file = dir.resolve("train.yaml");
    Files.writeString(file, tiny.yaml("run", "fedavg").replace("rounds: 3", "rounds: 1"));
    JobRun.done("train", file.toString(), "--set", "client.schedule.name=constant");
    JsonNode run = json(tiny.out("run")).get(0);
    assertThat(run.path("kind").asText()).isEqualTo("run");
    assertThat(run.path("framework").asText()).isEqualTo("fedavg");
    assertThat(run.path("rounds").asInt()).isEqualTo(1);
    assertThat(run.at("/scores/test/accuracy").isNumber()).isTrue();
    assertThat(run.path("bytesUp").asDouble()).isPositive();
    String line = inspect(tiny.out("run")).out();
    assertThat(line)
        .contains("%.4f".formatted(run.at("/scores/test/accuracy").asDouble()))
        .contains("%.3f".formatted(run.path("bytesUp").asDouble() / 1e6));
  }
}
