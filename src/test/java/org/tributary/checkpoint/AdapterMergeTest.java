package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Adapters merged into models, compared with the formula written out. */
class AdapterMergeTest {
  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir java.nio.file.Path disk;
  private final Store store = Store.of(new Configuration());
  private final SplittableRandom random = new SplittableRandom(4);
  private final Map<String, Integer> ranks = new LinkedHashMap<>();
  private final Map<String, Double> alphas = new LinkedHashMap<>();
  private final Map<String, HostTensor> adapter = new TreeMap<>();
  private final List<String> whole = List.of("classifier", "embed", "lm_head", "norm");
  private AdapterMerge.Family family = AdapterMerge.Family.UNKNOWN;
  private Path base;
  private Path target;

  @BeforeEach
  void name() throws IOException {
    base = store.path(disk.resolve("base").toString());
    target = store.path(disk.resolve("target").toString());
  }

  private HostTensor random(long... shape) {
    float[] values = new float[(int) HostTensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return HostTensor.of(values, shape);
  }

  private void adapt(String module, int out, int r, int in) {
    adapter.put(module + PeftAdapter.LORA_A, random(r, in));
    adapter.put(module + PeftAdapter.LORA_B, random(out, r));
  }

  private AdapterMerge.Done merge(boolean rslora) throws IOException {
    return merge(rslora, Map.of());
  }

  private AdapterMerge.Done merge(boolean rslora, Map<String, String> notes) throws IOException {
    PeftConfig config =
        new PeftConfig(
            2,
            6,
            rslora,
            new PeftConfig.Targets(null, "all-linear"),
            whole,
            ranks,
            alphas,
            true, // which counts where layers are stored [in, out], and nowhere else, as in peft
            "base",
            null,
            "SEQ_CLS");
    return AdapterMerge.write(
        store,
        HuggingFaceFolder.open(store, base),
        new PeftAdapter(config, adapter, notes),
        family,
        target);
  }

  private static JsonNode json(String text) {
    return Json.own(text, JsonNode.class);
  }

  private void base(String config, Map<String, HostTensor> weights) throws IOException {
    HuggingFaceFolder.write(
        store, base, (ObjectNode) json(config.replace('\'', '"')), weights, Map.of());
  }

  private Map<String, HostTensor> merged() throws IOException {
    return HuggingFaceFolder.open(store, target).weights();
  }

  /** W + s B A, or its transpose, element by element. */
  private HostTensor expected(HostTensor w, String module, double s, boolean transposed) {
    HostTensor a = adapter.get(module + PeftAdapter.LORA_A);
    HostTensor b = adapter.get(module + PeftAdapter.LORA_B);
    int r = (int) a.shape()[0];
    int in = (int) a.shape()[1];
    int out = (int) b.shape()[0];
    float[] values = w.to(DType.F32).toFloats();
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        double sum = 0;
        for (int k = 0; k < r; k++) {
          sum += (double) b.toFloats()[o * r + k] * a.toFloats()[k * in + i];
        }
        int at = transposed ? i * out + o : o * in + i;
        values[at] = (float) (values[at] + s * sum);
      }
    }
    return HostTensor.of(values, w.shape()).to(w.dtype());
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void productsAreAddedInTheTypeOfTheCheckpoint(DType type) throws IOException {
    HostTensor q = random(4, 3).to(type);
    HostTensor v = random(5, 3).to(type);
    HostTensor other = random(3).to(type);
    base("{'model_type':'llama'}", Map.of("q.weight", q, "v.weight", v, "norm.weight", other));
    adapt("q", 4, 2, 3);
    adapter.replaceAll((name, t) -> t.to(DType.BF16).to(DType.F32));
    AdapterMerge.Done done = merge(false);
    assertThat(done)
        .isEqualTo(new AdapterMerge.Done(List.of("q.weight"), List.of(), List.of(), true));
    assertThat(merged())
        .containsOnlyKeys("q.weight", "v.weight", "norm.weight")
        .containsEntry("q.weight", expected(q, "q", 3, false))
        .containsEntry("v.weight", v)
        .containsEntry("norm.weight", other);
    assertThat(merge(false).written()).as("again").isFalse();
  }

