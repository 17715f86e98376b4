package org.tributary.federation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.tributary.config.TrainConfig;
import org.tributary.evaluation.Evaluation;
import org.tributary.json.Json;
import org.tributary.model.Architecture;
import org.tributary.run.Blueprint;
import org.tributary.run.PoolingNote;

/**
 * The {@code README.md} of a result: what it is, the classes in the order of the classifier's rows,
 * what the classifier sees, and how transformers or peft load it. It depends on the configuration,
 * the model and the data alone, so that writing a result again writes the same bytes.
 */
final class ModelCard {
  /** The card's name in a result's folder. */
  static final String FILE = "README.md";

  private final Blueprint blueprint;
  private final int rounds;
  private final List<Evaluation> evaluations;

  /**
   * A card.
   *
   * @param rounds the result is the model after this round, counted from 1
   * @param evaluations of the result
   */
  ModelCard(Blueprint blueprint, int rounds, List<Evaluation> evaluations) {
    this.blueprint = blueprint;
    this.rounds = rounds;
    this.evaluations = List.copyOf(evaluations);
  }

  /** The file's content. */
  byte[] bytes() throws IOException {
    List<String> lines = new ArrayList<>(head());
    TrainConfig config = blueprint.config();
    boolean classifies = !blueprint.labels().isEmpty();
    String kind =
        !classifies ? "language model" : image() ? "classifier of images" : "classifier of texts";
    lines.add(
        "# %s, trained federatedly by Tributary"
            .formatted(blueprint.leavesModel() ? "A " + kind : "An adapter of a " + kind));
    lines.add("");
    lines.add("| | |");
    lines.add("|---|---|");
    lines.add("| base model | %s |".formatted(baseName()));
    lines.add("| data | %s |".formatted(new Path(config.data().path()).getName()));
    lines.add("| framework | `%s` |".formatted(config.framework().name()));
    lines.add("| optimizer | `%s` |".formatted(config.client().optimizer().name()));
    lines.add("| clients | %d |".formatted(blueprint.manifest().clients().size()));
    lines.add("| rounds | %d |".formatted(rounds));
    lines.add("| seed | %d |".formatted(config.seed()));
    if (classifies) {
      classifier(lines);
    }
    scores(lines);
    lines.add("");
    lines.addAll(loading());
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The fields that the Hugging Face hub reads. */
  private List<String> head() throws IOException {
    List<String> head = new ArrayList<>();
    head.add("---");
    head.add("base_model: " + quoted(baseName()));
    head.add("library_name: " + (blueprint.leavesModel() ? "transformers" : "peft"));
    Optional<String> license = blueprint.base().files().license();
    license.ifPresent(name -> head.add("license: " + quoted(name)));
    head.add("tags: [federated-learning, %s]".formatted(blueprint.config().framework().name()));
    head.add("---");
    head.add("");
    return head;
  }

  private String baseName() {
    return blueprint.base().name().title();
  }

  /** The scores of the result, as the tables have them. */
  private void scores(List<String> lines) {
    if (evaluations.isEmpty()) {
      return;
    }
    SortedSet<String> names = new TreeSet<>();
    evaluations.forEach(e -> names.addAll(e.scores().keySet()));
    lines.addAll(List.of("", "The scores of the last evaluation of this result:", ""));
    lines.add("| part | rows | " + String.join(" | ", names) + " |");
    lines.add("|---|---|" + "---|".repeat(names.size()));
    for (Evaluation e : evaluations) {
      StringBuilder line = new StringBuilder("| %s | %d |".formatted(e.part(), e.rows()));
      for (String name : names) {
        Double score = e.scores().get(name);
        line.append(score == null ? " - |" : String.format(Locale.ROOT, " %.4f |", score));
      }
      lines.add(line.toString());
    }
  }

  private boolean image() {
    return blueprint.architecture().image() != null;
  }

  private void classifier(List<String> lines) {
    Architecture architecture = blueprint.architecture();
    lines.add("| classes | %d |".formatted(blueprint.labels().size()));
    lines.add("| pooling | `%s` |".formatted(architecture.pooling().key()));
    PoolingNote.of(blueprint.base())
        .ifPresent(
            other -> lines.addAll(List.of("", "**Scores elsewhere differ.** " + other + ".")));
    lines.addAll(List.of("", "The classes, in the order of the classifier's rows:", ""));
    blueprint.labels().forEach(label -> lines.add("    " + quoted(label)));
  }

  private List<String> loading() {
    String auto =
        blueprint.labels().isEmpty()
            ? "AutoModelForCausalLM"
            : "AutoModel" + blueprint.architecture().headedClass();
    if (blueprint.leavesModel()) {
      return List.of(
          "With transformers, in this folder:",
          "",
          "    from transformers import " + auto,
          "    model = %s.from_pretrained(\".\")".formatted(auto),
          "",
          "With Tributary, `model.path` of `train` or `generate` names this folder.");
    }
    String head =
        blueprint.newHead().isEmpty()
            ? ""
            : ", num_labels=%d, ignore_mismatched_sizes=True".formatted(blueprint.labels().size());
    return List.of(
        "With peft, in this folder, on the base model that `adapter_config.json` names; if it is"
            + " elsewhere by now, name that place instead:",
        "",
        "    from peft import PeftConfig, PeftModel",
        "    from transformers import " + auto,
        "    config = PeftConfig.from_pretrained(\".\")",
        "    base = %s.from_pretrained(config.base_model_name_or_path, revision=config.revision%s)"
            .formatted(auto, head),
        "    model = PeftModel.from_pretrained(base, \".\")",
        "",
        "With Tributary, `framework.lora.start` of `train` or `adapter` of `generate` names this"
            + " folder; the job `merge-adapter` merges it into the base model.");
  }

  /** The label as a JSON string, which is one line. */
  private static String quoted(String label) {
    return Json.text(label);
  }
}
