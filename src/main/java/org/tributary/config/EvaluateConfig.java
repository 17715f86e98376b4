package org.tributary.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The configuration of {@code evaluate}: a model, or a run, and the rows on which it is scored.
 * Keys are frozen after the first start in a folder, unless they are declared operational.
 *
 * @param out folder of the scores
 * @param shared whether {@code file:} paths are one file system for all nodes
 * @param run folder of a run; null if {@code model} names what is scored
 * @param round of the run, counted from 1, 0 for before training; null for its result
 * @param model the model; null if {@code run} names it
 * @param adapter PEFT folder of an adapter for that model; null for none
 * @param data the rows; null for those of the run
 * @param parts the rows: {@code test}, {@code validation}, {@code train}
 * @param rows rows of a part, evenly spread; 0 for all
 * @param key column of the partitioned set that identifies a row; null for none
 * @param generate rows of a part for which a language model generates an answer; null for the value
 *     of the run, or 0
 * @param newTokens the most tokens of such an answer; null for the value of the run, or 64
 * @param batch rows of a forward pass; null for the value of the run, or 64
 * @param shard the most rows of a task and a file; null for the value of the run, or 128
 * @param threads CPU threads of one task
 * @param precision type of weights and activations; null for that of the run, or float32
 * @param store retries on failing file systems
 */
public record EvaluateConfig(
    @Key(
            value = "folder of the scores, a URI or path",
            required = true,
            operational = true,
            example = "runs/tickets/scores")
        String out,
    @Key(
            value = "whether file: paths are the same file system on every node",
            byDefault = "false",
            operational = true)
        boolean shared,
    @Key(
            value = "folder of a run whose model is scored, a URI or path; in place of model",
            example = "runs/tickets/fedit")
        String run,
    @Key(
            value = "round of the run, 0 for before training; absent for the run's result",
            min = 0,
            example = "3")
        Integer round,
    @Key(value = "the model that is scored, if no run is named", optional = true)
        ModelSection model,
    @Key(
            value = "PEFT folder of an adapter for the model, a URI or path",
            example = "runs/tickets/fedit/adapter")
        String adapter,
    @Key(value = "the rows; absent for those of the run", optional = true) DataSection data,
    @Key(
            value = "which rows are scored: test, validation, train",
            byDefault = "[test]",
            example = "[test, validation]")
        List<String> parts,
    @Key(
            value = "rows of a part that are scored, evenly spread; 0 for all",
            byDefault = "0",
            min = 0,
            example = "2000")
        int rows,
    @Key(value = "column that identifies a row; predictions keep its value", example = "ticket_id")
        String key,
    @Key(
            value =
                "rows of a part for which a language model generates answers; absent for the run's value, or 0",
            min = 0,
            example = "100")
        Integer generate,
    @Key(
            value = "most tokens of a generated answer; absent for the run's value, or 64",
            min = 1,
            example = "128")
        Integer newTokens,
    @Key(
            value = "rows of a forward pass; absent for the run's value, or 64",
            min = 1,
            example = "32")
        Integer batch,
    @Key(
            value = "most rows of a task and a file; absent for the run's value, or 128",
            min = 1,
            example = "512")
        Integer shard,
    @Key(value = "CPU threads of one task", byDefault = "1", min = 1, example = "2") int threads,
    @Key(
            value = "type of weights and activations; absent for the run's, or float32",
            oneOf = {"float32", "bfloat16"})
        String precision,
    @Key(value = "retries on failing file systems", operational = true) StoreSection store)
    implements Section {
  private static final Set<String> PARTS = Set.of("test", "validation", "train");

  /** A run or a model, not both; a model needs rows. */
  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (run == null && model == null) {
      problems.add("run, model: one of them is missing; name what is scored");
    }
    if (run != null && (model != null || adapter != null)) {
      problems.add(
          "run: names its own model; remove %s, or run"
              .formatted(model == null ? "adapter" : adapter == null ? "model" : "model, adapter"));
    }
    if (run == null && round != null) {
      problems.add("round: is of a run; name the run's folder in run, or remove it");
    }
    if (run == null && data == null) {
      problems.add("data: is missing; name the partitioned set in data.path");
    }
    if (parts != null) {
      problems.addAll(ofParts());
    }
    if (model != null && batch != null) {
      problems.addAll(
          ModelSection.tooLarge(
              "batch x model.maxLength",
              (double) batch * model.maxLength(),
              ModelSection.MOST_AT_ONCE));
    }
    return problems;
  }

  private List<String> ofParts() {
    if (parts.isEmpty()) {
      return List.of("parts: is empty; name test, validation or train");
    }
    Stream<String> unknown =
        parts.stream()
            .filter(part -> !PARTS.contains(part))
            .map(part -> "parts: \"" + part + "\" is not known; use test, validation, train");
    Stream<String> twice =
        parts.stream().distinct().count() < parts.size()
            ? Stream.of("parts: names a part twice; name each once")
            : Stream.of();
    return Stream.concat(unknown, twice).toList();
  }

  /** What is scored is trained already, and its rows are not changed. */
  @Override
  public List<UnreadKey> unread() {
    return List.of(
        new UnreadKey("model.name", "", "evaluate does not read it, train does"),
        new UnreadKey(
            "model.newHead", "", "a new classifier knows nothing, so evaluate does not begin one"),
        new UnreadKey("data.augment", "", "rows are scored as they are, train changes images"));
  }
}
