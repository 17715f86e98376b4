package org.tributary.model;

import java.util.Map;

/** The activation functions between two dense layers, by their names in {@code config.json}. */
final class Activations {
  private static final String TANH = "torch.gelu(y, approximate=\"tanh\")";

  /** TorchScript expressions in {@code y}. */
  static final Map<String, String> TEXT =
      Map.of(
          "gelu", "torch.gelu(y, approximate=\"none\")",
          "gelu_new", TANH,
          "gelu_pytorch_tanh", TANH,
          "quick_gelu", "torch.mul(y, torch.sigmoid(torch.mul(y, 1.702)))",
          "relu", "torch.relu(y)",
          "silu", "torch.silu(y)",
          "swish", "torch.silu(y)");

  private Activations() {}
}
