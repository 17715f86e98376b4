package org.tributary.model;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights of a block of {@link GatedDecoder}, and how the families differ in them.
 *
 * @param biased last parts of the names of layers with a bias
 * @param headNorms whether queries and keys of each head are normalized
 * @param fused whether one layer has queries, keys and values, one after the other, and another one
 *     the two halves of the gated MLP
 * @param fourNorms whether attention and MLP are normalized before and after, not only before
 */
record DecoderBlock(Set<String> biased, boolean headNorms, boolean fused, boolean fourNorms) {
  /** The layers of attention that read the block's input. */
  static final List<String> QUERY_KEY_VALUE = List.of("q_proj", "k_proj", "v_proj");

  /** The layers of the MLP. */
  static final List<String> MLP = List.of("gate_proj", "up_proj", "down_proj");

  private static final String OUTPUT = "o_proj";

  private static final String ATTENTION = "self_attn.";

  private static final String WEIGHT = ".weight";

  /**
   * The sizes of a block.
   *
   * @param hidden d, width of a token
   * @param intermediate m, width inside the MLP
   * @param heads of the queries
   * @param kvHeads of keys and values
   * @param head h, width of a head
   */
  record Sizes(int hidden, int intermediate, int heads, int kvHeads, int head) {}

  /**
   * The blocks of Llama.
   *
   * @param biased last parts of the names of layers with a bias
   */
  static DecoderBlock plain(Set<String> biased) {
    return new DecoderBlock(biased, false, false, false);
  }

  /**
   * Adds the weights of a block in the order of the forward pass.
   *
   * @param w shapes by name
   * @param b the start of the block's names, with a dot
   * @param sizes of the block
   */
  void add(Map<String, long[]> w, String b, Sizes sizes) {
    int d = sizes.hidden();
    int m = sizes.intermediate();
    norm(w, b + "input_layernorm", d);
    long queries = sizes.heads() * (long) sizes.head();
    long keys = sizes.kvHeads() * (long) sizes.head();
    if (fused) {
      layer(w, b + ATTENTION + "qkv_proj", queries + 2 * keys, d);
    } else {
      for (String name : QUERY_KEY_VALUE) {
        layer(w, b + ATTENTION + name, name.equals("q_proj") ? queries : keys, d);
      }
    }
    if (headNorms) {
      norm(w, b + ATTENTION + "q_norm", sizes.head());
      norm(w, b + ATTENTION + "k_norm", sizes.head());
    }
    layer(w, b + ATTENTION + OUTPUT, d, queries);
    norm(w, b + "post_attention_layernorm", d);
    if (fourNorms) {
      norm(w, b + "pre_feedforward_layernorm", d);
      norm(w, b + "post_feedforward_layernorm", d);
    }
    if (fused) {
      layer(w, b + "mlp.gate_up_proj", 2L * m, d);
    } else {
      layer(w, b + "mlp.gate_proj", m, d);
      layer(w, b + "mlp.up_proj", m, d);
    }
    layer(w, b + "mlp.down_proj", d, m);
  }

  private static void norm(Map<String, long[]> w, String name, int size) {
    w.put(name + WEIGHT, new long[] {size});
  }

  private void layer(Map<String, long[]> w, String name, long out, long in) {
    w.put(name + WEIGHT, new long[] {out, in});
    if (biased.contains(name.substring(name.lastIndexOf('.') + 1))) {
      w.put(name + ".bias", new long[] {out});
    }
  }

  /**
   * The layers that have a bias because of attention_bias.
   *
   * @param config of the checkpoint
   * @return all four, or none
   */
  static Set<String> attentionBias(ConfigJson config) {
    return config.flag("attention_bias", false)
        ? Set.of("q_proj", "k_proj", "v_proj", OUTPUT)
        : Set.of();
  }
}
