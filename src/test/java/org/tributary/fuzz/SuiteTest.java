package org.tributary.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The suite has enough malformed inputs of each format. They are made here and used elsewhere. */
class SuiteTest {
  private static final int EACH = 25;
  private static final int ALL = 300;

  private static Map<String, List<MalformedInput>> formats() throws IOException {
    Map<String, List<MalformedInput>> formats = new LinkedHashMap<>();
    formats.put("safetensors", ModelFuzzTest.safetensors());
    formats.put("config", ModelFuzzTest.configs());
    formats.put("adapter", ModelFuzzTest.adapters());
    formats.put("tokenizer", MalformedInputs.tokenizers());
    formats.put("YAML", YamlFuzzTest.nasty("out: o\nseed: 7\nrounds: 1\n"));
    formats.put("Jinja", JinjaFuzzTest.inputs());
    formats.put("JSON lines", RowsFuzzTest.jsonLines());
    formats.put("CSV", RowsFuzzTest.csv());
    formats.put("Parquet", RowsFuzzTest.parquetFiles());
    formats.put("images", RowsFuzzTest.images());
    return formats;
  }

  /** Inputs with the same bytes count once. */
  private static int different(List<MalformedInput> inputs) {
    return (int) inputs.stream().map(input -> ByteBuffer.wrap(input.content())).distinct().count();
  }

  @Test
  void everyFormatHasEnoughInputs() throws IOException {
    Map<String, Integer> counts = new LinkedHashMap<>();
    formats().forEach((format, inputs) -> counts.put(format, different(inputs)));
    assertThat(counts).allSatisfy((format, n) -> assertThat(n).isGreaterThanOrEqualTo(EACH));
    int all = counts.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(all).as(counts.toString()).isGreaterThanOrEqualTo(ALL);
  }

  /** Every run has the same inputs. */
  @Test
  void inputsAreTheSameEachTime() throws IOException {
    Map<String, List<MalformedInput>> again = formats();
    formats()
        .forEach(
            (format, inputs) -> {
              for (int i = 0; i < inputs.size(); i++) {
                byte[] content = again.get(format).get(i).content();
                assertThat(Arrays.equals(content, inputs.get(i).content()))
                    .as(inputs.get(i).toString())
                    .isTrue();
              }
            });
  }
}
