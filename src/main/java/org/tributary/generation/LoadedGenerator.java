package org.tributary.generation;

import ai.djl.Device;
import java.io.IOException;
import org.tributary.executor.JvmCache;
import org.tributary.model.Model;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Resources;

/**
 * What a JVM loads for one generation on one device: the weights, the program and the tokenizer.
 * The weights are mapped once and the JVM's tasks share them.
 */
final class LoadedGenerator implements AutoCloseable {
  private static final JvmCache<LoadedGenerator> LOADED =
      new JvmCache<>(generator -> generator.opened.close());

  private final GenerationModel described;
  private final Model model;
  private final Tokenizer tokens;
  private final Resources opened;

  private LoadedGenerator(GenerationSpec spec, Device device) throws IOException {
    described = new GenerationModel(spec.store(), spec.config());
    try (Resources opening = new Resources()) {
      tokens = opening.add(described.tokens());
      model = opening.add(described.load(device));
      opened = opening.keep();
    }
  }

  /** Takes the generator of this JVM, and loads it if there is none. {@link #close} returns it. */
  static LoadedGenerator take(GenerationSpec spec, Device device) throws IOException {
    String key = device + "\n" + spec.yaml();
    return LOADED.take(key, () -> new LoadedGenerator(spec, device));
  }

  /** Closes every unused generator. */
  static void clear() {
    LOADED.clear();
  }

  @Override
  public void close() {
    LOADED.giveBack(this);
  }

  /** Ends the task between two steps if its driver stops or its JVM ends. */
  void checkGoesOn() {
    LOADED.checkGoesOn();
  }

  GenerationModel described() {
    return described;
  }

  Model model() {
    return model;
  }

  Tokenizer tokens() {
    return tokens;
  }
}
