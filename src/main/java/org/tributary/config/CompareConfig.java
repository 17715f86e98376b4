package org.tributary.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A comparison: variants of one train configuration over the same partitions, base weights, budget
 * and evaluation, each with every seed on every partitioned set.
 *
 * @param out folder of the comparison; runs are in {@code <variant>/seed=<seed>}, and with {@code
 *     partitions} in {@code <partition>/<variant>/seed=<seed>}
 * @param train the train configuration that all share, a path or URI
 * @param common changes of the train configuration that all variants share, as {@code key=value}
 * @param partitions folders of partitioned sets instead of the train configuration's {@code
 *     data.path}; empty for that one
 * @param seeds seeds of the runs
 * @param variants the changes of each variant, as {@code key=value} by name
 * @param rates learning rates to choose from on validation rows, by variant; a variant without any
 *     keeps its configured rate unless there is a search
 * @param search for learning rates; null if only {@code rates} are tried
 * @param budget of each run; null for the rounds of the train configuration
 * @param baseline the variant to which the others are compared; null for no comparison
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
            value = "folders that partition wrote, URIs or paths, instead of the train file's",
            byDefault = "[]",
            operational = true,
            example = "[data-partitions/tickets-iid, data-partitions/tickets-skewed]")
        List<String> partitions,
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
            value =
                "search for each variant's learning rate on validation rows, for each partition",
            optional = true)
        SearchSection search,
    @Key(
            value = "what each run may spend; every variant gets the most rounds that it allows",
            optional = true)
        BudgetSection budget,
    @Key(
            value =
                "the variant from which the others' differences are tested, over at least two seeds",
            operational = true,
            example = "fedavg")
        String baseline,
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

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._+-]*";

  /** Variants differ in method, never in data, budget or evaluation. */
  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>(ofVariants());
    problems.addAll(ofPartitions());
    for (String set : common) {
      if (set.matches("(out|seed)=.*")) {
        problems.add(
            "common: \"%s\" is the comparison's own key; give out and seeds beside common"
                .formatted(set));
      }
      if (set.matches("data\\.path=.*") && !partitions.isEmpty()) {
        problems.add(
            "common: \"%s\" is a partitioned set, but partitions names those of all runs; keep one"
                .formatted(set));
      }
    }
    if (new HashSet<>(seeds).size() < seeds.size()) {
      problems.add("seeds: " + seeds + " has one twice; keep one");
    }
    Set<String> unknown = new TreeSet<>(rates.keySet());
    unknown.removeAll(variants.keySet());
    unknown.forEach(name -> problems.add("rates." + name + ": no variant has that name"));
    problems.addAll(ofRates());
    problems.addAll(ofBaseline());
    return problems;
  }

  /** An interval needs two values. */
  private List<String> ofBaseline() {
    List<String> problems = new ArrayList<>();
    if (baseline != null && !variants.containsKey(baseline)) {
      problems.add(
          "baseline: %s is no variant; name one of %s"
              .formatted(baseline, String.join(", ", variants.keySet())));
    }
    if (baseline != null && seeds.size() < 2) {
      problems.add(
          "seeds: %s is one seed, but baseline asks for intervals, which need at least two; give more seeds or remove baseline"
              .formatted(seeds));
    }
    return problems;
  }

  private List<String> ofVariants() {
    List<String> problems = new ArrayList<>();
    if (variants.isEmpty()) {
      problems.add(
          "variants: there are none; name one or more, such as {a: [], b: [client.clip=1.0]}");
    }
    variants.forEach(
        (name, sets) -> {
          if (!name.matches(NAME)) {
            problems.add("variants." + name + ": a name has letters, digits, . _ + and -");
          }
          if (name.equals("tables")) {
            problems.add(
                "variants.tables: the comparison's tables have this folder; give it another name");
          }
          for (String set : sets) {
            if (OWN.stream().noneMatch(set::startsWith)) {
              problems.add(
                  "variants.%s: \"%s\" would make the comparison unequal; a variant may change %s. %s"
                      .formatted(name, set, String.join(", ", OWN), instead(set)));
            }
          }
        });
    return problems;
  }

  /** Where a change belongs that no variant may make. */
  private static String instead(String set) {
    if (set.startsWith("data.path=")) {
      return "Name the partitioned sets of all variants in partitions";
    }
    if (set.startsWith("model.")) {
      return "Compare each model in a comparison of its own, and read their tables together";
    }
    return set.matches("(rounds|client\\.(steps|epochs))=.*")
        ? "Give all variants the same in common, or a budget"
        : set.matches("(out|seed)=.*")
            ? "Give out and seeds of the comparison"
            : "Change it for all variants in common";
  }

  /** Each partitioned set has a folder in the comparison, with the name of its own. */
  private List<String> ofPartitions() {
    List<String> problems = new ArrayList<>();
    Map<String, String> byName = new HashMap<>();
    for (String path : partitions) {
      String name = partitionName(path);
      String other = byName.put(name, path);
      if (other != null) {
        problems.add(
            "partitions: %s and %s have the same name, %s, and so the same folder in the comparison; copy one to another name"
                .formatted(other, path, name));
      } else if (!name.matches(NAME) || name.equals("tables")) {
        problems.add(
            "partitions: %s: its last part names a folder of the comparison, so it has only letters, digits, . _ + and -, and is not tables; copy the set to such a name"
                .formatted(path));
      }
    }
    return problems;
  }

  private List<String> ofRates() {
    List<String> problems = new ArrayList<>();
    rates.forEach(
        (name, list) -> {
          if (list.stream().anyMatch(rate -> !(Double.parseDouble(rate) > 0))) {
            problems.add(
                "rates.%s: %s has one that is not above 0; remove it".formatted(name, list));
          }
          if (search != null && list.size() > search.most()) {
            problems.add(
                "rates.%s: these are %d rates, more than search.most, %d; raise search.most or remove some"
                    .formatted(name, list.size(), search.most()));
          }
        });
    return problems;
  }

  /**
   * The name of a partitioned set in tables and folders.
   *
   * @param path of the set, as in {@code data.path}
   * @return its last part
   */
  public static String partitionName(String path) {
    String plain = path.replaceAll("/+$", "");
    return plain.substring(plain.lastIndexOf('/') + 1);
  }

  /** Without rates to try, no score is needed. */
  @Override
  public List<UnreadKey> unread() {
    return rates.isEmpty() && search == null
        ? List.of(
            new UnreadKey(
                "score",
                "rates",
                "without rates or search no rate is chosen by it; give one of them too"))
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
