package org.tributary.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The frequencies of rotary positions (Su et al. 2021), {@code theta^(-2i/head)}, i = 0 .. head/2 -
 * 1, and their extensions to longer texts. They are read from the old layout ({@code rope_theta},
 * {@code rope_scaling}) or that of transformers 5 ({@code rope_parameters}).
 *
 * <ul>
 *   <li>{@code linear} (Chen et al. 2023): all frequencies divided by factor.
 *   <li>{@code dynamic} (NTK by length): a row of n tokens beyond the p trained ones has the base
 *       {@code theta (factor n / p - (factor - 1))^(head / (head - 2))}. A generated token uses the
 *       length of the row at the time of its generation and keeps it.
 *   <li>{@code llama3} (Llama 3.1): waves longer than p / low_freq_factor are divided by factor,
 *       those shorter than p / high_freq_factor do not change; between them the two are
 *       interpolated.
 * </ul>
 *
 * @param type of the extension
 * @param positions tokens that have positions
 * @param text the part of the program that computes frequencies
 * @param constants of it
 */
record Rope(String type, int positions, String text, Map<String, Object> constants) {
  private static final String DEFAULT = "default";

  private static final String LINEAR = "linear";

  private static final String DYNAMIC = "dynamic";

  private static final String LLAMA3 = "llama3";

  private static final String FACTOR = "factor";

  private static final String LOW = "low_freq_factor";

  private static final String HIGH = "high_freq_factor";

  private static final String ORIGINAL = "original_max_position_embeddings";

  private static final String THETA = "rope_theta";

  private static final String SCALING = "rope_scaling";

  private static final String PARAMETERS = "rope_parameters";

  private static final String FULL_ATTENTION = "full_attention";

  private static final String SLIDING_ATTENTION = "sliding_attention";

  /** The constant of how many numbers of a head are turned. */
  private static final String TURNED = "rotary";

  /** The constant θ of blocks with a window; 0 if they have no positions of their own. */
  private static final String LOCAL = "local_theta";

  private static final String PARTIAL = "partial_rotary_factor";

  private static final Set<String> COMMON = Set.of("rope_type", "type", THETA, PARTIAL);

  private static final Map<String, Set<String>> KEYS =
      Map.of(
          DEFAULT, Set.of(),
          LINEAR, Set.of(FACTOR),
          DYNAMIC, Set.of(FACTOR),
          LLAMA3, Set.of(FACTOR, LOW, HIGH, ORIGINAL));

  /** Reads the rotary positions of a family. */
  interface Reader {
    /**
     * Reads the frequencies.
     *
     * @param config gets the problems, including types and keys that are not supported
     * @param head size of a head
     * @param trained max_position_embeddings
     * @return the frequencies
     */
    Rope read(ConfigJson config, int head, int trained);
  }

  /**
   * Reads the frequencies of most families.
   *
   * @param config gets the problems, including types and keys that are not supported
   * @param head size of a head
   * @param trained max_position_embeddings
   * @return the frequencies
   */
  static Rope of(ConfigJson config, int head, int trained) {
    double theta = config.positive(THETA, 10000);
    config.only(PARTIAL, 1);
    String key = section(config);
    return key == null
        ? plain(theta, head, trained)
        : extended(config, config.section(key), theta, head, trained);
  }

  /**
   * Reads the frequencies of Phi-3, which may turn only the first {@code partial_rotary_factor} of
   * a head's numbers. Extensions are not supported.
   *
   * @param config gets the problems
   * @param head size of a head
   * @param trained max_position_embeddings
   * @return the frequencies
   */
  static Rope partial(ConfigJson config, int head, int trained) {
    double theta = config.positive(THETA, 10000);
    double part = config.positive(PARTIAL, 1);
    String key = section(config);
    if (key != null) {
      ConfigJson own = config.section(key);
      String type = own.choice(type(own), DEFAULT, Set.of(DEFAULT));
      if (type.equals(DEFAULT)) {
        own.onlyKeys(type, COMMON, Set.of());
      }
      theta = own.positive(THETA, theta);
      part = own.positive(PARTIAL, part);
    }
    int turned = (int) (head * part);
    if (part > 1 || turned < 2 || turned % 2 != 0) {
      config.problem(
          "%s %s of head_dim %d is not supported: it must give an even number of at most the head"
              .formatted(PARTIAL, part, head));
    }
    return plain(theta, turned, trained);
  }

