package org.tributary.job;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.model.Precision;
import org.tributary.protocol.HostTensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The job {@code logits}: computes a model's outputs for given inputs, to compare them with
 * transformers.
 */
@Command(
    name = "logits",
    description =
        "Computes a model's logits for given token ids or pixels, to compare a checkpoint or an adapter"
            + " against another program: bench/peer/check_outputs.py compares with transformers and"
            + " peft.")
public final class Logits implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Hugging Face folder of the model")
  private String model;

  @Option(names = "--adapter", paramLabel = "DIR", description = "PEFT folder of an adapter for it")
  private String adapter;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description =
          "safetensors with input_ids and, optionally, attention_mask and token_type_ids, I64"
              + " [rows, tokens]; or pixel_values, F32 [rows, channels, height, width]")
  private String input;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "safetensors file to make, with the tensor logits")
  private String out;

  @Option(
      names = "--pooling",
      paramLabel = "NAME",
      description =
          "as model.pooling of train: mean, cls or attention; if not given, what the model was"
              + " trained with here, else as transformers computes it")
  private String pooling;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "FLOAT32",
      description = "of weights and activations: float32 (default) or bfloat16")
  private Precision precision;

  @Override
  public Integer call() throws IOException {
    Store store = Store.of(SparkSessions.hadoop());
    Path target = store.path(out);
    if (store.exists(target)) {
      throw new WrongInput(target + ": exists already; name another file, or remove it");
    }
    if (pooling != null && !List.of("mean", "cls", "attention").contains(pooling)) {
      throw new WrongInput(
          "--pooling: \"%s\" is not known; use mean, cls or attention".formatted(pooling));
    }
    org.tributary.evaluation.CheckpointLogits opened =
        org.tributary.evaluation.CheckpointLogits.open(store, model, adapter, pooling);
    Path file = store.path(input);
    Map<String, HostTensor> inputs = SafeTensors.read(store, file).tensors();
    java.nio.file.Path staging = Files.createTempDirectory("tributary-logits");
    HostTensor logits;
    try {
      logits = opened.of(file.toString(), inputs, staging, precision);
    } finally {
      remove(staging);
    }
    store.commit(target, SafeTensors.content(Map.of("logits", logits), Map.of("format", "pt")));
    spec.commandLine().getOut().printf("logits %s: %s%n", Arrays.toString(logits.shape()), target);
    return 0;
  }

  private static void remove(java.nio.file.Path folder) throws IOException {
    try (Stream<java.nio.file.Path> files = Files.walk(folder)) {
      for (java.nio.file.Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
