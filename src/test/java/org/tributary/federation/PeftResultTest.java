package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftNotes;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;

/** What runs write to a PEFT folder besides A and B, so that peft computes the same as the run. */
@Slow
class PeftResultTest {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";

  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    tiny = new Tiny(dir, 9, 12);
  }

  private static TrainConfig config(String name, String... sets) {
    List<String> all = new ArrayList<>(List.of("rounds=1", "client.schedule={name: constant}"));
    all.addAll(Arrays.asList(sets));
    return tiny.config(name, "fedit", all.toArray(String[]::new));
  }

  private static RunFolder run(TrainConfig config) throws Exception {
    return new Federation(SPARK.session(), RoundListener.NONE).train(config).folder();
  }

  private static PeftAdapter adapter(RunFolder run) throws Exception {
    return PeftAdapter.read(Tiny.STORE, run.adapter());
  }

  private static String[] tied(String... more) throws Exception {
    Path folder = dir.resolve("tied");
    if (!Files.exists(folder)) {
      Files.createDirectories(folder);
      for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
        Files.copy(GoldenCases.of("llama_tied").resolve(name), folder.resolve(name));
      }
    }
    List<String> sets =
        new ArrayList<>(
            List.of(
                "model.path=" + folder,
                "model.maxLength=64",
                "data.prompt=\"{text}: \"",
                "data.answer=label",
                "framework.lora={rank: 2, targets: [q_proj]}",
                "framework.train=['model.embed_tokens.*']"));
    sets.addAll(Arrays.asList(more));
    return sets.toArray(String[]::new);
  }

  /** A module that peft saves is a copy: a tied matrix needs one copy for each place it is used. */
  @Test
  void anEmbeddingThatIsTheHeadIsWrittenForBothPlaces() throws Exception {
    RunFolder first = run(config("tied", tied()));
    HostTensor trained = Tiny.tensors(first.global(0)).get(EMBEDDING);
    PeftAdapter adapter = adapter(first);
    assertThat(adapter.config().modulesToSave()).containsExactly("lm_head", "model.embed_tokens");
    assertThat(adapter.saved())
        .containsOnlyKeys(EMBEDDING, HEAD)
        .containsEntry(EMBEDDING, trained)
        .containsEntry(HEAD, trained);
    assertThat(Tiny.tensors(first.start()).get(EMBEDDING)).isNotEqualTo(trained);
    String start = "framework.lora.start=" + first.adapter();
    RunFolder second = run(config("tied-on", tied(start)));
    assertThat(Tiny.tensors(second.start())).isEqualTo(Tiny.tensors(first.global(0)));
  }

  /** If only LayerNorm.weight were written, the bias would be missing for peft. */
  @Test
  void whatTrainsInPartIsWrittenAsAWholeModule() throws Exception {
    RunFolder first =
        run(config("norms", sets(Tiny.LORA, "framework.train=['*.0.output.LayerNorm.weight']")));
    String norm = "bert.encoder.layer.0.output.LayerNorm";
    PeftAdapter adapter = adapter(first);
    assertThat(adapter.config().modulesToSave()).containsExactly(norm, "classifier").isSorted();
    assertThat(adapter.saved())
        .containsOnlyKeys(norm + ".bias", norm + ".weight", "classifier.bias", "classifier.weight")
        .containsEntry(
            norm + ".bias",
            Tiny.tensors(Tiny.hadoop(tiny.model().resolve("model.safetensors")))
                .get(norm + ".bias"));
  }

  private static String[] sets(String[] some, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(some));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  /** peft does not put an adapter on a layer that it saves, and gives no warning. */
  @Test
  void aLayerThatIsAdaptedAndTrainsInFullIsRefused() {
    TrainConfig config =
        config("both", sets(Tiny.LORA, "framework.train=['*.query.bias', '*.key.bias']"));
    assertThatThrownBy(() -> run(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "framework.train: names weights of layers that framework.lora.targets")
        .hasMessageContaining("layer.0.attention.self.query.bias")
        .hasMessageNotContaining("key.bias");
    assertThat(Path.of(config.out())).doesNotExist();
  }

  private static Path classifier() throws Exception {
    Path folder = dir.resolve("classifier");
    if (!Files.exists(folder)) {
      Files.createDirectories(folder);
      for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
        Files.copy(GoldenCases.of("bert").resolve(name), folder.resolve(name));
      }
      Path config = folder.resolve("config.json");
      Files.writeString(
          config,
          Files.readString(config)
              .replace("LABEL_0", "genetic")
              .replace("LABEL_1", "symptoms")
              .replace("LABEL_2", "treatment"));
    }
    return folder;
  }

  /** For SEQ_CLS peft needs the model's classifier in the file, even if it was not trained. */
  @Test
  void aClassifierThatDoesNotTrainIsWrittenAsItIs() throws Exception {
    String model = "model.path=" + classifier();
    RunFolder first = run(config("frozen", sets(Tiny.LORA, model)));
    Map<String, HostTensor> base =
        Tiny.tensors(Tiny.hadoop(classifier().resolve("model.safetensors")));
    PeftAdapter adapter = adapter(first);
    assertThat(adapter.config().taskType()).isEqualTo("SEQ_CLS");
    assertThat(adapter.config().modulesToSave()).containsExactly("classifier");
    assertThat(adapter.saved())
        .containsOnlyKeys("classifier.bias", "classifier.weight")
        .containsEntry("classifier.bias", base.get("classifier.bias"))
        .containsEntry("classifier.weight", base.get("classifier.weight"));
    assertThat(PeftNotes.pooling(adapter)).contains("cls");
    assertThat(PeftNotes.labels(adapter)).isEmpty();

    String start = "framework.lora.start=" + first.adapter();
    RunFolder second = run(config("frozen-on", sets(Tiny.LORA, model, start)));
    assertThat(Tiny.tensors(second.start())).isEqualTo(Tiny.tensors(first.global(0)));

    Path merged = dir.resolve("frozen-merged");
    String[] args = {
      "merge-adapter", "--model", "" + classifier(), "--adapter", "" + first.adapter()
    };
    JobRun.done(sets(args, "--out", "" + merged));
    Map<String, HostTensor> after = Tiny.tensors(Tiny.hadoop(merged.resolve("model.safetensors")));
    assertThat(after.get("classifier.weight")).isEqualTo(base.get("classifier.weight"));
    assertThat(merged.resolve("config.json"))
        .hasSameTextualContentAs(classifier().resolve("config.json"));
  }

  @Test
  void aClassifierThatTrainedNeedsARunThatTrainsIt() throws Exception {
    String model = "model.path=" + classifier();
    String train = "framework.train=['classifier.*']";
    RunFolder first = run(config("trained", sets(Tiny.LORA, model, train)));
    String start = "framework.lora.start=" + first.adapter();
    TrainConfig without = config("trained-not", sets(Tiny.LORA, model, start));
    assertThatThrownBy(() -> run(without))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("it has classifier.bias, which this run does not train")
        .hasMessageContaining("as in framework.train: [classifier.*]");
    RunFolder second = run(config("trained-on", sets(Tiny.LORA, model, start, train)));
    assertThat(Tiny.tensors(second.start())).isEqualTo(Tiny.tensors(first.global(0)));
  }

  /** peft's own adapter on all linear layers; no run adapts one of them, the classifier. */
  @Test
  void anAdapterOnLayersThatNoRunAdaptsIsNoStart() throws Exception {
    TrainConfig config =
        config(
            "beyond",
            "model.path=" + classifier(),
            "framework.lora={rank: 2, alpha: 5, targets: [query, value, key,"
                + " '*.0.*dense', '*.intermediate.dense', '*.1.attention.output.dense']}",
            "framework.lora.start=" + GoldenCases.of("bert").resolve("adapter"));
    assertThatThrownBy(() -> run(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "it has classifier.lora_A.weight, which this run does not train; no run adapts")
        .hasMessageContaining(
            "it has bert.pooler.dense.lora_A.weight, which this run does not train; name the layer")
        .hasMessageContaining("merge-adapter")
        .hasMessageContaining(
            "1.output.dense.lora_A.weight, which this run does not train; name the layer in"
                + " framework.lora.targets");
  }
}
