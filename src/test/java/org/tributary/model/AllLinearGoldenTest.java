package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.Store;

/** all-linear adapts the same layers as in peft 0.21. */
class AllLinearGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert",
        "roberta",
        "xlm_roberta",
        "distilbert",
        "gpt2",
        "llama_gqa",
        "qwen2",
        "gemma",
        "siglip",
        "deit",
        "dinov2",
        "phi3",
        "gemma2",
        "gemma3"
      })
  void layersAreThoseOfPeft(String family) throws IOException {
    Path file = GOLDEN.resolve("all_linear.json");
    assumeTrue(Files.exists(file), () -> "no such cases in " + GOLDEN);
    JsonNode golden = JSON.readTree(file.toFile()).get("layers").get(family);
    Set<String> expected = new TreeSet<>();
    golden.forEach(name -> expected.add(name.asText()));
    assertThat(expected).isNotEmpty();
    // Layers that a SigLIP classifier does not compute cannot be adapted.
    expected.removeIf(name -> name.startsWith("vision_model.head."));
    HuggingFaceFolder folder =
        HuggingFaceFolder.open(
            Store.of(new Configuration(false)),
            new org.apache.hadoop.fs.Path(GOLDEN.resolve(family).toUri()));
    Architecture architecture = Architectures.of(folder.config(), folder.tensors().keySet(), null);
    Set<String> ours = new TreeSet<>();
    architecture
        .linearLayers()
        .keySet()
        .forEach(l -> ours.add(architecture.nameInPeft(architecture.nameWithHead(l))));
    assertThat(ours).isEqualTo(expected);
  }
}
