package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Adapter folders are written, read and refused. */
class PeftAdapterTest {
  private static final String QUERY = "encoder.layer.0.attention.self.query";

  @TempDir java.nio.file.Path disk;
  private final Store store = Store.of(new Configuration());
  private Path folder;

  @BeforeEach
  void name() throws IOException {
    folder = store.path(disk.resolve("adapter").toString());
  }

  private static PeftConfig config(int rank, double alpha, boolean rslora) {
    return config(rank, alpha, rslora, Map.of(), Map.of());
  }

  private static PeftConfig config(
      int rank,
      double alpha,
      boolean rslora,
      Map<String, Integer> ranks,
      Map<String, Double> alphas) {
    return new PeftConfig(
        rank,
        alpha,
        rslora,
        PeftConfig.Targets.of(List.of("value", "query")),
        List.of("classifier"),
        ranks,
        alphas,
        false,
        "base",
        null,
        "SEQ_CLS");
  }

  private static Map<String, HostTensor> tensors() {
    Map<String, HostTensor> tensors = new TreeMap<>();
    tensors.put(QUERY + PeftAdapter.LORA_A, HostTensor.of(new float[6], 2, 3));
    tensors.put(QUERY + PeftAdapter.LORA_B, HostTensor.of(new float[8], 4, 2));
    tensors.put("classifier.weight", HostTensor.of(new float[3], 1, 3));
    tensors.put("classifier.bias", HostTensor.of(new float[1], 1));
    return tensors;
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    PeftAdapter adapter = new PeftAdapter(config(2, 8, false), tensors());
    assertThat(adapter.write(store, folder)).isTrue();
    assertThat(adapter.write(store, folder)).isFalse();
    assertThat(PeftAdapter.read(store, folder)).isEqualTo(adapter);
    assertThat(SafeTensors.map(disk.resolve("adapter/adapter_model.safetensors")).keySet())
        .containsExactly(
            "base_model.model.classifier.bias",
            "base_model.model.classifier.weight",
            "base_model.model." + QUERY + ".lora_A.weight",
            "base_model.model." + QUERY + ".lora_B.weight");
  }

  /** A state_dict contains the adapter's name, and may lack the prefix; peft saves neither. */
  @ParameterizedTest
  @CsvSource({"base_model.model.,default", "'',default", "'',mine", "'',''"})
  void rawStateDictsAreRead(String prefix, String name) throws IOException {
    new PeftAdapter(config(2, 8, false), tensors()).write(store, folder);
    String of = name.isEmpty() ? "" : "." + name;
    Map<String, HostTensor> raw = new TreeMap<>();
    tensors()
        .forEach(
            (key, tensor) ->
                raw.put(
                    prefix
                        + key.replaceFirst("(lora_[AB])", "$1" + of)
                            .replace(
                                "classifier.",
                                name.isEmpty()
                                    ? "classifier."
                                    : "classifier.modules_to_save" + of + "."),
                    tensor));
    if (!name.isEmpty()) {
      HostTensor base = HostTensor.of(new float[12], 4, 3);
      raw.put(prefix + QUERY + ".base_layer.weight", base);
      raw.put(prefix + QUERY + ".base_layer.bias", HostTensor.of(new float[4], 4));
      raw.put(prefix + "classifier.original_module.weight", HostTensor.of(new float[3], 1, 3));
    }
    Files.delete(disk.resolve("adapter/adapter_model.safetensors"));
    Path file = new Path(folder, PeftAdapter.WEIGHTS);
    store.commit(file, SafeTensors.content(raw, Map.of()));
    assertThat(PeftAdapter.read(store, folder).tensors()).isEqualTo(tensors());
    raw.put(prefix + QUERY + ".lora_A.other.weight", HostTensor.of(new float[6], 2, 3));
    raw.put(prefix + QUERY + ".lora_B.another.weight", HostTensor.of(new float[6], 2, 3));
    store.delete(file);
    store.commit(file, SafeTensors.content(raw, Map.of()));
    refuses("it holds several adapters, ", "save only one of them");
  }

