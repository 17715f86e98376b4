package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;

/** Settings in tokenizer_config.json have the same effect on tokenizer.json as in transformers. */
class TokenizerSettingsGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));

  @TempDir Path dir;

  @TestFactory
  Stream<DynamicTest> idsAreThoseOfTransformers() throws IOException {
    Path file = GOLDEN.resolve("tokenizer_settings.json");
    assumeTrue(Files.exists(file), () -> "no such cases in " + GOLDEN);
    JsonNode golden = JSON.readTree(file.toFile());
    assertThat(golden.get("cases")).isNotEmpty();
    return StreamSupport.stream(golden.get("cases").spliterator(), false)
        .map(c -> DynamicTest.dynamicTest(name(c), () -> check(c)));
  }

  private static String name(JsonNode c) {
    return c.get("model").asText()
        + " "
        + c.get("settings")
        + " "
        + c.get("changes")
        + c.path("beside");
  }

  private void check(JsonNode c) throws IOException {
    Path folder = Files.createTempDirectory(dir, "model");
    Path model = GOLDEN.resolve(c.get("model").asText());
    JsonNode beside = c.path("beside");
    Path own = model.resolve("config.json");
    ObjectNode config =
        Files.exists(own) ? (ObjectNode) JSON.readTree(own.toFile()) : JSON.createObjectNode();
    for (Map.Entry<String, JsonNode> one : beside.properties()) {
      JSON.writeValue(folder.resolve(one.getKey()).toFile(), one.getValue());
    }
    if (beside.has("config.json")) {
      config.setAll((ObjectNode) beside.get("config.json"));
    }
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    ObjectNode tokenizer = (ObjectNode) JSON.readTree(model.resolve("tokenizer.json").toFile());
    tokenizer.setAll((ObjectNode) c.get("changes"));
    Path file = folder.resolve("tokenizer.json");
    JSON.writeValue(file.toFile(), tokenizer);
    if (!c.get("settings").isEmpty()) {
      JSON.writeValue(folder.resolve("tokenizer_config.json").toFile(), c.get("settings"));
    }
    Store store = Store.of(new Configuration(false));
    try (Tokenizer tokens = Tokenizer.open(store, new org.apache.hadoop.fs.Path(file.toUri()))) {
      for (JsonNode text : c.get("texts")) {
        long[] ids = JSON.treeToValue(text.get("ids"), long[].class);
        assertThat(tokens.ids(text.get("text").asText())).as(text.toString()).isEqualTo(ids);
        if (text.has("written")) {
          assertThat(tokens.decode(ids, false)).isEqualTo(text.get("written").asText());
          assertThat(tokens.decode(ids, true)).isEqualTo(text.get("plain").asText());
        }
      }
    }
  }
}
