package org.tributary.model;

import java.util.Map;
import java.util.Set;

/** Activation functions under transformers' names, as text over {@code y}. */
final class Activations {
  private static final String TANH = "torch.gelu(y, approximate=\"tanh\")";

  private static final Map<String, String> TEXTS =
      Map.of(
          "silu", "torch.silu(y)",
          "relu", "torch.relu(y)",
          "gelu", "torch.gelu(y, approximate=\"none\")",
          "gelu_new", TANH,
          "gelu_pytorch_tanh", TANH);

  private Activations() {}

  /**
   * Reads one.
   *
   * @param config gets the problem where the function is none of the known
   * @param key of the configuration
   * @param absent the family's own, where the key is missing
   * @return TorchScript over {@code y}
   */
  static String of(ConfigJson config, String key, String absent) {
    Set<String> known = TEXTS.keySet();
    return TEXTS.getOrDefault(config.choice(key, absent, known), TEXTS.get(absent));
  }
}
