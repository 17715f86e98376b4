package org.tributary.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.protocol.HostTensor;

/**
 * The rules for adapters on tied matrices of a model, such as a head that shares the matrix of the
 * token embedding. In peft a module that is trained whole is a separate copy, and an adapted module
 * gets its own product; the other place keeps the old matrix. The two stay tied only if the adapter
 * has equal copies of both, as peft writes them with {@code ensure_weight_tying}.
 */
public final class TiedWeights {
  private TiedWeights() {}

  /**
   * Looks for changes of only one of two tied matrices.
   *
   * @param ties the used name by the optional name, see {@code Architecture.tiedWeights}
   * @param saved the tensors that the adapter saves whole, by the model's names
   * @param adapted adapted weights, by the model's names
   * @return a sentence for each pair that would no longer be tied
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
