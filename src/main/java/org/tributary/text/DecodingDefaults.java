package org.tributary.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.Store;

/**
 * The decoding settings in a model's files: generation_config.json, or, if there is none, the same
 * keys of config.json, as in transformers. Tributary takes only special tokens from there ({@link
 * SpecialTokens}); the keys of the job decide everything else. This class reports the settings that
 * transformers' {@code generate} would also apply.
 *
 * @param file the file with the keys
 * @param asked settings that may change a text, by key
 */
public record DecodingDefaults(String file, Map<String, JsonNode> asked) {
  private static final String SAMPLES = "do_sample";
  private static final String TEMPERATURE = "temperature";
  private static final String TOP_P = "top_p";
  private static final String PENALTY = "repetition_penalty";

  /** Keys with a number that changes any text, and the neutral number. */
  private static final Map<String, Double> ALWAYS =
      Map.of(
          PENALTY,
          1.0,
          "encoder_repetition_penalty",
          1.0,
          "no_repeat_ngram_size",
          0.0,
          "encoder_no_repeat_ngram_size",
          0.0,
          "min_length",
          0.0,
          "min_new_tokens",
          0.0,
          "num_beams",
          1.0,
          "num_beam_groups",
          1.0,
          "penalty_alpha",
          0.0,
          "guidance_scale",
          1.0);

  /** Keys that change any text, whatever their value is. */
  private static final Set<String> ANY =
      Set.of(
          "bad_words_ids",
          "begin_suppress_tokens",
          "constraints",
          "dola_layers",
          "exponential_decay_length_penalty",
          "force_words_ids",
          "forced_bos_token_id",
          "forced_decoder_ids",
          "forced_eos_token_id",
          "max_time",
          "sequence_bias",
          "stop_strings",
          "suppress_tokens",
          "token_healing",
          "watermarking_config");

  /** Keys that change only sampled texts, and the neutral number. */
  private static final Map<String, Double> DRAWN =
      Map.of(
          TEMPERATURE,
          1.0,
          TOP_P,
          1.0,
          "top_k",
          0.0,
          "top_h",
          Double.NaN,
          "min_p",
          0.0,
          "typical_p",
          1.0,
          "epsilon_cutoff",
          0.0,
          "eta_cutoff",
          0.0);

  /** Keeps a copy of the keys, in their order. */
  public DecodingDefaults {
    asked = Collections.unmodifiableMap(new LinkedHashMap<>(asked));
  }

  /**
   * The decoding settings of a job.
   *
   * @param temperature 0 takes the most likely token
   * @param topP probability mass of the most likely tokens to sample from
   * @param repetitionPenalty 1 for none
   */
  public record Job(double temperature, double topP, double repetitionPenalty) {
    /** Greedy decoding without a penalty. */
    public static final Job GREEDY = new Job(0, 1, 1);

    private Map<String, Double> keys() {
      return Map.of(TEMPERATURE, temperature, TOP_P, topP, PENALTY, repetitionPenalty);
    }

    private static Map<String, String> names() {
      Map<String, String> names = new LinkedHashMap<>();
      names.put(TEMPERATURE, "decoding.temperature");
      names.put(TOP_P, "decoding.topP");
      names.put(PENALTY, "decoding.repetitionPenalty");
      return names;
    }
  }

  /**
   * Reads the model's files.
   *
   * @param store access to the folder
   * @param folder the model's
   * @return their decoding settings
   * @throws org.tributary.error.WrongInput if a file is not JSON
   * @throws IOException if the file system fails
   */
  public static DecodingDefaults read(Store store, Path folder) throws IOException {
    ModelFiles files = new ModelFiles(store, folder);
    JsonNode generation = files.json(ModelFiles.GENERATION);
    String file = generation.isMissingNode() ? HuggingFaceFolder.CONFIG : ModelFiles.GENERATION;
    JsonNode said = generation.isMissingNode() ? files.json(file) : generation;
    Map<String, JsonNode> asked = new LinkedHashMap<>();
    boolean samples = said.path(SAMPLES).asBoolean();
    said.fields()
        .forEachRemaining(
            key -> {
              if (key.getKey().equals(SAMPLES) ? samples : changes(key.getKey(), key.getValue())) {
                asked.put(key.getKey(), key.getValue());
              }
            });
    if (samples) {
      asked.put(TEMPERATURE, DoubleNode.valueOf(said.path(TEMPERATURE).asDouble(1)));
    }
    return new DecodingDefaults(new Path(folder, file).toString(), asked);
  }

  private static boolean changes(String key, JsonNode value) {
    if (ANY.contains(key)) {
      boolean none = value.isNull() || value.isContainerNode() && value.isEmpty();
      return !none && !(value.isBoolean() && !value.booleanValue());
    }
    Double neutral = ALWAYS.getOrDefault(key, DRAWN.get(key));
    return neutral != null && value.isNumber() && value.doubleValue() != neutral;
  }

  /**
   * The settings of the model that the job does not apply.
   *
   * @param job what decides
   * @return values by key; empty if the job applies all settings
   */
  public Map<String, JsonNode> notApplied(Job job) {
    boolean draws = job.temperature() > 0;
    Map<String, JsonNode> not = new LinkedHashMap<>();
    asked.forEach(
        (key, value) -> {
          boolean counts = draws || asked.containsKey(SAMPLES) || !DRAWN.containsKey(key);
          boolean done =
              key.equals(SAMPLES)
                  ? draws
                  : value.doubleValue() == job.keys().getOrDefault(key, Double.NaN);
          if (counts && !done) {
            not.put(key, value);
          }
        });
    return not;
  }

  /**
   * The settings of the model that the job does not apply, as a text.
   *
   * @param job what decides
   * @return each key with its value; empty if the job applies all settings
   */
  public Optional<String> warning(Job job) {
    Map<String, JsonNode> not = notApplied(job);
    List<String> said = new ArrayList<>();
    not.forEach((key, value) -> said.add(key + " " + value));
    return said.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s asks for %s: transformers' generate does so, and this job does not"
                .formatted(file, String.join(", ", said)));
  }

  /**
   * The job settings that would apply them.
   *
   * @param job what decides
   * @return settings of the job {@code generate}; empty if there are none
   */
  public List<String> settings(Job job) {
    Map<String, JsonNode> not = notApplied(job);
    List<String> settings = new ArrayList<>();
    Job.names()
        .forEach(
            (key, name) -> {
              if (not.containsKey(key)) {
                settings.add(name + "=" + not.get(key));
              }
            });
    return settings;
  }
}
