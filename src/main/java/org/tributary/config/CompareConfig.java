package org.tributary.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A comparison: variants of one train configuration over the same partitions, base weights, budget
 * and evaluation, each with every seed.
 *
 * @param out folder of the comparison; runs are in {@code <variant>/seed=<seed>}
 * @param train the train configuration that all share, a path or URI
 * @param common changes of the train configuration that all variants share, as {@code key=value}
 * @param seeds seeds of the runs
 * @param variants the changes of each variant, as {@code key=value} by name
 * @param rates learning rates to choose from on validation rows, by variant; a variant without any
 *     keeps its configured rate
 * @param score the metric for the choice, on validation rows after the last round
 * @param trackers programs beside the tables that show the runs; null for those of the train
 *     configuration, which never changes
 */
public record CompareConfig(
    @Key(
            value = "folder of the comparison, a URI or path",
            required = true,
            operational = true,
            example = "runs/tickets/compare")
        String out,
    @Key(
            value = "the train configuration that all share",
            required = true,
            operational = true,
            example = "tickets-fedit.yaml")
        String train,
    @Key(
            value = "what all variants change in the train file: key=value",
            byDefault = "[]",
            example = "[rounds=20, client.steps=5]")
        List<String> common,
    @Key(
            value = "seeds of everything random",
            byDefault = "[0]",
            numbers = true,
            min = 1,
            operational = true,
            example = "[1, 2, 3]")
        List<String> seeds,
    @Key(
            value = "what each variant changes: key=value",
            required = true,
            min = 0,
            example = "{fedit: [], ffa-lora: [framework.name=ffa-lora]}")
        Map<String, List<String>> variants,
    @Key(
            value = "learning rates to choose from on validation rows, by variant",
            byDefault = "{}",
            numbers = true,
            example = "{fedit: [1.0e-3, 3.0e-3]}")
        Map<String, List<String>> rates,
    @Key(
            value = "the validation score that chooses a rate",
            byDefault = "loss",
            oneOf = {"loss", "accuracy", "macro_f1", "bleu4", "rouge_l"})
        String score,
    @Key(
            value = "TensorBoard and MLflow, instead of the train file's",
            optional = true,
            operational = true)
        TrackersSection trackers)
    implements Section {
  /** The keys that a variant may change; all others must be the same for a fair comparison. */
  private static final List<String> OWN =
      List.of("framework.", "client.optimizer.", "client.schedule.", "client.clip");

  /** Variants differ in method, never in data, budget or evaluation. */
  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (variants.isEmpty()) {
      problems.add(
          "variants: there are none; name one or more, such as {a: [], b: [client.clip=1.0]}");
    }
    variants.forEach(
        (name, sets) -> {
          if (!name.matches("[A-Za-z0-9][A-Za-z0-9._+-]*")) {
            problems.add("variants." + name + ": a name has letters, digits, . _ + and -");
          }
          if (name.equals("tables")) {
            problems.add(
                "variants.tables: the comparison's tables have this folder; give it another name");
          }
          for (String set : sets) {
            if (OWN.stream().noneMatch(set::startsWith)) {
              problems.add(
                  "variants.%s: \"%s\" would make the comparison unequal; a variant may change %s"
                      .formatted(name, set, String.join(", ", OWN)));
            }
          }
        });
    for (String set : common) {
      if (set.matches("(out|seed)=.*")) {
        problems.add(
            "common: \"%s\" is the comparison's own key; give out and seeds beside common"
                .formatted(set));
      }
    }
    if (new HashSet<>(seeds).size() < seeds.size()) {
      problems.add("seeds: " + seeds + " has one twice; keep one");
    }
    Set<String> unknown = new TreeSet<>(rates.keySet());
    unknown.removeAll(variants.keySet());
    unknown.forEach(name -> problems.add("rates." + name + ": no variant has that name"));
    return problems;
  }

  /** Without rates to try, no score is needed. */
  @Override
  public List<UnreadKey> unread() {
    return rates.isEmpty()
        ? List.of(
            new UnreadKey(
                "score", "rates", "without rates no rate is chosen by it; give rates too"))
        : List.of();
  }

  /**
   * Whether a smaller score is better.
   *
   * @return true for a loss
   */
  public boolean smallerIsBetter() {
    return score.equals("loss");
  }
}
