package org.tributary.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tributary.json.Json;

/**
 * The variants of a report, and which of them is best.
 *
 * @param variants in the order of the report
 * @param metric the score that decides
 * @param obstacles why scores of these variants cannot be compared; empty if they can
 * @param inequalities what makes the comparison less fair; empty if nothing does
 * @param ranked the variants with a score of a finished run, the best one first; those that do not
 *     federate only if there are no others
 */
record Ranking(
    List<Variant> variants,
    Metric metric,
    List<String> obstacles,
    List<String> inequalities,
    List<Variant> ranked) {
  /** Groups the runs of a report that differ only in their seeds. */
  static Ranking of(Subject subject) {
    List<RunHistory> runs = subject.compared();
    Metric metric = Metric.primary(runs.isEmpty() ? subject.runs() : runs);
    Collection<List<RunHistory>> groups =
        runs.stream()
            .collect(
                Collectors.groupingBy(
                    subject.comparison().isPresent() ? subject::variant : Ranking::method,
                    LinkedHashMap::new,
                    Collectors.toList()))
            .values();
    List<Variant> variants = new ArrayList<>();
    for (List<RunHistory> group : groups) {
      String name =
          subject.comparison().isPresent() ? subject.variant(group.get(0)) : name(group, groups);
      variants.add(Variant.of(name, variants.size(), group, metric));
    }
    return new Ranking(
        variants,
        metric,
        obstacles(runs),
        inequalities(runs, subject.budget()),
        ranked(variants, metric));
  }

  /** All keys but the folder and the seed: runs with equal ones are of one variant. */
  private static String method(RunHistory run) {
    ObjectNode keys = parameters(run).deepCopy();
    keys.remove(List.of("out", "seed"));
    return keys.toString();
  }

  /** Every effective key of a run. */
  static ObjectNode parameters(RunHistory run) {
    try {
      return (ObjectNode) Json.tree(run.runs().text("parameters"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(run.name() + ": parameters are no JSON", e);
    }
  }

  /** The variant's name, with the folder above it if others have the same. */
  private static String name(List<RunHistory> group, Collection<List<RunHistory>> groups) {
    RunHistory first = group.get(0);
    boolean unique =
        groups.stream()
            .filter(other -> other != group)
            .noneMatch(other -> other.get(0).variant().equals(first.variant()));
    return unique
        ? first.variant()
        : first.variant() + " (" + first.folder().getParent().getName() + ", " + first.name() + ")";
  }

  private static List<String> obstacles(List<RunHistory> runs) {
    Map<String, Function<RunHistory, String>> facts = new LinkedHashMap<>();
    facts.put("partitioned sets", run -> run.runs().text("partition"));
    facts.put("contents of the partitioned set", run -> fact(run, "partitions"));
    facts.put("tasks", run -> run.runs().text("task"));
    facts.put("evaluated parts", RunHistory::part);
    facts.put("numbers of evaluated rows", run -> Long.toString(run.scoredRows()));
    return differing(facts, runs.stream().filter(run -> run.scoredRows() > 0).toList());
  }

  /** With a budget, rounds differ on purpose, and with one that is not of steps, steps too. */
  private static List<String> inequalities(List<RunHistory> runs, Optional<String> budget) {
    Map<String, Function<RunHistory, String>> facts = new LinkedHashMap<>();
    facts.put("base models", run -> run.runs().text("model"));
    facts.put("contents of the base model", run -> fact(run, "model"));
    if (budget.isEmpty()) {
      facts.put("closed rounds", run -> Integer.toString(run.closed()));
    }
    if (budget.isEmpty() || budget.get().equals("steps")) {
      facts.put("optimizer steps of all clients", run -> Numbers.count((long) run.total("steps")));
    }
    return differing(facts, runs.stream().filter(RunHistory::finished).toList());
  }

  /** The facts in which runs differ, with their values. */
  private static List<String> differing(
      Map<String, Function<RunHistory, String>> facts, List<RunHistory> runs) {
    List<String> differing = new ArrayList<>();
    facts.forEach(
        (name, fact) -> {
          TreeSet<String> values =
              runs.stream().map(fact).collect(Collectors.toCollection(TreeSet::new));
          if (values.size() > 1) {
            differing.add(name + " (" + String.join("; ", values) + ")");
          }
        });
    return differing;
  }

  private static String fact(RunHistory run, String key) {
    String hash = run.stored().path("run").path(key).asText();
    return hash.substring(0, Math.min(8, hash.length()));
  }

  private static List<Variant> ranked(List<Variant> variants, Metric metric) {
    List<Variant> finished = variants.stream().filter(Variant::finished).toList();
    List<Variant> federated = finished.stream().filter(v -> !v.baseline()).toList();
    Comparator<Variant> order = Comparator.comparingDouble(v -> v.primary().mean());
    return (federated.isEmpty() ? finished : federated)
        .stream().sorted(metric.largerIsBetter() ? order.reversed() : order).toList();
  }

  /** Finished variants that do not federate, if others do. */
  List<Variant> baselines() {
    return variants.stream()
        .filter(variant -> variant.finished() && !ranked.contains(variant))
        .toList();
  }

  /** All variants: the ranked ones, then baselines, then those that have not ended. */
  List<Variant> ordered() {
    List<Variant> ordered = new ArrayList<>(ranked);
    ordered.addAll(baselines());
    variants.stream().filter(variant -> !ordered.contains(variant)).forEach(ordered::add);
    return ordered;
  }

  /** Difference of a variant to the best one, at a level that holds for all of them together. */
  Difference difference(Variant variant) {
    int others = ranked.size() - 1 + baselines().size();
    return Difference.of(variant, ranked.get(0), others);
  }

  /** Keys with a value for each variant that differ between variants; see {@link #shared}. */
  Map<String, List<String>> differing() {
    Map<String, List<String>> keys = flattened();
    keys.values().removeIf(values -> values.stream().distinct().count() == 1);
    return keys;
  }

  /** Keys with the one value that all variants have. */
  Map<String, String> shared() {
    Map<String, String> shared = new LinkedHashMap<>();
    flattened()
        .forEach(
            (key, values) -> {
              if (values.stream().distinct().count() == 1) {
                shared.put(key, values.get(0));
              }
            });
    return shared;
  }

  /** Each key with its value in each variant, a dash where the variant does not have it. */
  private Map<String, List<String>> flattened() {
    Map<String, Map<Integer, TreeSet<String>>> keys = new LinkedHashMap<>();
    for (Variant variant : variants) {
      for (RunHistory run : variant.all()) {
        ObjectNode parameters = parameters(run);
        parameters.remove(List.of("out", "seed"));
        flatten("", parameters)
            .forEach(
                (key, value) ->
                    keys.computeIfAbsent(key, k -> new LinkedHashMap<>())
                        .computeIfAbsent(variant.index(), i -> new TreeSet<>())
                        .add(value));
      }
    }
    Map<String, List<String>> flat = new LinkedHashMap<>();
    keys.forEach(
        (key, byVariant) ->
            flat.put(
                key,
                variants.stream()
                    .map(
                        v ->
                            byVariant.containsKey(v.index())
                                ? String.join(" or ", byVariant.get(v.index()))
                                : Numbers.NONE)
                    .toList()));
    return flat;
  }

  private static Map<String, String> flatten(String prefix, JsonNode tree) {
    Map<String, String> flat = new LinkedHashMap<>();
    tree.fields()
        .forEachRemaining(
            field -> {
              String key = prefix + field.getKey();
              JsonNode value = field.getValue();
              if (value.isObject() && !value.isEmpty()) {
                flat.putAll(flatten(key + ".", value));
              } else {
                flat.put(key, text(value));
              }
            });
    return flat;
  }

  /** A value as YAML would have it, without quotes. */
  private static String text(JsonNode value) {
    if (!value.isArray()) {
      return value.asText();
    }
    List<String> items = new ArrayList<>();
    value.forEach(item -> items.add(item.isValueNode() ? item.asText() : item.toString()));
    return items.toString();
  }
}