  @Test
  void writesTheKeysThatPeftReads() throws IOException {
    new PeftAdapter(config(2, 8, true), tensors()).write(store, folder);
    JsonNode json = JSON.readTree(disk.resolve("adapter/adapter_config.json").toFile());
    JsonNode expected =
        JSON.readTree(
            """
                {"alpha_pattern": {}, "auto_mapping": null, "base_model_name_or_path": "base",
                 "bias": "none", "fan_in_fan_out": false, "inference_mode": true,
                 "init_lora_weights": true, "layers_pattern": null, "layers_to_transform": null,
                 "lora_alpha": 8, "lora_dropout": 0.0, "modules_to_save": ["classifier"],
                 "peft_type": "LORA", "r": 2, "rank_pattern": {}, "revision": null,
                 "target_modules": ["query", "value"], "task_type": "SEQ_CLS",
                 "use_dora": false, "use_rslora": true}""");
    assertThat(json).isEqualTo(expected);
  }

  @Test
  void scalesByRankOrItsRoot() {
    assertThat(config(4, 8, false).scaling(QUERY)).isEqualTo(2);
    assertThat(config(4, 8, true).scaling(QUERY)).isEqualTo(4);
  }

  /** What get_pattern_key of peft 0.21 returns for the same keys and modules. */
  @ParameterizedTest
  @CsvSource({
    "query, true",
    "self.query, true",
    "encoder.layer.0.attention.self.query, true",
    "^encoder.layer.0.attention.self.query, true",
    "'layer.0.*query', true",
    "layer.[01].attention.self.query, true",
    "que, false",
    "uery, false",
    "^query, false",
    "self, false",
    "layer.1.attention.self.query, false"
  })
  void patternsMatchTheEndOfAName(String key, boolean matches) {
    PeftConfig patterned = config(4, 8, false, Map.of(key, 2), Map.of(key, 32.0));
    assertThat(patterned.rank(QUERY)).isEqualTo(matches ? 2 : 4);
    assertThat(patterned.scaling(QUERY)).isEqualTo(matches ? 16 : 2);
  }

  @Test
  void theFirstPatternCountsAndRankAndAlphaAreAlone() {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    ranks.put("query", 3);
    ranks.put("self.query", 2);
    PeftConfig patterned = config(4, 8, true, ranks, Map.of("value", 5.0));
    assertThat(patterned.rank(QUERY)).isEqualTo(3);
    assertThat(patterned.scaling(QUERY)).isEqualTo(8 / Math.sqrt(3));
    assertThat(patterned.scaling("a.value")).isEqualTo(2.5);
  }

  @ParameterizedTest
  @CsvSource({
    "all-linear, true",
    "All-Linear, true",
    ".*query, true",
    "'.*\\.(query|key)', true",
    "query, false",
    ".*layer.1.*, false"
  })
  void targetsMayBeAPatternOfWholeNames(String pattern, boolean matches) {
    assertThat(new PeftConfig.Targets(null, pattern).matches(QUERY)).isEqualTo(matches);
  }

  @Test
  void targetsAreWholePartsOfNames() {
    assertThat(PeftConfig.Targets.of(List.of("self.query")).matches(QUERY)).isTrue();
    assertThat(PeftConfig.Targets.of(List.of(QUERY)).matches(QUERY)).isTrue();
    assertThat(PeftConfig.Targets.of(List.of("uery", "quer", ".*")).matches(QUERY)).isFalse();
  }

  @Test
  void patternsAndPatternedRanksComeBack() throws IOException {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    ranks.put("^encoder.layer.0.*", 2);
    ranks.put("a", 1);
    PeftConfig config =
        new PeftConfig(
            8,
            2.5,
            true,
            new PeftConfig.Targets(null, ".*query"),
            List.of("classifier"),
            ranks,
            Map.of("query", 3.0),
            true,
            "org/base",
            "c0ffee",
            null);
    PeftAdapter adapter = new PeftAdapter(config, tensors());
    adapter.write(store, folder);
    PeftAdapter read = PeftAdapter.read(store, folder);
    assertThat(read).isEqualTo(adapter);
    assertThat(List.copyOf(read.config().rankPattern().keySet()))
        .containsExactly("^encoder.layer.0.*", "a");
    assertThat(CheckpointSummary.of(store, folder).head())
        .contains("  r of a: 1", "  lora_alpha of query: 3", "  target modules: .*query");
  }

