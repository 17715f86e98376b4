package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.Store;
import org.tributary.text.DecodingDefaults.Job;

/** Settings in a model's files that no job applies are named, and nothing else. */
class DecodingDefaultsTest {
  private static final Job DRAWS = new Job(0.7, 0.8, 1);

  @TempDir java.nio.file.Path dir;

  private DecodingDefaults own(Map<String, String> files) throws IOException {
    java.nio.file.Path folder = Files.createTempDirectory(dir, "model");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey() + ".json"), file.getValue());
    }
    return DecodingDefaults.read(Store.of(new Configuration()), new Path(folder.toUri()));
  }

  private DecodingDefaults own(String generation) throws IOException {
    return own(Map.of("config", "{}", "generation_config", generation));
  }

  @Test
  void everyKeyIsNamedWithItsValueAndWhatWouldDoIt() throws IOException {
    DecodingDefaults qwen =
        own(
            "{\"bos_token_id\": 1, \"do_sample\": true, \"eos_token_id\": [2, 3],"
                + " \"repetition_penalty\": 1.05, \"temperature\": 0.7, \"top_k\": 20,"
                + " \"top_p\": 0.8, \"transformers_version\": \"4.37.0\"}");
    assertThat(qwen.warning(Job.GREEDY))
        .get()
        .asString()
        .contains("generation_config.json asks for")
        .contains("do_sample true")
        .contains("repetition_penalty 1.05")
        .contains("temperature 0.7")
        .contains("top_k 20")
        .contains("top_p 0.8")
        .doesNotContain("token_id");
    assertThat(qwen.settings(Job.GREEDY))
        .containsExactly(
            "decoding.temperature=0.7", "decoding.topP=0.8", "decoding.repetitionPenalty=1.05");
    assertThat(qwen.notApplied(DRAWS)).containsOnlyKeys("repetition_penalty", "top_k");
    assertThat(qwen.settings(DRAWS)).containsExactly("decoding.repetitionPenalty=1.05");
    assertThat(qwen.notApplied(new Job(0.7, 0.8, 1.05))).containsOnlyKeys("top_k");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "no_repeat_ngram_size; 2",
        "encoder_repetition_penalty; 1.2",
        "suppress_tokens; [10, 20]",
        "begin_suppress_tokens; [10]",
        "bad_words_ids; [[50]]",
        "forced_bos_token_id; 0",
        "forced_eos_token_id; 2",
        "min_length; 8",
        "min_new_tokens; 8",
        "num_beams; 2",
        "sequence_bias; [[[5], -1.0]]",
        "exponential_decay_length_penalty; [3, 1.1]",
        "penalty_alpha; 0.6",
        "guidance_scale; 1.5",
        "watermarking_config; {\"bias\": 2.0}",
        "stop_strings; \"END\"",
        "token_healing; true",
      })
  void whatChangesAnyTextIsNamedAlways(String key, String value) throws IOException {
    DecodingDefaults own = own("{\"%s\": %s}".formatted(key, value));
    assertThat(own.notApplied(Job.GREEDY)).containsOnlyKeys(key);
    assertThat(own.notApplied(DRAWS)).containsOnlyKeys(key);
  }

  @ParameterizedTest
  @CsvSource({"temperature, 0.6", "top_k, 20", "min_p, 0.1", "typical_p, 0.9", "eta_cutoff, 0.01"})
  void whatChangesDrawnTextsIsNamedWhereTextsAreDrawn(String key, String value) throws IOException {
    assertThat(own("{\"%s\": %s}".formatted(key, value)).notApplied(Job.GREEDY)).isEmpty();
    assertThat(own("{\"%s\": %s}".formatted(key, value)).notApplied(DRAWS)).containsOnlyKeys(key);
    assertThat(own("{\"do_sample\": true, \"%s\": %s}".formatted(key, value)))
        .satisfies(own -> assertThat(own.notApplied(Job.GREEDY)).containsKeys("do_sample", key));
  }

  @Test
  void whatChangesNothingIsNotNamed() throws IOException {
    DecodingDefaults neutral =
        own(
            "{\"repetition_penalty\": 1.0, \"no_repeat_ngram_size\": 0, \"suppress_tokens\": null,"
                + " \"bad_words_ids\": [], \"num_beams\": 1, \"top_k\": 0, \"top_p\": 1,"
                + " \"token_healing\": false, \"do_sample\": false, \"max_length\": 4096,"
                + " \"use_cache\": true, \"pad_token_id\": 0, \"temperature\": null}");
    assertThat(neutral.asked()).isEmpty();
    assertThat(neutral.warning(DRAWS)).isEqualTo(Optional.empty());
  }

  @Test
  void drawingWithoutATemperatureIsAtOne() throws IOException {
    DecodingDefaults own = own("{\"do_sample\": true}");
    assertThat(own.settings(Job.GREEDY)).containsExactly("decoding.temperature=1.0");
    assertThat(own.notApplied(new Job(1, 1, 1))).isEmpty();
  }

  @Test
  void configurationsWithoutAFileOfTheirOwnAskInTheModels() throws IOException {
    String asks = "{\"repetition_penalty\": 1.3}";
    assertThat(own(Map.of("config", asks)).warning(Job.GREEDY))
        .get()
        .asString()
        .contains("/config.json asks for repetition_penalty 1.3");
    assertThat(own(Map.of("config", asks, "generation_config", "{}")).asked()).isEmpty();
    assertThat(own(Map.of()).asked()).isEmpty();
  }
}
