package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;
import org.tributary.protocol.HostTensor;

/** Which modules an adapter's configuration selects, as in peft's check_target_module_exists. */
class PeftTargetsTest {
  private static final List<String> MODULES =
      List.of(
          "model.layers.0.self_attn.q_proj",
          "model.layers.1.self_attn.q_proj",
          "model.layers.11.self_attn.q_proj",
          "model.layers.1.mlp.experts.0.up_proj",
          "transformer.h.1.attn.c_attn",
          "h.1.attn.c_attn",
          "q_proj",
          "lm_head");

  @TempDir java.nio.file.Path disk;
  private final Store store = Store.of(new Configuration());
  private Path folder;

  @BeforeEach
  void name() throws IOException {
    folder = store.path(disk.resolve("adapter").toString());
    Files.createDirectories(disk.resolve("adapter"));
  }

  private void config(String keys) throws IOException {
    Files.writeString(
        disk.resolve("adapter/adapter_config.json"),
        "{'peft_type':'LORA','r':1,'lora_alpha':2,%s}"
            .formatted(keys)
            .replace("'", "\"")
            .replace("\\", "\\\\"));
  }

  /** The digits are the answers of peft 0.21 for the modules above, in the same order. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "'target_modules':['q_proj','up_proj','c_attn'],'layers_to_transform':[1] ; 01011010",
        "'target_modules':['q_proj','up_proj','c_attn'],'layers_to_transform':1 ; 01011010",
        "'target_modules':['q_proj'],'layers_to_transform':[0,11] ; 10100010",
        "'target_modules':['q_proj','up_proj','c_attn'],'layers_to_transform':[1],'layers_pattern':'layers' ; 01010010",
        "'target_modules':['q_proj','up_proj','c_attn'],'layers_to_transform':[1],'layers_pattern':['blocks','h'] ; 00001110",
        "'target_modules':['q_proj','up_proj'],'layers_to_transform':[0],'layers_pattern':'experts' ; 00010010",
        "'target_modules':['model.layers.0.self_attn.q_proj','c_attn'],'layers_to_transform':[1] ; 10001000",
        "'target_modules':['q_proj'],'layers_to_transform':[] ; 11100010",
        "'target_modules':['q_proj'],'layers_pattern':'h' ; 11100010",
        "'target_modules':['q_proj','c_attn'],'exclude_modules':['q_proj'] ; 00001100",
        "'target_modules':['q_proj','c_attn'],'exclude_modules':['layers.1.self_attn.q_proj','roj'] ; 10101110",
        "'target_modules':['q_proj','c_attn'],'exclude_modules':'.*layers\\.1.*' ; 10001110",
        "'target_modules':'.*_proj','exclude_modules':'.*\\.(?P<n>1)\\..*' ; 10100010",
        "'target_modules':'(?P<pre_fix>.*)layers\\.(?P<i>\\d)(?P=i)\\..*q_proj' ; 00100000",
        "'target_modules':'(?P<a>.*)layers\\.1\\.(self_attn|mlp).*(q|up)_proj' ; 01010000"
      })
  void meansTheModulesThatPeftMeans(String keys, String expected) throws IOException {
    config(keys.strip());
    PeftConfig config = PeftConfig.read(store, folder);
    assertThat(
            MODULES.stream()
                .map(module -> config.targets().matches(module) ? "1" : "0")
                .collect(Collectors.joining()))
        .isEqualTo(expected);
    Map<String, HostTensor> tensors = new TreeMap<>();
    MODULES.stream()
        .filter(config.targets()::matches)
        .forEach(
            module -> {
              tensors.put(module + PeftAdapter.LORA_A, HostTensor.of(new float[1], 1, 1));
              tensors.put(module + PeftAdapter.LORA_B, HostTensor.of(new float[1], 1, 1));
            });
    Path written = store.path(disk.resolve("written").toString());
    new PeftAdapter(config, tensors).write(store, written);
    assertThat(PeftAdapter.read(store, written).config()).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "'exclude_modules':'(' ; exclude_modules is \"(\"",
        "'exclude_modules':7 ; exclude_modules is 7",
        "'layers_to_transform':['one'] ; layers_to_transform is [\"one\"]",
        "'layers_to_transform':[1],'layers_pattern':['('] ; layers_pattern is [\"(\"]",
        "'layers_to_transform':[1],'layers_pattern':[1] ; layers_pattern is [1]"
      })
  void whatIsNoneIsRefused(String keys, String message) throws IOException {
    config("'target_modules':['q_proj']," + keys.strip());
    assertThatThrownBy(() -> PeftConfig.read(store, folder))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(message.strip());
  }

  /** peft would silently ignore such a tensor. */
  @Test
  void aTensorOfAModuleThatIsLeftOutIsRefused() throws IOException {
    config(
        "'target_modules':['q_proj'],'exclude_modules':['layers.0.self_attn.q_proj'],'layers_to_transform':[0,1]");
    Map<String, HostTensor> tensors = new TreeMap<>();
    for (String module : List.of(MODULES.get(0), MODULES.get(2))) {
      for (String end : List.of(PeftAdapter.LORA_A, PeftAdapter.LORA_B)) {
        tensors.put("base_model.model." + module + end, HostTensor.of(new float[1], 1, 1));
      }
    }
    store.commit(new Path(folder, PeftAdapter.WEIGHTS), SafeTensors.content(tensors, Map.of()));
    assertThatThrownBy(() -> PeftAdapter.read(store, folder))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "module "
                + MODULES.get(0)
                + " is not of target_modules (q_proj of layers [0, 1] without layers.0.self_attn.q_proj)")
        .hasMessageContaining("module " + MODULES.get(2) + " is not of target_modules");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "[[]x [x true",
        "[a&&b]+ a&b true",
        "[]a]+ ]a true",
        "[^]a]+ ]a false",
        "\\[x\\] [x] true",
        "(?P<n_1>a|b)-(?P=n_1) a-a true",
        "(?P<n_1>a|b)-(?P=n_1) a-b false",
        "(x)(?P<n>a)(?P=n)\\Z xaa true",
        "(?:a)(?=b)b ab true"
      })
  void expressionsArePythons(String regex, String text, boolean matches) {
    assertThat(PythonPattern.of(regex).matches(text)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a+)+$", "(.*)*x", "(a|aa)+b", "((a{1,100}){1,10})+b"})
  void expressionsThatBacktrackForeverTakeNoTime(String regex) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> assertThat(PythonPattern.of(regex).matches("a".repeat(500) + "!")).isFalse());
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a*)*\\1b", "(a|aa)+(x?)\\2b"})
  void expressionsThatOnlyBacktrackingMatchesAreBounded(String regex) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThatThrownBy(() -> PythonPattern.of(regex).begins("a".repeat(200) + "!"))
                .isInstanceOf(WrongInput.class)
                .hasMessageContaining("takes too long to match")
                .hasMessageContaining("name the modules in a list"));
  }

  @Test
  void expressionsOfAnyLengthAndDepthAreNone() {
    String deep = "(".repeat(900) + "a" + ")".repeat(900);
    assertThat(PythonPattern.of(deep).matches("a")).isTrue();
    assertThatThrownBy(() -> PythonPattern.of("a".repeat(3000)))
        .isInstanceOf(PatternSyntaxException.class);
    assertThatThrownBy(() -> PythonPattern.of("(")).isInstanceOf(PatternSyntaxException.class);
  }

  /** What peft 0.21 writes in its files for modules_to_save: [norm], and what it adds unasked. */
  @ParameterizedTest
  @CsvSource({
    "model.norm.weight, true",
    "model.layers.0.input_layernorm.weight, true",
    "model.norm.inner.bias, true",
    "model.layers.0.normal.weight, false",
    "model.layers.0.self_attn.q_norm_proj.weight, false",
    "model.embed_tokens.weight, true",
    "lm_head.weight, true",
    "transformer.wte.weight, true",
    "bert.embeddings.word_embeddings.weight, true",
    "bert.embeddings.position_embeddings.weight, false",
    "lm_head.bias, false"
  })
  void savedModulesMatchAtTheirEndAndEmbeddingsAreAlwaysTaken(String tensor, boolean saved)
      throws IOException {
    config("'target_modules':['q_proj'],'modules_to_save':['norm']");
    assertThat(PeftConfig.read(store, folder).isSaved(tensor)).isEqualTo(saved);
  }

  @Test
  void whatIsMoreThanPlainLoraHasAWayOut() throws IOException {
    config("'target_modules':['embed_tokens', 'lm_head']");
    Map<String, HostTensor> tensors = new TreeMap<>();
    tensors.put(
        "base_model.model.embed_tokens.lora_embedding_A", HostTensor.of(new float[1], 1, 1));
    tensors.put(
        "base_model.model.embed_tokens.lora_embedding_B", HostTensor.of(new float[1], 1, 1));
    tensors.put(
        "base_model.model.embed_tokens.base_layer.weight", HostTensor.of(new float[1], 1, 1));
    tensors.put("base_model.model.lm_head.lora_A.weight", HostTensor.of(new float[3], 1, 3));
    tensors.put("base_model.model.lm_head.lora_B.weight", HostTensor.of(new float[5], 5, 1));
    tensors.put("base_model.model.lm_head.base_layer.weight", HostTensor.of(new float[21], 7, 3));
    store.commit(new Path(folder, PeftAdapter.WEIGHTS), SafeTensors.content(tensors, Map.of()));
    assertThatThrownBy(() -> PeftAdapter.read(store, folder))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("merge it into its model in Python (merge_and_unload, which")
        .hasMessageContaining("embed_tokens.lora_embedding_A is of another kind than LoRA")
        .hasMessageContaining("lm_head.base_layer.weight has shape [7, 3], its product [5, 3]")
        .hasMessageNotContaining("embed_tokens.base_layer");
  }
}
