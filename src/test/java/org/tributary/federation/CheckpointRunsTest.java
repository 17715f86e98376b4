package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.AdapterMerge;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftNotes;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.CheckpointLogits;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.model.Precision;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;

/**
 * Runs on checkpoints as users have them, in 16-bit types and in shards, and the files that they
 * write. Also runs that start from an adapter, and checkpoints that are refused before anything is
 * written.
 */
@Slow
class CheckpointRunsTest {
  private static final String[] SHARDS = {
    "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
  };

  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    tiny = new Tiny(dir, 9, 12);
  }

  private static HuggingFaceFolder folder(Path path) throws IOException {
    return HuggingFaceFolder.open(Tiny.STORE, Tiny.hadoop(path));
  }

  /** The tiny base model in another type; its tensors alternate between two shards. */
  private static Path sharded(String name, DType type) throws IOException {
    Path folder = Files.createDirectories(dir.resolve(name));
    List<Map<String, HostTensor>> shards = List.of(new TreeMap<>(), new TreeMap<>());
    ObjectNode index = JSON.createObjectNode();
    ObjectNode map = index.putObject("weight_map");
    int i = 0;
    for (var tensor : folder(tiny.model()).weights().entrySet()) {
      shards.get(i % 2).put(tensor.getKey(), tensor.getValue().to(type));
      map.put(tensor.getKey(), SHARDS[i++ % 2]);
    }
    for (int k = 0; k < 2; k++) {
      Tiny.STORE.commit(
          Tiny.hadoop(folder.resolve(SHARDS[k])),
          SafeTensors.content(shards.get(k), Map.of("format", "pt")));
    }
    JSON.writeValue(folder.resolve(HuggingFaceFolder.INDEX).toFile(), index);
    for (String file : List.of("config.json", "tokenizer.json")) {
      Files.copy(tiny.model().resolve(file), folder.resolve(file));
    }
    Files.writeString(folder.resolve("special_tokens_map.json"), "{}");
    Files.writeString(folder.resolve("README.md"), "a model card");
    return folder;
  }

  private static RunFolder run(TrainConfig config) throws Exception {
    return new Federation(SPARK.session(), RoundListener.NONE).train(config).folder();
  }

  private static TrainConfig config(String name, String framework, String... sets) {
    List<String> all = new ArrayList<>(List.of("rounds=1", "client.schedule={name: constant}"));
    all.addAll(Arrays.asList(sets));
    return tiny.config(name, framework, all.toArray(String[]::new));
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void aShardedModelOf16BitsComesBackAsOne(DType type) throws Exception {
    Path base = sharded("base-" + type, type);
    RunFolder run =
        run(
            config(
                "full-" + type,
                "fedavg",
                "model.path=" + base,
                "framework.train=['*.query.weight']"));
    Path result = Path.of(run.model().toUri());
    try (Stream<Path> files = Files.list(result)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "config.json",
              "tokenizer.json",
              "special_tokens_map.json",
              "README.md",
              HuggingFaceFolder.INDEX,
              SHARDS[0],
              SHARDS[1]);
    }
    Map<String, HostTensor> trained = Tiny.tensors(run.global(0));
    for (String shard : SHARDS) {
      Map<String, HostTensor> after = SafeTensors.map(result.resolve(shard));
      Map<String, HostTensor> before = SafeTensors.map(base.resolve(shard));
      before.forEach(
          (name, tensor) -> {
            HostTensor now = after.get(name.startsWith("bert.") ? name : "bert." + name);
            if (trained.containsKey(name)) {
              assertThat(now).as(name).isEqualTo(trained.get(name).to(type)).isNotEqualTo(tensor);
            } else {
              assertThat(now).as(name).isEqualTo(tensor);
            }
          });
    }
    Map<String, HostTensor> all = folder(result).weights();
    assertThat(all.get("classifier.weight")).isEqualTo(trained.get("classifier.weight"));
    JsonNode config = JSON.readTree(result.resolve("config.json").toFile());
    assertThat(config.path("architectures").path(0).asText())
        .isEqualTo("BertForSequenceClassification");
    assertThat(config.path("id2label").size()).isEqualTo(3);
    JsonNode index = JSON.readTree(result.resolve(HuggingFaceFolder.INDEX).toFile());
    long bytes = all.values().stream().mapToLong(t -> t.data().remaining()).sum();
    assertThat(index.path("metadata").path("total_size").asLong()).isEqualTo(bytes);
  }

  @Test
  void aTiedHeadThatIsThereTwiceStaysTied() throws Exception {
    Path golden = GoldenCases.of("llama_tied");
    Path base = Files.createDirectories(dir.resolve("tied"));
    Files.copy(golden.resolve("config.json"), base.resolve("config.json"));
    Files.copy(golden.resolve("tokenizer.json"), base.resolve("tokenizer.json"));
    Map<String, HostTensor> weights =
        new TreeMap<>(SafeTensors.map(golden.resolve("model.safetensors")));
    HostTensor embedding = weights.get("model.embed_tokens.weight");
    weights.put("lm_head.weight", embedding);
    Tiny.STORE.commit(
        Tiny.hadoop(base.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
    String[] sets = {
      "model.path=" + base,
      "data.prompt='{text}'",
      "data.answer=label",
      "model.maxLength=32",
      "framework.train=['model.embed_tokens.weight']"
    };
    Map<String, HostTensor> result =
        folder(Path.of(run(config("tied-run", "fedavg", sets)).model().toUri())).weights();
    assertThat(result.get("model.embed_tokens.weight")).isNotEqualTo(embedding);
    assertThat(result.get("lm_head.weight")).isEqualTo(result.get("model.embed_tokens.weight"));

    weights.put("lm_head.weight", HostTensor.of(new float[400 * 48], 400, 48));
    Files.delete(base.resolve("model.safetensors"));
    Tiny.STORE.commit(
        Tiny.hadoop(base.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
    refused(config("tied-bad", "fedavg", sets), "ties lm_head.weight to model.embed_tokens.weight");
  }

  @Test
  void whatIsWrongWithACheckpointIsToldBeforeAnythingIsWritten() throws Exception {
    Map<String, HostTensor> weights = new TreeMap<>(folder(tiny.model()).weights());
    String norm = "bert.encoder.layer.0.output.LayerNorm.weight";
    weights.put(norm, HostTensor.of(nan(32), 32));
    refused(weights, "not finite numbers", "tensor " + norm + " of model.safetensors");
    weights.put(
        norm, new HostTensor(DType.I64, new long[] {32}, java.nio.ByteBuffer.allocate(256)));
    refused(weights, "must be F32, F16 or BF16", "tensor " + norm + " is I64");
    weights.remove(norm);
    for (int i = 0; i < 12; i++) {
      weights.put("extra." + i, HostTensor.of(new float[1], 1));
    }
    refused(
        weights,
        "tensor " + norm + " is missing",
        "tensor extra.0 is in the checkpoint, but config.json asks for none",
        "and 3 more");
    weights.keySet().removeIf(name -> name.startsWith("extra"));
    weights.put("classifier.weight", HostTensor.of(new float[96], 3, 32));
    refused(weights, "a part of a classifier, without classifier.bias");
  }

  private static float[] nan(int n) {
    float[] values = new float[n];
    values[n - 1] = Float.NaN;
    return values;
  }

  private static void refused(Map<String, HostTensor> weights, String... parts) throws Exception {
    Path base = Files.createTempDirectory(dir, "bad");
    for (String file : List.of("config.json", "tokenizer.json")) {
      Files.copy(tiny.model().resolve(file), base.resolve(file));
    }
    Tiny.STORE.commit(
        Tiny.hadoop(base.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
    refused(config("refused", "fedavg", "model.path=" + base), parts);
  }

  private static void refused(TrainConfig config, String... parts) {
    assertThatThrownBy(() -> run(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(parts);
    assertThat(Path.of(config.out())).doesNotExist();
  }

  private static String[] lora(String... more) {
    return Stream.concat(Arrays.stream(Tiny.LORA), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void aRunBeginsWithTheAdapterOfAnother() throws Exception {
    RunFolder first = run(config("first", "fedit", lora()));
    String adapter = first.adapter().toString();
    TrainConfig config =
        config("second", "fedit", lora("framework.lora.start=" + adapter, "model.name=org/tiny"));
    assertThat(PeftAdapter.read(Tiny.STORE, first.adapter()).config().baseModel())
        .isEqualTo(tiny.model().toString()); // peft takes "file:" for a name on the hub
    RunFolder second = run(config);
    assertThat(Tiny.tensors(second.start())).isEqualTo(Tiny.tensors(first.global(0)));
    PeftAdapter before = PeftAdapter.read(Tiny.STORE, first.adapter());
    PeftAdapter after = PeftAdapter.read(Tiny.STORE, second.adapter());
    assertThat(after.config().baseModel()).isEqualTo("org/tiny");
    assertThat(after.config())
        .usingRecursiveComparison()
        .ignoringFields("baseModel")
        .isEqualTo(before.config());
    assertThat(after.tensors()).isNotEqualTo(before.tensors());

    Path target = dir.resolve("merged");
    AdapterMerge.Done done =
        AdapterMerge.write(
            Tiny.STORE,
            folder(tiny.model()),
            after,
            AdapterMerge.Family.UNKNOWN,
            Tiny.hadoop(target));
    assertThat(done.merged()).hasSize(4);
    assertThat(done.added()).containsExactly("classifier.bias", "classifier.weight");
    JsonNode merged = JSON.readTree(target.resolve("config.json").toFile());
    assertThat(merged.path("id2label").path("1").asText()).isEqualTo("symptoms");
    assertThat(merged.path("tributary_pooling").asText()).isEqualTo("cls");

    Path weights = Path.of(first.adapter().toUri()).resolve(PeftAdapter.WEIGHTS);
    Files.delete(weights);
    Files.copy(Path.of(second.adapter().toUri()).resolve(PeftAdapter.WEIGHTS), weights);
    assertThatThrownBy(() -> run(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("framework.lora.start: the files at " + adapter + " have changed");
  }

  /** The tiny model with a classifier for the given number of classes, which are not the data's. */
  private static Path headed(int classes) throws IOException {
    Path folder = Files.createTempDirectory(dir, "headed");
    Files.copy(tiny.model().resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    ObjectNode config = (ObjectNode) JSON.readTree(tiny.model().resolve("config.json").toFile());
    ObjectNode names = config.putObject("id2label");
    for (int i = 0; i < classes; i++) {
      names.put(Integer.toString(i), "old" + i);
    }
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    Map<String, HostTensor> weights = new TreeMap<>(folder(tiny.model()).weights());
    weights.put("classifier.weight", HostTensor.of(new float[classes * 32], classes, 32));
    weights.put("classifier.bias", HostTensor.of(new float[classes], classes));
    Tiny.STORE.commit(
        Tiny.hadoop(folder.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
    return folder;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void anAdapterWithANewClassifierFitsTheModelThatItWasTrainedOn(int classes) throws Exception {
    Path base = headed(classes);
    RunFolder run =
        run(
            config(
                "renewed" + classes,
                "fedit",
                lora("model.path=" + base, "model.newHead=true", "model.pooling=cls")));
    Path target = dir.resolve("renewed-merged" + classes);
    PeftAdapter adapter = PeftAdapter.read(Tiny.STORE, run.adapter());
    AdapterMerge.Done done =
        AdapterMerge.write(
            Tiny.STORE, folder(base), adapter, AdapterMerge.Family.UNKNOWN, Tiny.hadoop(target));
    assertThat(done.replaced()).containsExactly("classifier.bias", "classifier.weight");
    JsonNode merged = JSON.readTree(target.resolve("config.json").toFile());
    assertThat(merged.path("id2label")).hasSize(3);
    assertThat(merged.path("id2label").path("1").asText()).isEqualTo("symptoms");
    assertThat(merged.path("tributary_pooling").asText()).isEqualTo("cls");
    HostTensor beside = logits(base.toString(), run.adapter().toString());
    HostTensor worked = logits(target.toString(), null);
    assertThat(beside.shape()).containsExactly(1, 3);
    assertThat(worked.toFloats()).containsExactly(beside.toFloats(), within(1e-5f));
  }

  /** A classifier whose classes have the given names. */
  private static Path classifier(String... labels) throws IOException {
    Path folder = headed(labels.length);
    ObjectNode config = (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
    config.putArray("architectures").add("BertForSequenceClassification");
    ObjectNode names = config.putObject("id2label");
    for (int i = 0; i < labels.length; i++) {
      names.put(Integer.toString(i), labels[i]);
    }
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    return folder;
  }

  @Test
  void numbersAreTheClassesThatNobodyNamed() throws Exception {
    Tiny numbered = new Tiny(dir.resolve("numbered"), List.of("0", "1", "2"), 9, 12);
    List<RunFolder> runs = new ArrayList<>();
    for (Path base :
        List.of(classifier("LABEL_0", "LABEL_1", "LABEL_2"), classifier("0", "1", "2"))) {
      TrainConfig config =
          numbered.config(
              base.getFileName().toString(),
              "fedavg",
              "rounds=1",
              "client.schedule={name: constant}",
              "framework.train=['*.query.weight']",
              "model.path=" + base);
      runs.add(run(config));
    }
    assertThat(Tiny.tensors(runs.get(0).global(0))).isEqualTo(Tiny.tensors(runs.get(1).global(0)));
    Path result = Path.of(runs.get(0).model().toUri());
    JsonNode names = JSON.readTree(result.resolve("config.json").toFile()).path("id2label");
    assertThat(names.path("2").asText()).isEqualTo("LABEL_2");
    for (String[] labels :
        List.of(
            new String[] {"LABEL_0", "LABEL_1"}, new String[] {"LABEL_0", "LABEL_1", "LABEL_3"})) {
      String base = "model.path=" + classifier(labels);
      assertThatThrownBy(() -> run(numbered.config("fewer", "fedavg", base)))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("label \"%d\" of the data".formatted(labels.length == 2 ? 2 : 0));
    }
  }

  private static HostTensor logits(String model, String adapter) throws IOException {
    java.nio.ByteBuffer ids =
        java.nio.ByteBuffer.allocate(24).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    ids.putLong(0, 5).putLong(8, 9).putLong(16, 11);
    Map<String, HostTensor> inputs =
        Map.of(CheckpointLogits.IDS, new HostTensor(DType.I64, new long[] {1, 3}, ids));
    return CheckpointLogits.open(Tiny.STORE, model, adapter, null)
        .of("inputs", inputs, dir, Precision.FLOAT32);
  }

  @ParameterizedTest
  @CsvSource({
    "framework.lora.rank=2, 'its r is 3, framework.lora.rank is 2'",
    "framework.lora.alpha=7, 'its lora_alpha is 6.0, framework.lora.alpha is 7.0'",
    "framework.lora.rslora=true, 'its use_rslora is false, framework.lora.rslora is true'",
    "framework.lora.targets=[query], 'value.lora_A.weight, which this run does not train'",
    "'framework.lora.targets=[query, value, key]', 'it has no bert.encoder.layer.0.attention.self.key'"
  })
  void anAdapterThatIsOtherThanConfiguredIsRefused(String set, String message) throws Exception {
    String adapter = run(config("given", "fedit", lora())).adapter().toString();
    refused(
        config("differs", "fedit", lora("framework.lora.start=" + adapter, set)),
        "framework.lora.start: ",
        "does not fit this run",
        message);
  }

  @Test
  void anAdapterForOtherClassesOrPoolingIsRefused() throws Exception {
    PeftAdapter given =
        PeftAdapter.read(Tiny.STORE, run(config("noted", "fedit", lora())).adapter());
    Path other = dir.resolve("noted-otherwise");
    Map<String, String> notes = PeftNotes.of(List.of("symptoms", "genetic", "treatment"), "mean");
    new PeftAdapter(given.config(), given.tensors(), notes).write(Tiny.STORE, Tiny.hadoop(other));
    refused(
        config("noted-differs", "fedit", lora("framework.lora.start=" + other)),
        "framework.lora.start: ",
        "its classes are [symptoms, genetic, treatment], the run's are [genetic, symptoms, treatment]",
        "its pooling is mean, the run's is cls");
  }
}
