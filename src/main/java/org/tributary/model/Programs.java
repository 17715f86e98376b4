package org.tributary.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tributary.torch.Products;
import org.tributary.torch.ProgramText;

/**
 * Composes the programs: first the text that all programs share, then the family's text, then the
 * text that its kind of model shares. {@code prelude.py} says which text defines which functions.
 */
final class Programs {
  private Programs() {}

  /**
   * A classifier's program.
   *
   * @param layers blocks, under names {@code <blocks><i>.}
   * @param blocks the start of all blocks' names, such as {@code encoder.layer.}
   * @param constants of the family's text, and {@code classifier}, the name of the last layer if it
   *     has another one
   * @param family names of the family's texts
   * @return TorchScript
   */
  static String classifier(int layers, String blocks, Map<String, ?> constants, String... family) {
    List<String> texts = new ArrayList<>(List.of("prelude.py", "linear.py"));
    texts.addAll(List.of(family));
    texts.addAll(List.of("classifier.py", "blockwise.py", "program.py"));
    return filled(layers, blocks, constants, texts);
  }

  /**
   * A decoder's program. One that does not classify also generates text.
   *
   * @param classifies whether it classifies rows
   * @param layers blocks, under names {@code <blocks><i>.}
   * @param blocks the start of all blocks' names, such as {@code model.layers.}
   * @param constants of the family's text, {@code hidden}, {@code heads} and {@code head} (the size
   *     of one) among them
   * @param family names of the family's texts
   * @return TorchScript
   */
  static String decoder(
      boolean classifies, int layers, String blocks, Map<String, ?> constants, String... family) {
    List<String> texts = new ArrayList<>(List.of("prelude.py", "linear.py", "packed.py"));
    texts.addAll(List.of(family));
    texts.addAll(
        classifies
            ? List.of("decoder.py", "score.py", "blockwise.py", "program.py")
            : List.of("decoder.py", "language.py", "blockwise.py", "program.py", "generation.py"));
    return filled(layers, blocks, constants, texts);
  }

  private static String filled(
      int layers, String blocks, Map<String, ?> constants, List<String> texts) {
    Map<String, Object> all = new HashMap<>(DecoderAttention.WHOLE.constants(layers, 1));
    all.putAll(constants);
    all.putIfAbsent("classifier", "classifier");
    all.putIfAbsent("pools", "True");
    all.putIfAbsent("writer", "");
    all.put("layers", layers);
    all.put("blocks", blocks);
    String text = ProgramText.of(Programs.class, texts.toArray(String[]::new));
    return Products.text() + ProgramText.fill(text, all);
  }

  /**
   * The layer of a weight.
   *
   * @param weight its name, such as {@code lm_head.weight}
   * @return such as {@code lm_head}
   */
  static String layer(String weight) {
    return weight.substring(0, weight.lastIndexOf(".weight"));
  }

  /**
   * The condition that the weights of a layer are there, for the constant {@code pools}: a base
   * model may lack the layer between its last block and a classifier.
   *
   * @param layer its name
   * @return an expression of TorchScript
   */
  static String has(String layer) {
    return "\"%s.weight\" in w".formatted(layer);
  }
}
