package org.tributary.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.protocol.HostTensor;

/**
 * The rules for adapters on tied matrices of a model, such as a head that is the token embedding. A
 * module that is trained whole is a separate copy in peft, and an adapted one has a product of its
 * own: the other place keeps the old matrix. The two stay one only where the adapter has copies of
 * both and these are equal, as peft writes them with {@code ensure_weight_tying}.
 */
public final class TiedWeights {
  private TiedWeights() {}

  /**
   * Looks for changes of one of two places.
   *
   * @param ties the name that is used by the name that need not be there, see {@code
   *     Architecture.tiedWeights}
   * @param saved what the adapter has whole, by the model's names
   * @param adapted weights that get a product, by the model's names
   * @return a sentence for each matrix that would become two
   */
  public static List<String> problems(
      Map<String, String> ties, Map<String, HostTensor> saved, Set<String> adapted) {
    List<String> problems = new ArrayList<>();
    ties.forEach(
        (head, same) -> {
          HostTensor first = saved.get(head);
          HostTensor second = saved.get(same);
          boolean product = adapted.contains(head) || adapted.contains(same);
          boolean alike = first == null ? second == null : first.equals(second);
          if (product || !alike) {
            boolean isHead = adapted.contains(head) || !adapted.contains(same) && first != null;
            problems.add(
                ("%s is changed, which config.json ties to %s: in peft the two then differ; make one"
                        + " model of both with jobs/submit local merge-adapter, which writes the two"
                        + " and sets tie_word_embeddings to false")
                    .formatted(isHead ? head : same, isHead ? same : head));
          }
        });
    return problems;
  }
}
