package org.tributary.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.client.BackwardMode;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.Lora;
import org.tributary.model.Pooling;
import org.tributary.model.Precision;
import org.tributary.optim.AdamSettings;
import org.tributary.optim.GaLoreSettings;
import org.tributary.optim.GradientSubspaces;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.Optimizers;

/** The estimate covers the peaks in docs/results.md, from {@code bench/memory/run 4 512}. */
class MemoryNeedTest {
  private static final String CONFIG =
      """
      {"model_type": "llama", "hidden_size": 768, "intermediate_size": 2048,
       "num_hidden_layers": 12, "num_attention_heads": 12, "num_key_value_heads": 12,
       "vocab_size": 16000, "max_position_embeddings": 2048, "tie_word_embeddings": true}
      """;

  private static final List<String> LINEAR =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  @ParameterizedTest
  @CsvSource({
    "adamw, float32, whole, 4031",
    "adamw, float32, checkpointed, 3058",
    "adamw, float32, updating, 2151",
    "adamw, bfloat16, whole, 3147",
    "adamw, bfloat16, updating, 1898",
    "galore, float32, whole, 3618",
    "galore, float32, updating, 1675",
    "galore, bfloat16, updating, 1319",
    "lora, float32, whole, 3805",
    "lora, float32, checkpointed, 2036",
    "lora, bfloat16, checkpointed, 1205"
  })
  void enclosesTheMeasuredPeak(String optimizer, String precision, String backward, long measured)
      throws IOException {
    Architecture llama =
        Architectures.of(JSON.readTree(CONFIG), Collections.emptySet(), Pooling.CLS);
    Map<String, long[]> trained = new TreeMap<>(llama.weights());
    long frozen = 0;
    if (optimizer.equals("lora")) {
      trained.clear();
      new Lora(16, 32, false, LINEAR)
          .layers(llama.linearLayers())
          .forEach(
              (layer, shape) -> {
                trained.put(layer + Lora.A, new long[] {16, shape[1]});
                trained.put(layer + Lora.B, new long[] {shape[0], 16});
              });
      // The copy of the frozen weights in bfloat16 is part of the measured peak.
      frozen = precision.equals("bfloat16") ? 2 * 97_236_480L : 0;
    }
    Record own =
        optimizer.equals("galore")
            ? new GaLoreSettings(
                0.9, 0.999, 1e-6, new GradientSubspaces(128, 200, 0.25, LINEAR, "randomized"))
            : new AdamSettings(0.9, 0.999, 1e-6);
    String name = optimizer.equals("lora") ? "adamw" : optimizer;
    MemoryNeed need =
        MemoryNeed.of(
            llama,
            trained,
            new MemoryNeed.Setting(
                Precision.named(precision),
                BackwardMode.valueOf(backward.toUpperCase(Locale.ROOT)),
                4 * 512,
                Optimizers.stateBytes(new OptimizerSettings(name, own, 0, 7), trained)));
    assertThat(measured * 1_000_000).isBetween(need.inUse() + frozen, need.peak() + frozen);
    assertThat(need.peak()).as("no more than twice the peak").isLessThan(2_600_000L * measured);
  }

  @Test
  void anImageHasOneTokenForEachPatch() throws IOException {
    String vit = "{\"model_type\": \"vit\", \"image_size\": 224, \"patch_size\": 16}";
    Architecture model = Architectures.of(JSON.readTree(vit), Collections.emptySet(), Pooling.CLS);
    assertThat(model.maxPositions()).isEqualTo(14 * 14 + 1);
    long batch = 8L * model.maxPositions();
    assertThat(MemoryNeed.evaluation(model, Precision.FLOAT32, batch)).isBetween(1L, 1L << 30);
  }
}
