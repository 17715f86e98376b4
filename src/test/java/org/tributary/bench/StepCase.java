package org.tributary.bench;

import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tributary.client.BackwardMode;
import org.tributary.client.Recipe;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.Lora;
import org.tributary.model.Pooling;
import org.tributary.model.Precision;
import org.tributary.optim.AdamSettings;
import org.tributary.optim.GaLoreSettings;
import org.tributary.optim.GradientSubspaces;
import org.tributary.optim.OptimizerSettings;
import org.tributary.protocol.Seeds;

/**
 * One case of {@code bench/cases.json}, as {@code bench/run} puts it into a folder: {@code
 * case.json}, the start weights in {@code model}, the start adapter in {@code adapter}, the rows in
 * {@code rows.safetensors}. The peer reads the same folder.
 *
 * @param folder of the case
 * @param json its {@code case.json}
 */
record StepCase(Path folder, JsonNode json) {
  private static final long SEED = 7;
  private static final String CLIENT = "bench";
  private static final List<String> PROJECTED =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  /** Reads a case's folder. */
  static StepCase read(Path folder) throws IOException {
    return new StepCase(folder, JSON.readTree(folder.resolve("case.json").toFile()));
  }

  String rows() {
    return json.get("rows").asText();
  }

  int batch() {
    return json.get("batch").asInt();
  }

  int length() {
    return json.get("length").asInt();
  }

  int threads() {
    return json.get("threads").asInt();
  }

  int warmup() {
    return json.get("warmup").asInt();
  }

  /** Lengths of the prompts to generate after; none in a case that trains. */
  int[] prompts() {
    return JSON.convertValue(json.path("prompts"), int[].class);
  }

  /** Classes of the classifier; 0 for a language model. */
  int labels() {
    return json.path("labels").asInt(0);
  }

  /** Of weights and activations. */
  Precision precision() {
    return Precision.named(json.path("precision").asText("float32"));
  }

  Path model() {
    return folder.resolve("model");
  }

  Path rowsFile() {
    return folder.resolve("rows.safetensors");
  }

  /** The seed of the order of the rows, as local training computes it for the first round. */
  long orderSeed() {
    return Seeds.of(SEED, "batches", 0, CLIENT);
  }

  String client() {
    return CLIENT;
  }

  /** The architecture, with the names of a checkpoint that has a classifier. */
  Architecture architecture() throws IOException {
    JsonNode config = JSON.readTree(model().resolve("config.json").toFile());
    String type = config.get("model_type").asText();
    Set<String> names = labels() == 0 ? Collections.emptySet() : Set.of(type + ".");
    return Architectures.of(config, names, labels() == 0 ? null : Pooling.CLS);
  }

  /** All weights: those of the model, and the classifier's with what lies before it. */
  Map<String, long[]> weights(Architecture architecture) {
    Map<String, long[]> all = new TreeMap<>(architecture.weights());
    all.putAll(architecture.poolerWeights());
    if (labels() > 0) {
      all.putAll(architecture.head(labels()));
    }
    return all;
  }

  /** Adapters on all linear layers, with alpha 2 r; null if all weights train. */
  Lora lora() {
    return json.get("train").asText().equals("lora")
        ? new Lora(rank(), 2.0 * rank(), false, List.of(Lora.ALL_LINEAR))
        : null;
  }

  private int rank() {
    return json.get("rank").asInt();
  }

  Recipe recipe() {
    boolean galore = json.get("train").asText().equals("galore");
    Record own =
        galore
            ? new GaLoreSettings(
                0.9, 0.999, 1e-8, new GradientSubspaces(rank(), 200, 0.25, PROJECTED, "randomized"))
            : new AdamSettings(0.9, 0.999, 1e-8);
    return new Recipe(
        SEED,
        1,
        json.get("steps").asInt(),
        0,
        batch(),
        1,
        json.path("clip").asDouble(Double.POSITIVE_INFINITY),
        new OptimizerSettings(galore ? "galore" : "adamw", own, 0, SEED),
        "constant",
        json.get("lr").asDouble(),
        0,
        false,
        BackwardMode.WHOLE);
  }
}