  @Test
  void ranksAndAlphasFollowTheirPatterns() throws IOException {
    Map<String, HostTensor> weights = new TreeMap<>();
    weights.put("l.0.q.weight", random(4, 4));
    weights.put("l.1.q.weight", random(4, 4));
    weights.put("l.1.v.weight", random(4, 4));
    base("{}", weights);
    ranks.put("^l.1.*", 3);
    ranks.put("v", 1);
    alphas.put("q", 2.5);
    adapt("l.0.q", 4, 2, 4);
    adapt("l.1.q", 4, 3, 4);
    adapt("l.1.v", 4, 3, 4);
    merge(true);
    assertThat(merged())
        .containsEntry(
            "l.0.q.weight",
            expected(weights.get("l.0.q.weight"), "l.0.q", 2.5 / Math.sqrt(2), false))
        .containsEntry(
            "l.1.q.weight",
            expected(weights.get("l.1.q.weight"), "l.1.q", 2.5 / Math.sqrt(3), false))
        .containsEntry(
            "l.1.v.weight",
            expected(weights.get("l.1.v.weight"), "l.1.v", 6 / Math.sqrt(3), false));
  }

  /** peft saves a head's own weight with its adapter. */
  @Test
  void anAdapterMayBringTheWeightThatItIsOn() throws IOException {
    base("{}", Map.of("lm_head.weight", random(4, 3).to(DType.BF16)));
    HostTensor own = random(4, 3).to(DType.BF16);
    adapt("lm_head", 4, 2, 3);
    adapter.put("lm_head.base_layer.weight", own);
    assertThat(merge(false).merged()).containsExactly("lm_head.weight");
    assertThat(merged()).containsOnlyKeys("lm_head.weight");
    assertThat(merged()).containsEntry("lm_head.weight", expected(own, "lm_head", 3, false));
  }

