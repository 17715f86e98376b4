package org.tributary.fuzz;

import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tributary.fixture.GoldenCases;

/**
 * The malformed files of each format: some written by hand, most made from valid files by a seed.
 */
final class MalformedInputs {
  private MalformedInputs() {}

  private static byte[] golden(String path) throws IOException {
    return Files.readAllBytes(GoldenCases.of(path));
  }

  /** That many broken copies of a file. */
  static List<MalformedInput> broken(
      String file, byte[] original, int count, BiFunction<Mutator, byte[], byte[]> how) {
    List<MalformedInput> inputs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long seed = file.hashCode() * 1000L + i;
      inputs.add(new MalformedInput("seed " + seed, file, how.apply(new Mutator(seed), original)));
    }
    return inputs;
  }

  /** Inputs that no format accepts. */
  static List<MalformedInput> foreign(String file) {
    return List.of(
        new MalformedInput("empty", file, new byte[0]),
        new MalformedInput("zeros", file, new byte[4096]),
        MalformedInput.of("white space", file, " \n\t\r\n "),
        MalformedInput.of("null", file, "null"),
        MalformedInput.of("a page", file, "<!DOCTYPE html><html><body>404</body></html>"),
        MalformedInput.of(
            "an LFS pointer",
            file,
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 132\n"),
        new MalformedInput(
            "gzip",
            file,
            new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0, (byte) 0xff}));
  }

  /** The form with each number up to 20,000. */
  static String manyKeys(String form) {
    return IntStream.range(0, 20_000).mapToObj(form::formatted).collect(Collectors.joining());
  }

  /** Inputs that are hard for JSON parsers. */
  static List<MalformedInput> nastyJson(String file) {
    return List.of(
        MalformedInput.of("deep list", file, "[".repeat(100_000)),
        MalformedInput.of("deep section", file, "{\"a\":".repeat(100_000)),
        MalformedInput.of("long number", file, "{\"hidden_size\": " + "9".repeat(100_000) + "}"),
        MalformedInput.of("huge exponent", file, "{\"hidden_size\": 1e999999999}"),
        MalformedInput.of("long key", file, "{\"" + "k".repeat(1_000_000) + "\": 1}"),
        MalformedInput.of("a list", file, "[{\"model_type\": \"bert\"}]"),
        MalformedInput.of("comment", file, "{/* no */ \"a\": 1}"),
        MalformedInput.of("NaN", file, "{\"layer_norm_eps\": NaN}"),
        MalformedInput.of("two documents", file, "{} {}"));
  }

  static List<MalformedInput> safetensors() throws IOException {
    String file = "model/model.safetensors";
    byte[] original = golden("bert/model.safetensors");
    List<MalformedInput> inputs = new ArrayList<>(foreign(file));
    inputs.addAll(broken(file, original, 12, (m, b) -> m.head(b, 8)));
    inputs.addAll(broken("./" + file, original, 14, (m, b) -> m.head(b, 2000)));
    inputs.addAll(broken(".//" + file, original, 6, Mutator::bytes));
    for (String header :
        List.of(
            "{}",
            "[]",
            "{\"a\": null}",
            "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 9223372036854775807]}}",
            "{\"a\": {\"dtype\": \"F32\", \"shape\": [4294967296, 4294967296], \"data_offsets\": [0, 0]}}",
            "{\"a\": {\"dtype\": \"F32\", \"shape\": [-1], \"data_offsets\": [0, -4]}}",
            "{\"a\": {\"dtype\": \"I9\", \"shape\": [], \"data_offsets\": [0, 4]}}",
            "{\"__metadata__\": {\"a\": 1}}",
            "{\"a\": " + "[".repeat(50_000))) {
      String name = header.substring(0, Math.min(60, header.length()));
      byte[] text = header.getBytes(StandardCharsets.UTF_8);
      ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + 4).order(ByteOrder.LITTLE_ENDIAN);
      inputs.add(new MalformedInput(name, file, bytes.putLong(text.length).put(text).array()));
    }
    return inputs;
  }

  static List<MalformedInput> configs() throws IOException {
    String file = "model/config.json";
    byte[] original = golden("bert/config.json");
    List<MalformedInput> inputs = new ArrayList<>(foreign(file));
    inputs.addAll(nastyJson(file));
    inputs.addAll(broken(file, original, 24, Mutator::json));
    inputs.addAll(broken("./" + file, original, 8, Mutator::text));
    String text = new String(original, StandardCharsets.UTF_8);
    for (String key :
        List.of(
            "num_hidden_layers",
            "hidden_size",
            "vocab_size",
            "num_attention_heads",
            "intermediate_size",
            "max_position_embeddings")) {
      for (String value : List.of("2147483648", "2000000000", "0")) {
        String changed = text.replaceFirst("(\"" + key + "\": *)[0-9]+", "$1" + value);
        inputs.add(MalformedInput.of(key + " " + value, file, changed));
      }
    }
    return inputs;
  }

  static List<MalformedInput> adapters() throws IOException {
    String config = "adapter/adapter_config.json";
    String weights = "adapter/adapter_model.safetensors";
    byte[] original = golden("bert/adapter/adapter_config.json");
    byte[] tensors = golden("bert/adapter/adapter_model.safetensors");
    List<MalformedInput> inputs = new ArrayList<>(foreign(config));
    inputs.addAll(foreign(weights));
    inputs.addAll(nastyJson(config));
    inputs.addAll(broken(config, original, 24, Mutator::json));
    inputs.addAll(broken(weights, tensors, 14, (m, b) -> m.head(b, 1500)));
    String pattern =
        "{\"peft_type\": \"LORA\", \"r\": 3, \"lora_alpha\": 6, \"target_modules\": %s, \"rank_pattern\": %s}";
    inputs.add(MalformedInput.of("regex", config, pattern.formatted("\"(.*)*(.*)*(.*)*x\"", "{}")));
    inputs.add(
        MalformedInput.of(
            "long regex", config, pattern.formatted("\"" + "(a|b)*".repeat(20_000) + "\"", "{}")));
    inputs.add(MalformedInput.of("regex that is none", config, pattern.formatted("\"([\"", "{}")));
    inputs.add(
        MalformedInput.of(
            "rank_pattern", config, pattern.formatted("[\"query\"]", "{\"(a+)+(a+)+$\": 4}")));
    return inputs;
  }

  /** Sections that are known to make the tokenizers library end the process, and similar ones. */
  static List<MalformedInput> tokenizers() throws IOException {
    String file = "tokenizer.json";
    List<MalformedInput> inputs = new ArrayList<>(foreign(file));
    inputs.addAll(nastyJson(file));
    for (String model : List.of("bert", "gpt2", "llama_gqa", "qwen2", "unigram")) {
      byte[] original = golden(model + "/tokenizer.json");
      inputs.addAll(broken(file + " of " + model, original, 12, Mutator::json));
      inputs.addAll(broken(file + "  of " + model, original, 2, Mutator::bytes));
    }
    for (String[] section :
        new String[][] {
          {"normalizer", "{'type': 'Precompiled', 'precompiled_charsmap': 'AAAA'}"},
          {"normalizer", "{'type': 'Precompiled', 'precompiled_charsmap': 'CAAAAP///////////w=='}"},
          {"normalizer", "{'type': 'Replace', 'pattern': {'Regex': '^'}, 'content': 'x'}"},
          {"normalizer", "{'type': 'Replace', 'pattern': {'Regex': '(a*)*b'}, 'content': 'x'}"},
          {"pre_tokenizer", "{'type': 'FixedLength', 'length': 0}"},
          {
            "pre_tokenizer",
            "{'type': 'Split', 'pattern': {'Regex': '(?:a|aa)+$'}, 'behavior': 'Isolated', 'invert': false}"
          },
          {"decoder", "{'type': 'Strip', 'content': 'a', 'start': 0, 'stop': 9}"},
          {
            "decoder",
            "{'type': 'Sequence', 'decoders': %s}".formatted("[".repeat(300) + "]".repeat(300))
          },
          {
            "post_processor",
            "{'type': 'TemplateProcessing', 'single': [{'Sequence': {'id': 'B', 'type_id': 0}}], 'pair': [], 'special_tokens': {}}"
          },
          {
            "post_processor",
            "{'type': 'TemplateProcessing', 'single': [{'SpecialToken': {'id': 'x', 'type_id': 0}}], 'pair': [], 'special_tokens': {}}"
          },
          {
            "post_processor",
            "{'type': 'BertProcessing', 'sep': ['x', 1], 'cls': ['y', 4000000000]}"
          },
        }) {
      ObjectNode root = (ObjectNode) JSON.readTree(golden("gpt2/tokenizer.json"));
      root.set(section[0], JSON.readTree(section[1].replace('\'', '"')));
      inputs.add(
          new MalformedInput(section[0] + " " + section[1], file, JSON.writeValueAsBytes(root)));
    }
    ObjectNode prefix = (ObjectNode) JSON.readTree(golden("gpt2/tokenizer.json"));
    ((ObjectNode) prefix.get("model")).put("continuing_subword_prefix", "\u20ac#####");
    inputs.add(new MalformedInput("prefix", file, JSON.writeValueAsBytes(prefix)));
    return inputs;
  }
}
