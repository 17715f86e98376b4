package org.tributary.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tributary.torch.ProgramText;

/**
 * Puts the programs together: the family's own text between what all share and what its kind
 * shares. {@code prelude.py} says which functions who defines.
 */
final class Programs {
  private Programs() {}

  /**
   * A classifier's program.
   *
   * @param layers blocks, under names {@code <blocks><i>.}
   * @param blocks what all blocks' names begin with, such as {@code encoder.layer.}
   * @param constants of the family's text
   * @param family names of its texts
   * @return TorchScript
   */
  static String classifier(int layers, String blocks, Map<String, ?> constants, String... family) {
    List<String> texts = new ArrayList<>(List.of("prelude.py"));
    texts.addAll(List.of(family));
    texts.addAll(List.of("classifier.py", "blockwise.py", "program.py"));
    return filled(layers, blocks, constants, texts);
  }

  /**
   * A decoder's program, which also writes.
   *
   * @param layers blocks, under names {@code <blocks><i>.}
   * @param blocks what all blocks' names begin with, such as {@code model.layers.}
   * @param constants of the family's text, {@code hidden}, {@code heads} and {@code head} (the size
   *     of one) among them
   * @param family names of its texts
   * @return TorchScript
   */
  static String decoder(int layers, String blocks, Map<String, ?> constants, String... family) {
    List<String> texts = new ArrayList<>(List.of("prelude.py"));
    texts.addAll(List.of(family));
    texts.addAll(List.of("decoder.py", "blockwise.py", "program.py", "generation.py"));
    return filled(layers, blocks, constants, texts);
  }

  private static String filled(
      int layers, String blocks, Map<String, ?> constants, List<String> texts) {
    Map<String, Object> all = new HashMap<>(constants);
    all.put("layers", layers);
    all.put("blocks", blocks);
    return ProgramText.fill(ProgramText.of(Programs.class, texts.toArray(String[]::new)), all);
  }
}