  @Test
  void anEmbeddingOfOtherRowsIsRefusedWithTheWayOut() throws IOException {
    base("{}", Map.of("q.weight", random(4, 3), "model.embed_tokens.weight", random(5, 3)));
    adapt("q", 4, 2, 3);
    adapter.put("model.embed_tokens.weight", random(7, 3));
    assertThatThrownBy(() -> merge(false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("tensor model.embed_tokens.weight is F32[7, 3]")
        .hasMessageContaining("the model's has shape [5, 3]: its rows were resized")
        .hasMessageContaining("resize_token_embeddings")
        .hasMessageContaining("save_embedding_layers=False");
  }

  @Test
  void layersThatAreStoredTheOtherWayRoundGetTheTranspose() throws IOException {
    HostTensor wide = random(4, 12);
    HostTensor square = random(4, 4);
    base(
        "{'model_type':'gpt2'}",
        Map.of("transformer.h.0.attn.c_attn.weight", wide, "h.1.c_proj.weight", square));
    adapt("transformer.h.0.attn.c_attn", 12, 2, 4);
    adapt("h.1.c_proj", 4, 2, 4);
    merge(false);
    assertThat(merged())
        .containsEntry(
            "transformer.h.0.attn.c_attn.weight",
            expected(wide, "transformer.h.0.attn.c_attn", 3, true))
        .containsEntry("h.1.c_proj.weight", expected(square, "h.1.c_proj", 3, true));
  }

  @Test
  void shardsStayShards() throws IOException {
    HostTensor q = random(4, 3).to(DType.BF16);
    HostTensor v = random(5, 3).to(DType.BF16);
    put(FIRST, Map.of("q.weight", q));
    put(SECOND, Map.of("v.weight", v, "norm.weight", random(3)));
    Files.writeString(disk.resolve("base/config.json"), "{}");
    Files.writeString(
        disk.resolve("base").resolve(HuggingFaceFolder.INDEX),
        "{\"weight_map\":{\"q.weight\":\"%s\",\"v.weight\":\"%s\",\"norm.weight\":\"%s\"}}"
            .formatted(FIRST, SECOND, SECOND));
    adapt("v", 5, 2, 3);
    HostTensor norm = random(3);
    adapter.put("norm.weight", norm);
    assertThat(merge(false))
        .isEqualTo(
            new AdapterMerge.Done(List.of("v.weight"), List.of("norm.weight"), List.of(), true));
    assertThat(SafeTensors.map(disk.resolve("target").resolve(FIRST)))
        .isEqualTo(Map.of("q.weight", q));
    assertThat(SafeTensors.map(disk.resolve("target").resolve(SECOND)))
        .isEqualTo(Map.of("v.weight", expected(v, "v", 3, false), "norm.weight", norm));
    assertThat(merged()).hasSize(3);
  }

  private void put(String file, Map<String, HostTensor> tensors) throws IOException {
    store.commit(new Path(base, file), SafeTensors.content(tensors, Map.of("format", "pt")));
  }

  @Test
  void aNewClassifierJoinsAndBringsItsPrefixAndNames() throws IOException {
    HostTensor q = random(4, 3);
    base(
        "{'model_type':'bert','architectures':['BertModel']}",
        Map.of("encoder.q.weight", q, "norm.bias", random(3)));
    adapt("bert.encoder.q", 4, 2, 3);
    HostTensor head = random(2, 4);
    adapter.put("classifier.weight", head);
    AdapterMerge.Done done = merge(false, PeftNotes.of(List.of("no", "yes"), "mean"));
    assertThat(done.added()).containsExactly("classifier.weight");
    assertThat(merged())
        .containsOnlyKeys("bert.encoder.q.weight", "bert.norm.bias", "classifier.weight")
        .containsEntry("bert.encoder.q.weight", expected(q, "bert.encoder.q", 3, false))
        .containsEntry("classifier.weight", head);
    assertThat(HuggingFaceFolder.open(store, target).config())
        .isEqualTo(
            json(
                """
                {"model_type": "bert", "architectures": ["BertForSequenceClassification"],
                 "id2label": {"0": "no", "1": "yes"}, "label2id": {"no": 0, "yes": 1},
                 "tributary_pooling": "mean"}"""));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void aNewClassifierTakesThePlaceOfTheModels(int classes) throws IOException {
    base(
        """
        {'model_type':'bert','architectures':['BertForSequenceClassification'],
         'id2label':{'0':'old','1':'older'},'label2id':{'old':0,'older':1},
         'tributary_pooling':'cls'}""",
        Map.of(
            "bert.q.weight",
            random(4, 3),
            "classifier.weight",
            random(2, 4).to(DType.F16),
            "classifier.bias",
            random(2)));
    adapt("bert.q", 4, 2, 3);
    HostTensor head = random(classes, 4);
    HostTensor bias = random(classes);
    adapter.put("classifier.weight", head);
    adapter.put("classifier.bias", bias);
    List<String> labels = List.of("a", "b", "c").subList(0, classes);
    AdapterMerge.Done done = merge(false, PeftNotes.of(labels, "mean"));
    assertThat(done.replaced()).containsExactly("classifier.bias", "classifier.weight");
    assertThat(done.added()).isEmpty();
    assertThat(merged())
        .containsEntry("classifier.weight", head)
        .containsEntry("classifier.bias", bias);
    ObjectNode config = HuggingFaceFolder.open(store, target).config();
    assertThat(config.path("id2label")).hasSameSizeAs(labels);
    assertThat(config.path("id2label").path("1").asText()).isEqualTo("b");
    assertThat(config.path("label2id").path("a").asInt(-1)).isZero();
    assertThat(config.path("label2id").has("old")).isFalse();
    assertThat(config.path("tributary_pooling").asText()).isEqualTo("mean");
    assertThat(config.path("architectures").path(0).asText())
        .isEqualTo("BertForSequenceClassification");
  }

  @Test
  void aClassifierForOtherClassesThanItsNotesSayIsRefused() throws IOException {
    base(
        "{'model_type':'bert'}",
        Map.of("q.weight", random(4, 3), "classifier.weight", random(2, 4)));
    adapt("q", 4, 2, 3);
    adapter.put("classifier.weight", random(3, 4));
    String message = "tensor classifier.weight is F32[3, 4], the model's has shape [2, 4]";
    assertThatThrownBy(() -> merge(false)).hasMessageContaining(message);
    assertThatThrownBy(() -> merge(false, PeftNotes.of(List.of("a", "b"), "mean")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(message);
    assertThat(disk.resolve("target")).doesNotExist();
  }

  @Test
  void classesWithoutNamesAreNumbered() throws IOException {
    base(
        "{'model_type':'vit','image_size':8,'architectures':['ViTModel']}",
        Map.of("q.weight", random(4, 3)));
    adapt("vit.q", 4, 2, 3);
    adapter.put("classifier.weight", random(3, 4));
    merge(false);
    ObjectNode config = HuggingFaceFolder.open(store, target).config();
    assertThat(config.path("architectures").path(0).asText())
        .isEqualTo("ViTForImageClassification");
    assertThat(config.path("id2label").path("2").asText()).isEqualTo("LABEL_2");
  }

  private Map<String, HostTensor> tied() throws IOException {
    HostTensor embedding = random(5, 3).to(DType.BF16);
    Map<String, HostTensor> weights =
        Map.of("embed.weight", embedding, "lm_head.weight", embedding, "q.weight", random(4, 3));
    base("{'tie_word_embeddings':true}", weights);
    family =
        new AdapterMerge.Family(
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            Map.of("lm_head.weight", "embed.weight"),
            name -> true,
            name -> false);
    adapt("q", 4, 2, 3);
    return weights;
  }

  /** As peft writes a tied embedding with ensure_weight_tying; a file may contain it only once. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void copiesOfBothThatAreEqualStayOne(boolean twice) throws IOException {
    Map<String, HostTensor> weights = new TreeMap<>(tied());
    if (!twice) {
      weights.remove("lm_head.weight");
      Files.delete(disk.resolve("base/model.safetensors"));
      put("model.safetensors", weights);
    }
    HostTensor saved = random(5, 3);
    adapter.put("embed.weight", saved);
    adapter.put("lm_head.weight", saved);
    AdapterMerge.Done done = merge(false);
    assertThat(done.merged()).containsExactly("q.weight");
    assertThat(done.added()).isEmpty();
    assertThat(done.replaced())
        .containsExactly(
            twice
                ? new String[] {"embed.weight", "lm_head.weight"}
                : new String[] {"embed.weight"});
    assertThat(merged()).containsOnlyKeys(weights.keySet());
    for (String name : done.replaced()) {
      assertThat(merged()).containsEntry(name, saved.to(DType.BF16));
    }
  }

  /**
   * For peft, a copy or a product belongs to only one of the two places; the other keeps the old
   * matrix. So both are written, and config.json no longer ties them.
   */
  @ParameterizedTest
  @CsvSource({
    "embedding saved, true",
    "embedding saved, false",
    "head adapted, true",
    "head adapted, false",
    "head saved, true",
    "head saved, false",
    "both saved, true",
    "both saved, false",
  })
  void aTiedMatrixThatIsChangedInOnePlaceBecomesTwo(String how, boolean twice) throws IOException {
    Map<String, HostTensor> weights = new TreeMap<>(tied());
    HostTensor old = weights.get("embed.weight");
    if (!twice) {
      weights.remove("lm_head.weight");
      Files.delete(disk.resolve("base/model.safetensors"));
      put("model.safetensors", weights);
    }
    HostTensor embedding = old;
    HostTensor head = old;
    if (!how.startsWith("head")) {
      embedding = random(5, 3);
      adapter.put("embed.weight", embedding);
    }
    if (how.equals("head adapted")) {
      adapt("lm_head", 5, 2, 3);
      head = expected(old, "lm_head", 3, false);
    } else if (!how.startsWith("embedding")) {
      head = random(5, 3);
      adapter.put("lm_head.weight", head);
    }
    merge(false);
    assertThat(merged())
        .containsOnlyKeys("q.weight", "embed.weight", "lm_head.weight")
        .containsEntry("embed.weight", embedding.to(old.dtype()))
        .containsEntry("lm_head.weight", head.to(old.dtype()));
    assertThat(
            HuggingFaceFolder.open(store, target)
                .config()
                .path("tie_word_embeddings")
                .booleanValue())
        .isFalse();
    assertThat(HuggingFaceFolder.open(store, target).config().has("tie_word_embeddings")).isTrue();
  }

  @Test
  void tiedMatricesThatDifferBeforeAreRefused() throws IOException {
    Map<String, HostTensor> weights = new TreeMap<>(tied());
    weights.put("lm_head.weight", random(5, 3).to(DType.BF16));
    Files.delete(disk.resolve("base/model.safetensors"));
    put("model.safetensors", weights);
    adapter.put("embed.weight", random(5, 3));
    adapter.put("lm_head.weight", adapter.get("embed.weight"));
    assertThatThrownBy(() -> merge(false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("lm_head.weight and embed.weight are tied by config.json, but");
  }

  @Test
  void numbersThatAreNotFiniteAreRefused() throws IOException {
    HostTensor nan = HostTensor.of(new float[] {0, Float.NaN, 0}, 3);
    base("{}", Map.of("q.weight", random(4, 3), "norm.weight", nan, "mask", nan));
    adapt("q", 4, 2, 3);
    merge(false); // of an unknown family, only what is changed
    target = store.path(disk.resolve("other").toString());
    family =
        new AdapterMerge.Family(
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            Map.of(),
            name -> name.equals("norm.weight"),
            name -> false);
    assertThatThrownBy(() -> merge(false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("not finite numbers")
        .hasMessageContaining("tensor norm.weight of model.safetensors")
        .hasMessageNotContaining("mask");
    assertThat(disk.resolve("other")).doesNotExist();
  }

  @Test
  void valuesThatF16CannotHoldAreRefusedBeforeAnythingIsWritten() throws IOException {
    base(
        "{}",
        Map.of(
            "q.weight", random(4, 3).to(DType.F16),
            "norm.weight", random(3).to(DType.F16),
            "wide.weight", random(4, 3).to(DType.BF16)));
    adapt("q", 4, 2, 3);
    adapt("wide", 4, 2, 3);
    adapter.replaceAll(
        (name, t) -> {
          float[] values = t.toFloats();
          for (int i = 0; i < values.length; i++) {
            values[i] *= 1000;
          }
          return HostTensor.of(values, t.shape());
        });
    adapter.put("norm.weight", HostTensor.of(new float[] {0, 65520, 0}, 3));
    assertThatThrownBy(() -> merge(false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("save the base in bfloat16 or float32")
        .hasMessageContaining("tensor q.weight")
        .hasMessageContaining("tensor norm.weight")
        .hasMessageNotContaining("wide");
    assertThat(disk.resolve("target")).doesNotExist();
  }

  @Test
  void whatDoesNotFitIsNamedAndNothingIsWritten() throws IOException {
    base(
        "{'model_type':'llama','tie_word_embeddings':true}",
        Map.of(
            "q.weight",
            random(4, 3),
            "ids.weight",
            new HostTensor(DType.I64, new long[] {1, 1}, java.nio.ByteBuffer.allocate(8)),
            "norm.weight",
            random(3)));
    adapt("q", 4, 2, 5);
    adapt("none.q", 4, 2, 3);
    adapt("ids", 1, 2, 1);
    adapter.put("norm.weight", random(4));
    adapter.put("lm_head.weight", random(4));
    assertThatThrownBy(() -> merge(false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("the adapter does not fit this model; name the one that it was")
        .hasMessageContaining("(its configuration says base)")
        .hasMessageContaining(
            "module q: A [2, 5] and B [4, 2] fit a weight of shape [4, 5], the model's has [4, 3]")
        .hasMessageContaining("module none.q is not in the model")
        .hasMessageContaining("module ids: the model's weight is I64")
        .hasMessageContaining("tensor norm.weight is F32[4], the model's has shape [3]")
        .hasMessageContaining(
            "lm_head.weight is in the adapter, but the model's head is its token");
    assertThat(disk.resolve("target")).doesNotExist();
    for (int i = 0; i < 10; i++) {
      adapt("more." + i, 1, 2, 1);
    }
    assertThatThrownBy(() -> merge(false)).hasMessageEndingWith("and 5 more");
  }

  @Test
  void anotherResultIsNotOverwritten() throws IOException {
    base("{}", Map.of("q.weight", random(4, 3)));
    adapt("q", 4, 2, 3);
    merge(false);
    Map<String, HostTensor> before = merged();
    adapt("q", 4, 2, 3);
    assertThatThrownBy(() -> merge(false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("already holds another model.safetensors");
    assertThat(merged()).isEqualTo(before);
  }
}