  @Test
  void neverWritesWhatPeftCouldNotRead() {
    Map<String, HostTensor> tensors = tensors();
    tensors.remove(QUERY + PeftAdapter.LORA_B);
    tensors.put("pooler.weight", HostTensor.of(new float[1], 1));
    assertThatThrownBy(() -> new PeftAdapter(config(3, 8, false), tensors).write(store, folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(QUERY + ".lora_A.weight is there without")
        .hasMessageContaining("has shape [2, 3], r is 3")
        .hasMessageContaining("pooler.weight is neither");
    assertThat(disk.resolve("adapter")).doesNotExist();
  }

  /** For an embedding or a head with resized rows, peft saves three tensors and reads one. */
  @Test
  void whatPeftSavesBesideASavedModuleIsPassedOver() throws IOException {
    new PeftAdapter(config(2, 8, false), tensors()).write(store, folder);
    Path file = new Path(folder, PeftAdapter.WEIGHTS);
    Map<String, HostTensor> all =
        new TreeMap<>(SafeTensors.map(disk.resolve("adapter/adapter_model.safetensors")));
    String classifier = "base_model.model.classifier.";
    HostTensor weight = all.get(classifier + "weight");
    HostTensor other = HostTensor.of(new float[] {1, 2, 3}, 1, 3);
    all.put(classifier + "modules_to_save.weight", weight);
    all.put(classifier + "original_module.weight", other);
    store.delete(file);
    store.commit(file, SafeTensors.content(all, Map.of("format", "pt")));
    assertThat(PeftAdapter.read(store, folder).tensors()).isEqualTo(tensors());
    all.put(classifier + "modules_to_save.weight", other);
    store.delete(file);
    store.commit(file, SafeTensors.content(all, Map.of("format", "pt")));
    refuses("classifier.modules_to_save.weight is another one than without modules_to_save");
  }

  @Test
  void refusesOtherKindsOfAdapters() throws IOException {
    refuses("adapter_config.json: there is no such file");
    put("adapter_config.json", "{\"peft_type\":\"IA3\"}");
    refuses("of the kind IA3, and only LoRA can be used", "merge_and_unload");
    put("adapter_config.json", "{\"use_dora\":true,\"r\":0}");
    refuses(
        "peft_type is not there",
        "merge_and_unload",
        "use_dora is true",
        "r is 0",
        "lora_alpha is",
        "target_modules is",
        "only plain LoRA");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'use_dora': true                    | use_dora is true",
        "'lora_bias': true                   | lora_bias is true",
        "'bias': 'lora_only'                 | bias is \"lora_only\"",
        "'init_lora_weights': 'pissa'        | init_lora_weights is \"pissa\"",
        "'init_lora_weights': 'pissa_niter_4'| init_lora_weights is \"pissa_niter_4\"",
        "'init_lora_weights': 'olora'        | init_lora_weights is \"olora\"",
        "'init_lora_weights': 'loftq'        | init_lora_weights is \"loftq\"",
        "'loftq_config': {'bits': 4}         | loftq_config is {\"bits\":4}",
        "'layer_replication': [[0, 1]]       | layer_replication is [[0,1]]",
        "'megatron_config': {'a': 1}         | megatron_config is {\"a\":1}",
        "'target_parameters': ['w']          | target_parameters is [\"w\"]",
        "'trainable_token_indices': [1]      | trainable_token_indices is [1]",
        "'alora_invocation_tokens': [1]      | alora_invocation_tokens is [1]",
        "'a_later_invention': 7              | a_later_invention is 7",
        "'target_modules': null              | target_modules is null",
        "'target_modules': '('               | target_modules is \"(\"",
        "'target_modules': []                | target_modules is []",
        "'rank_pattern': {'(': 2}            | rank_pattern has (: 2",
        "'rank_pattern': {'query': 0}        | rank_pattern has query: 0",
        "'alpha_pattern': {'query': 'x'}     | alpha_pattern has query: \"x\"",
      })
  void refusesWhatItCannotCompute(String key, String message) throws IOException {
    String plain = "{'peft_type':'LORA','r':4,'lora_alpha':8,'target_modules':['query'],%s}";
    put("adapter_config.json", plain.formatted(key.strip()).replace('\'', '"'));
    refuses("only plain LoRA", message.strip());
  }

  @Test
  void whatIsOffOrSaysNothingIsTaken() throws IOException {
    new PeftAdapter(config(2, 8, false), tensors()).write(store, folder);
    Files.writeString(
        disk.resolve("adapter/adapter_config.json"),
        """
        {"peft_type": "LORA", "r": 2, "lora_alpha": 8, "target_modules": ["query", "value"],
         "modules_to_save": ["classifier", "score"], "use_dora": false, "lora_bias": false,
         "exclude_modules": null, "layers_to_transform": [], "loftq_config": {},
         "megatron_core": "megatron.core", "qalora_group_size": 16, "peft_version": "9.9",
         "a_later_invention": null, "init_lora_weights": "gaussian", "lora_dropout": 0.1}""");
    assertThat(PeftAdapter.read(store, folder).tensors()).isEqualTo(tensors());
  }

  @Test
  void aPickleIsRefused() throws IOException {
    put(
        "adapter_config.json",
        "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"target_modules\":[\"query\"]}");
    put("adapter_model.bin", "");
    refuses("adapter_model.bin: is a pickle", "save_pretrained");
  }

  @Test
  void refusesTensorsThatDoNotFitTheConfiguration() throws IOException {
    put(
        "adapter_config.json",
        "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"target_modules\":[\"query\"]}");
    refuses("adapter_model.safetensors: there is no such file");
    Map<String, HostTensor> tensors = new TreeMap<>();
    tensors.put("query.lora_A.weight", HostTensor.of(new float[4], 4, 1));
    tensors.put("base_model.model.query.lora_A.weight", HostTensor.of(new float[6], 2, 3));
    tensors.put("base_model.model.key.lora_A.weight", HostTensor.of(new float[4], 4, 1));
    tensors.put("base_model.model.embed.lora_embedding_A", HostTensor.of(new float[4], 4, 1));
    tensors.put(
        "base_model.model.ids",
        new HostTensor(DType.I64, new long[] {0}, java.nio.ByteBuffer.allocate(0)));
    store.commit(
        new Path(folder, "adapter_model.safetensors"), SafeTensors.content(tensors, Map.of()));
    refuses(
        "tensor query.lora_A.weight does not begin with base_model.model.",
        "is there without query.lora_B.weight",
        "has shape [2, 3], r is 4",
        "module key is not of target_modules (query)",
        "tensor embed.lora_embedding_A is of another kind",
        "tensor base_model.model.ids is I64");
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "F16", "BF16"})
  void numbersThatAreNotFiniteAreRefusedByName(DType type) throws IOException {
    new PeftAdapter(config(2, 8, false), tensors()).write(store, folder);
    Path file = new Path(folder, PeftAdapter.WEIGHTS);
    Map<String, HostTensor> wrong = new TreeMap<>(SafeTensors.read(store, file).tensors());
    String name = wrong.keySet().iterator().next();
    HostTensor before = wrong.get(name);
    java.nio.ByteBuffer bytes =
        java.nio.ByteBuffer.allocate((int) before.elements() * type.bytes())
            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
    if (type == DType.F64) {
      bytes.putDouble(0, 1e200); // finite, but not in float32
    } else {
      float inf = Float.NEGATIVE_INFINITY;
      bytes.put(0, HostTensor.of(new float[] {inf}, 1).to(type).data(), 0, type.bytes());
    }
    wrong.put(name, new HostTensor(type, before.shape(), bytes));
    store.delete(file);
    store.commit(file, SafeTensors.content(wrong, Map.of("format", "pt")));
    refuses("not finite numbers", "tensor " + name);
  }

  private void refuses(String... parts) {
    assertThatThrownBy(() -> PeftAdapter.read(store, folder))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(parts);
  }

  private void put(String name, String text) throws IOException {
    Files.createDirectories(disk.resolve("adapter"));
    Files.writeString(disk.resolve("adapter").resolve(name), text);
  }
}
