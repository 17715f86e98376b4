package org.tributary.generation;

import ai.djl.Device;
import java.io.IOException;
import org.tributary.executor.JvmCache;
import org.tributary.model.Model;
import org.tributary.text.Tokens;
import org.tributary.torch.Resources;

/**
 * A JVM's tools for one generation on one device: the weights, mapped once and shared by its tasks,
 * the program and the tokenizer.
 */
final class LoadedGenerator implements AutoCloseable {
  private static final JvmCache<LoadedGenerator> LOADED =
      new JvmCache<>(generator -> generator.opened.close());

  private final GenerationModel described;
  private final Model model;
  private final Tokens tokens;
  private final Resources opened;

  private LoadedGenerator(GenerationSpec spec, Device device) throws IOException {
    described = new GenerationModel(spec.store(), spec.config());
    try (Resources opening = new Resources()) {
      tokens = opening.add(described.tokens());
      model = opening.add(described.load(device));
      opened = opening.keep();
    }
  }

  /**
   * Takes what this JVM has loaded, and loads it if there is none; {@link #close} gives it back.
   */
  static LoadedGenerator take(GenerationSpec spec, Device device) throws IOException {
    String key = device + "\n" + spec.yaml();
    return LOADED.take(key, () -> new LoadedGenerator(spec, device));
  }

  /** Drops every unused generator. */
  static void clear() {
    LOADED.clear();
  }

  @Override
  public void close() {
    LOADED.giveBack(this);
  }

  /** Ends the task between two steps where its driver stops or its JVM ends. */
  void checkGoesOn() {
    LOADED.checkGoesOn();
  }

  GenerationModel described() {
    return described;
  }

  Model model() {
    return model;
  }

  Tokens tokens() {
    return tokens;
  }
}
