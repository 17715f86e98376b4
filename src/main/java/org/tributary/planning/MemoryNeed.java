package org.tributary.planning;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tributary.client.BackwardMode;
import org.tributary.model.Architecture;
import org.tributary.model.ModelTask;
import org.tributary.model.Precision;
import org.tributary.protocol.HostTensor;

/**
 * An estimate of the native memory of one client while it trains, in bytes. The frozen weights of
 * the base model are not in it, because the clients of a JVM share them.
 *
 * <p>Weights and gradients have the type of {@code client.precision}. A block keeps the input and
 * output of each of its linear layers for every token; with checkpointing all blocks keep only
 * their inputs, and one block the rest. A language model's logits are kept with their softmax and
 * their gradient. Attention does not keep its scores. {@link #freed} is memory that glibc does not
 * return: up to one and a half times the activations of all blocks in the measurements of
 * docs/results.md, all of which lie between {@link #inUse} and {@link #peak}.
 *
 * @param weights that train
 * @param gradients of them; with updates block by block those of the largest block
 * @param optimizer its state
 * @param activations kept for the backward pass, and logits
 * @param freed freed memory that may count as resident
 */
public record MemoryNeed(
    long weights, long gradients, long optimizer, long activations, long freed) {
  private static final Pattern BLOCK = Pattern.compile("(?:^|\\.)([0-9]+)\\.");

  /** Freed memory in proportion to the activations of all blocks, at most; measured. */
  private static final double FREED = 1.5;

  /** What does not belong to a block. */
  private static final int OUTSIDE = -1;

  /**
   * How a client computes.
   *
   * @param precision of weights, gradients and activations
   * @param backward what is kept for the backward pass
   * @param tokens of a micro batch, with padding
   * @param optimizer bytes of the optimizer's state
   */
  public record Setting(Precision precision, BackwardMode backward, long tokens, long optimizer) {}

  /**
   * Estimates the memory of a client.
   *
   * @param model the base model
   * @param trained shapes of the tensors that train, by name
   * @param setting how the client computes
   * @return the estimate
   */
  public static MemoryNeed of(Architecture model, Map<String, long[]> trained, Setting setting) {
    int size = bytes(setting.precision());
    long parameters = trained.values().stream().mapToLong(HostTensor::elements).sum();
    Map<Integer, Long> parts = new TreeMap<>();
    trained.forEach(
        (name, shape) -> parts.merge(block(name), HostTensor.elements(shape), Long::sum));
    boolean perBlock = setting.backward() == BackwardMode.UPDATING;
    long gradients = perBlock ? largest(parts) : parameters;
    Map<Integer, Long> kept = keptByBlock(model);
    long all = kept.values().stream().mapToLong(Long::longValue).sum();
    long once =
        setting.backward() == BackwardMode.WHOLE
            ? all
            : largest(kept) + (long) kept.size() * width(model);
    long logits = logits(model, size) * setting.tokens();
    return new MemoryNeed(
        size * parameters,
        size * gradients,
        setting.optimizer(),
        size * once * setting.tokens() + logits,
        Math.round(FREED * size * all * setting.tokens()));
  }

  /**
   * The memory of the forward pass of an evaluation.
   *
   * @param model the base model
   * @param precision of weights and activations
   * @param tokens of a batch, with padding
   * @return bytes: the largest block's activations, and a language model's logits
   */
  public static long evaluation(Architecture model, Precision precision, long tokens) {
    int size = bytes(precision);
    return tokens * (size * largest(keptByBlock(model)) + logits(model, size));
  }

  /** Bytes a token of a language model's logits, their softmax in float32 and their gradient. */
  private static long logits(Architecture model, int size) {
    return model.task() == ModelTask.GENERATION
        ? model.vocabulary() * (2L * size + Float.BYTES)
        : 0;
  }

  /** Inputs and outputs of the linear layers of each block, in numbers a token. */
  private static Map<Integer, Long> keptByBlock(Architecture model) {
    Map<Integer, Long> kept = new TreeMap<>();
    model
        .linearLayers()
        .forEach(
            (name, shape) -> {
              if (block(name + ".") != OUTSIDE) {
                kept.merge(block(name + "."), shape[0] + shape[1], Long::sum);
              }
            });
    return kept;
  }

  /** The width of the states between blocks: the input of the first block's first layer. */
  private static long width(Architecture model) {
    return model.linearLayers().entrySet().stream()
        .filter(layer -> block(layer.getKey() + ".") != OUTSIDE)
        .mapToLong(layer -> layer.getValue()[1])
        .findFirst()
        .orElse(0);
  }

  private static int block(String name) {
    Matcher found = BLOCK.matcher(name);
    return found.find() ? Integer.parseInt(found.group(1)) : OUTSIDE;
  }

  private static long largest(Map<Integer, Long> parts) {
    return parts.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /**
   * The bytes of a number.
   *
   * @param precision of weights and activations
   * @return 4 or 2
   */
  static int bytes(Precision precision) {
    return precision == Precision.FLOAT32 ? Float.BYTES : Short.BYTES;
  }

  /** Bytes that are in use at the same time. */
  public long inUse() {
    return weights + gradients + optimizer + activations;
  }

  /** Bytes at most, with freed memory that glibc keeps. */
  public long peak() {
    return inUse() + freed;
  }
}
