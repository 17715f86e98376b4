package org.tributary.config;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Names of transformers, peft and trl for the keys of configurations. If a user writes such a name,
 * the message gives the right key.
 */
final class KeyAliases {
  /**
   * The meaning of a foreign name.
   *
   * @param keys dotted names for all jobs; those of the current job are used
   * @param note the differences in meaning; empty if only the name differs
   */
  private record Meant(List<String> keys, String note) {}

  private static final Map<String, Meant> MEANT = meant();

  /**
   * Names of settings without a key here, or with a key only in the configuration of another job.
   */
  private static final Map<String, String> WITHOUT = without();

  private KeyAliases() {}

  /**
   * The key that a foreign name means.
   *
   * @param name as written, without its section
   * @param known dotted names of all keys of the job
   * @return the dotted key with the differences in meaning; empty if the name is not known
   */
  static Optional<String> meant(String name, Collection<String> known) {
    Meant meant = MEANT.get(plain(name));
    if (meant == null) {
      return Optional.empty();
    }
    String note = meant.note().isEmpty() ? "" : ", " + meant.note();
    return meant.keys().stream().filter(known::contains).findFirst().map(key -> key + note);
  }

  /**
   * The reason why a foreign name has no key here.
   *
   * @param name as written, without its section
   * @return a clause; empty if the name is not known
   */
  static Optional<String> without(String name) {
    return Optional.ofNullable(WITHOUT.get(plain(name)));
  }

  private static Map<String, String> without() {
    Map<String, String> w = new LinkedHashMap<>();
    w.put("lora_dropout", "adapters train without dropout; remove it");
    w.put("bias", "adapters leave biases as they are; remove it");
    w.put("task_type", "the model's family decides on the task; remove it");
    w.put("use_dora", "adapters are plain LoRA; remove it");
    w.put("load_in_4bit", "weights are float32 or bfloat16; remove it");
    w.put("load_in_8bit", "weights are float32 or bfloat16; remove it");
    w.put("quantization_config", "weights are float32 or bfloat16; remove it");
    w.put("packing", "each row is one of a batch; remove it");
    w.put("logging_steps", "the tables have every round; remove it");
    w.put("report_to", "the tables have every round; remove it");
    w.put("num_beams", "answers are written without beams; remove it");
    w.put("top_k", "answers are drawn without it; remove it");
    w.put("tokenizer_name", "the tokenizer is that of the model's folder; remove it");
    String partition = "it belongs to the configuration of partition: ";
    w.put("num_clients", partition + "clients");
    w.put("num_partitions", partition + "clients");
    w.put("dirichlet_alpha", partition + "partitioner.alpha");
    w.put("train_file", partition + "source.train");
    w.put("validation_file", partition + "source.validation");
    w.put("test_file", partition + "source.test");
    Map<String, String> plain = new LinkedHashMap<>();
    w.forEach((name, why) -> plain.put(plain(name), why));
    return plain;
  }

  /**
   * All keys for which there are foreign names.
   *
   * @return dotted names
   */
  static List<String> keys() {
    return MEANT.values().stream().flatMap(meant -> meant.keys().stream()).distinct().toList();
  }

