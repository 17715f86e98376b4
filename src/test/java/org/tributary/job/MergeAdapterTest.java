package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftConfig;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.federation.Tiny;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.JobRun;
import org.tributary.protocol.HostTensor;

/** The job, called as users call it, on a model whose file contains its tied head twice. */
class MergeAdapterTest {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String QUERY = "model.layers.0.self_attn.q_proj";
  private static final String NORM = "model.norm.weight";

  @TempDir Path dir;
  private final Map<String, HostTensor> weights = new TreeMap<>();
  private final Map<String, HostTensor> tensors = new TreeMap<>();
  private ObjectNode config;

  @BeforeEach
  void read() throws IOException {
    Path golden = GoldenCases.of("llama_tied");
    config = (ObjectNode) JSON.readTree(golden.resolve("config.json").toFile());
    weights.putAll(SafeTensors.map(golden.resolve("model.safetensors")));
    weights.put(HEAD, weights.get(EMBEDDING));
    adapt(QUERY);
  }

  private void adapt(String module) {
    long[] shape = weights.get(module + ".weight").shape();
    float[] a = new float[(int) shape[1]];
    a[0] = 1;
    tensors.put(module + PeftAdapter.LORA_A, HostTensor.of(a, 1, shape[1]));
    tensors.put(module + PeftAdapter.LORA_B, HostTensor.of(new float[(int) shape[0]], shape[0], 1));
  }

  private JobRun run(String job, String... more) throws IOException {
    Path model = Files.createDirectories(dir.resolve("model"));
    JSON.writeValue(model.resolve("config.json").toFile(), config);
    Tiny.STORE.commit(
        Tiny.hadoop(model.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
    PeftConfig peft =
        new PeftConfig(
            1,
            1,
            false,
            PeftConfig.Targets.of(List.of("q_proj", "lm_head")),
            List.of("model.embed_tokens", "lm_head"),
            Map.of(),
            Map.of(),
            false,
            "base",
            null,
            "CAUSAL_LM");
    Path adapter = dir.resolve("adapter");
    new PeftAdapter(peft, tensors).write(Tiny.STORE, Tiny.hadoop(adapter));
    List<String> args = new java.util.ArrayList<>(List.of(job, "--model", model.toString()));
    args.addAll(List.of("--adapter", adapter.toString(), "--out", out().toString()));
    args.addAll(List.of(more));
    return JobRun.of(args.toArray(String[]::new));
  }

  private Path out() {
    return dir.resolve("out");
  }

  private void assertRefused(JobRun end, String... parts) {
    assertThat(end.code()).as(end.err()).isEqualTo(2);
    assertThat(end.err()).contains(parts).doesNotContain("\tat ");
    assertThat(out()).doesNotExist();
  }

  /** A rope type that Tributary does not support does not prevent merging. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void copiesOfEmbeddingAndHeadThatAreEqualAreWritten(boolean supported) throws IOException {
    if (!supported) {
      config.putObject("rope_scaling").put("rope_type", "unheard-of").put("factor", 2);
    }
    config.put("tie_word_embeddings", true);
    long[] shape = weights.get(EMBEDDING).shape();
    HostTensor saved = HostTensor.of(new float[(int) HostTensor.elements(shape)], shape);
    tensors.put(EMBEDDING, saved);
    tensors.put(HEAD, saved);
    JobRun end = run("merge-adapter");
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(SafeTensors.map(out().resolve("model.safetensors")))
        .containsEntry(EMBEDDING, saved)
        .containsEntry(HEAD, saved)
        .containsEntry(NORM, weights.get(NORM));
  }

  /** peft trains a copy for one of the two places; the other place keeps the model's matrix. */
  @ParameterizedTest
  @CsvSource({
    "logits, model.embed_tokens.weight, lm_head.weight",
    "logits, lm_head.weight, model.embed_tokens.weight"
  })
  void aCopyOfOneOfTwoTiedPlacesIsRefused(String job, String saved, String other)
      throws IOException {
    config.put("tie_word_embeddings", true);
    long[] shape = weights.get(EMBEDDING).shape();
    tensors.put(saved, HostTensor.of(new float[(int) HostTensor.elements(shape)], shape));
    String[] more = job.equals("logits") ? new String[] {"--input", "none"} : new String[0];
    assertRefused(
        run(job, more),
        saved + " is changed, which config.json ties to " + other,
        "make one model of both with jobs/submit local merge-adapter",
        "sets tie_word_embeddings to false");
  }

  @Test
  void anAdapterOnTheHeadAloneUntiesIt() throws IOException {
    config.put("tie_word_embeddings", true);
    adapt("lm_head");
    JobRun end = run("merge-adapter");
    assertThat(end.code()).as(end.err()).isZero();
    assertThat(SafeTensors.map(out().resolve("model.safetensors")))
        .containsEntry(EMBEDDING, weights.get(EMBEDDING))
        .containsKey(HEAD);
    assertThat(JSON.readTree(out().resolve("config.json").toFile()))
        .anyMatch(value -> value.isBoolean() && !value.booleanValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"merge-adapter", "logits"})
  void aModelWithNumbersThatAreNotFiniteIsRefused(String job) throws IOException {
    long[] shape = weights.get(NORM).shape();
    float[] values = new float[(int) shape[0]];
    values[1] = Float.POSITIVE_INFINITY;
    weights.put(NORM, HostTensor.of(values, shape));
    String[] more = job.equals("logits") ? new String[] {"--input", "none"} : new String[0];
    assertRefused(run(job, more), "not finite numbers", "tensor " + NORM);
  }
}
