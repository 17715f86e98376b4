package org.tributary.federation;

import ai.djl.Device;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.tributary.data.Tokens;
import org.tributary.model.Model;

/**
 * A JVM's tools for one generation on one device: the weights, mapped once and shared by its tasks,
 * the program and the tokenizer.
 *
 * <p>Benches are the one static, mutable thing: a JVM keeps those that are in use and the last one
 * that was, so that the next task finds it ready.
 */
final class GenerationBench implements AutoCloseable {
  private static final Map<String, GenerationBench> BENCHES = new HashMap<>();

  private final GenerationModel described;
  private final Model model;
  private final Tokens tokens;
  private int users;

  private GenerationBench(GenerationSpec spec, Device device) throws IOException {
    described = new GenerationModel(spec.store(), spec.config());
    tokens = described.tokens();
    model = described.load(device);
  }

  /** Takes a place at a bench, which is made if there is none; {@link #close} gives it back. */
  static GenerationBench take(GenerationSpec spec, Device device) throws IOException {
    String key = device + "\n" + spec.yaml();
    synchronized (BENCHES) {
      GenerationBench bench = BENCHES.get(key);
      if (bench == null) {
        clear();
        bench = new GenerationBench(spec, device);
        BENCHES.put(key, bench);
      }
      bench.users++;
      return bench;
    }
  }

  /** Drops every bench that nobody uses. */
  static void clear() {
    synchronized (BENCHES) {
      for (Iterator<GenerationBench> all = BENCHES.values().iterator(); all.hasNext(); ) {
        GenerationBench bench = all.next();
        if (bench.users == 0) {
          bench.model.close();
          bench.tokens.close();
          all.remove();
        }
      }
    }
  }

  @Override
  public void close() {
    synchronized (BENCHES) {
      users--;
    }
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