  private static Map<String, Meant> meant() {
    Map<String, Meant> m = new LinkedHashMap<>();
    training(m);
    adapters(m);
    put(m, "", List.of("model.path"), "model_name_or_path", "model_id", "base_model");
    put(m, "", List.of("model.path"), "base_model_name_or_path", "pretrained_model_name_or_path");
    put(m, "", List.of("model.maxLength"), "max_seq_length", "max_seq_len", "max_length");
    put(m, "", List.of("model.maxLength"), "model_max_length", "cutoff_len", "sequence_len");
    put(m, "", List.of("data.path"), "dataset", "dataset_name", "dataset_path", "data_path");
    put(
        m,
        "",
        List.of("data.text"),
        "dataset_text_field",
        "text_column",
        "text_field",
        "text_pair");
    put(m, "", List.of("data.label", "label"), "label_column", "label_column_name");
    put(m, "", List.of("data.answer"), "response_column", "completion_column");
    put(m, "", List.of("source.train"), "train_file");
    put(m, "", List.of("source.validation"), "validation_file");
    put(m, "", List.of("source.test"), "test_file");
    put(m, "", List.of("partitioner.alpha"), "dirichlet_alpha");
    put(m, "", List.of("seed", "seeds"), "random_seed", "random_state", "seed", "data_seed");
    put(m, "", List.of("out"), "output_dir", "out_dir");
    put(m, "", List.of("rounds"), "num_rounds", "num_server_rounds", "communication_rounds");
    put(m, "", List.of("cohort.fraction"), "fraction_fit", "sample_fraction", "client_fraction");
    put(m, "", List.of("cohort.minClients"), "min_fit_clients", "min_available_clients");
    put(m, "", List.of("clients"), "num_clients", "num_partitions");
    put(m, "", List.of("evaluate.batch"), "per_device_eval_batch_size", "eval_batch_size");
    put(m, "in rounds", List.of("evaluate.every"), "eval_steps", "eval_interval");
    put(m, "in rounds", List.of("evaluate.every"), "eval_strategy", "evaluation_strategy");
    List<String> tokens = List.of("decoding.newTokens", "evaluate.newTokens");
    put(m, "", tokens, "max_new_tokens", "generation_max_length");
    put(m, "", List.of("decoding.topP"), "top_p");
    put(m, "0 for the likeliest token", List.of("decoding.temperature"), "do_sample");
    put(m, "", List.of("decoding.repetitionPenalty"), "repetition_penalty");
    return m;
  }

  private static void training(Map<String, Meant> m) {
    put(m, "", List.of("client.optimizer.lr"), "learning_rate", "lr");
    put(m, "", List.of("client.optimizer.weightDecay"), "weight_decay");
    put(m, "", List.of("client.optimizer.beta1"), "adam_beta1");
    put(m, "", List.of("client.optimizer.beta2"), "adam_beta2");
    put(m, "", List.of("client.optimizer.eps"), "adam_epsilon");
    put(m, "", List.of("client.optimizer.name"), "optim");
    put(m, "", List.of("client.optimizer.galore.targets"), "optim_target_modules");
    List<String> batch = List.of("client.batch", "batch");
    put(m, "", batch, "per_device_train_batch_size", "train_batch_size", "micro_batch_size");
    put(m, "", batch, "batch_size", "per_gpu_train_batch_size");
    put(m, "", List.of("client.accumulate"), "gradient_accumulation_steps");
    put(m, "passes a round", List.of("client.epochs"), "num_train_epochs", "num_epochs");
    put(m, "passes a round", List.of("client.epochs"), "local_epochs");
    put(m, "optimizer steps a round", List.of("client.steps"), "max_steps", "local_steps");
    put(m, "", List.of("client.clip"), "max_grad_norm", "gradient_clipping", "grad_clip");
    put(m, "", List.of("client.schedule.name"), "lr_scheduler_type", "lr_scheduler");
    String warmup = "in steps of the whole run";
    put(m, warmup, List.of("client.schedule.warmup"), "warmup_steps", "warmup_ratio");
    put(m, "", List.of("client.checkpointing"), "gradient_checkpointing");
    List<String> precision = List.of("client.precision", "precision");
    put(m, "float32 or bfloat16", precision, "bf16", "fp16", "dtype", "torch_dtype");
  }

  private static void adapters(Map<String, Meant> m) {
    put(m, "", List.of("framework.lora.alpha"), "lora_alpha");
    put(m, "", List.of("framework.lora.rank"), "r", "lora_r", "lora_rank");
    put(m, "", List.of("framework.lora.targets"), "target_modules", "lora_target_modules");
    put(m, "", List.of("framework.lora.targets"), "lora_target");
    put(m, "", List.of("framework.lora.rslora"), "use_rslora");
    put(m, "globs over names of weights", List.of("framework.train"), "modules_to_save");
    List<String> adapter = List.of("adapter", "framework.lora.start");
    put(m, "", adapter, "adapter_name_or_path", "peft_model_id", "lora_weights");
  }

  private static void put(Map<String, Meant> m, String note, List<String> keys, String... names) {
    for (String name : names) {
      m.put(plain(name), new Meant(keys, note));
    }
  }

  /** {@code weight_decay}, {@code weight-decay} and {@code weightDecay} are one name. */
  static String plain(String name) {
    return name.replaceAll("[-_ ]", "").toLowerCase(Locale.ROOT);
  }
}