  /**
   * Reads the frequencies of Gemma 3: those of blocks that attend to whole rows, and θ of the
   * blocks with a window, which are never extended.
   *
   * @param config gets the problems
   * @param head size of a head
   * @param trained max_position_embeddings
   * @return the frequencies
   */
  static Rope local(ConfigJson config, int head, int trained) {
    double theta = config.positive(THETA, 1e6);
    double local = config.positive("rope_local_base_freq", 10000);
    config.only(PARTIAL, 1);
    Rope whole = plain(theta, head, trained);
    if (config.has(PARAMETERS)) {
      ConfigJson both = config.section(PARAMETERS);
      both.onlyKeys("rope_parameters", Set.of(), Set.of(FULL_ATTENTION, SLIDING_ATTENTION));
      if (both.has(FULL_ATTENTION)) {
        whole = extended(config, both.section(FULL_ATTENTION), theta, head, trained);
      }
      if (both.has(SLIDING_ATTENTION)) {
        ConfigJson own = both.section(SLIDING_ATTENTION);
        own.onlyKeys(own.choice(type(own), DEFAULT, Set.of(DEFAULT)), COMMON, Set.of());
        own.only(PARTIAL, 1);
        local = own.positive(THETA, local);
      }
    } else if (config.has(SCALING)) {
      whole = extended(config, config.section(SCALING), theta, head, trained);
    }
    return whole.with(LOCAL, local);
  }

  private static String section(ConfigJson config) {
    return config.has(SCALING) ? SCALING : config.has(PARAMETERS) ? PARAMETERS : null;
  }

  private static String type(ConfigJson own) {
    return own.has("rope_type") ? "rope_type" : "type";
  }

  private Rope with(String constant, Object value) {
    Map<String, Object> all = new HashMap<>(constants);
    all.put(constant, value);
    return new Rope(type, positions, text, all);
  }

  private static Rope extended(
      ConfigJson config, ConfigJson own, double absent, int head, int trained) {
    String type = own.choice(type(own), DEFAULT, KEYS.keySet());
    if (KEYS.containsKey(type)) {
      own.onlyKeys(type, COMMON, KEYS.get(type));
    }
    own.only(PARTIAL, 1);
    double theta = own.positive(THETA, absent);
    Rope rope =
        switch (type) {
          case LINEAR -> linear(own, theta, trained);
          case DYNAMIC -> dynamic(own, theta, head, trained);
          case LLAMA3 ->
              llama3(own, theta, config.size(ORIGINAL, own.size(ORIGINAL, trained)), trained);
          default -> plain(theta, head, trained);
        };
    return rope.with(TURNED, head).with(LOCAL, 0.0);
  }

  private static Rope plain(double theta, int turned, int trained) {
    return new Rope(
        DEFAULT, trained, "rope_default.py", Map.of("theta", theta, TURNED, turned, LOCAL, 0.0));
  }

  private static Rope linear(ConfigJson own, double theta, int trained) {
    double factor = factor(own);
    return new Rope(
        LINEAR, times(trained, factor), "rope_linear.py", Map.of("theta", theta, "factor", factor));
  }

  private static Rope dynamic(ConfigJson own, double theta, int head, int trained) {
    if (head <= 2) {
      own.problem("type \"dynamic\" needs a head_dim above 2, got " + head);
    }
    double factor = factor(own);
    return new Rope(
        DYNAMIC,
        times(trained, factor),
        "rope_dynamic.py",
        Map.of(
            "theta", theta,
            "factor", factor,
            "positions", trained,
            "exponent", head / (head - 2.0)));
  }

  private static Rope llama3(ConfigJson own, double theta, int original, int trained) {
    double factor = factor(own);
    double low = own.positive(LOW);
    double high = own.positive(HIGH);
    if (low >= high) {
      own.problem("%s %s must be below %s %s".formatted(LOW, low, HIGH, high));
    }
    return new Rope(
        LLAMA3,
        trained,
        "rope_llama3.py",
        Map.of(
            "theta", theta,
            "factor", factor,
            "positions", original,
            "low", low,
            "high", high,
            "long_wave", original / low,
            "short_wave", original / high,
            "two_pi", 2 * Math.PI));
  }

  private static double factor(ConfigJson own) {
    double factor = own.positive(FACTOR);
    if (factor < 1) {
      own.problem(FACTOR + " must be at least 1, got " + factor);
    }
    return factor;
  }

  private static int times(int trained, double factor) {
    return (int) Math.min(Integer.MAX_VALUE, Math.floor(trained * factor));
  }
}
