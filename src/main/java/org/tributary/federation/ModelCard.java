package org.tributary.federation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tributary.config.TrainConfig;
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

  ModelCard(Blueprint blueprint, int rounds) {
    this.blueprint = blueprint;
    this.rounds = rounds;
  }

  /** The file's content. */
  byte[] bytes() {
    List<String> lines = new ArrayList<>();
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
    lines.add("| framework | `%s` |".formatted(config.framework().name()));
    lines.add("| clients | %d |".formatted(blueprint.manifest().clients().size()));
    lines.add("| rounds | %d |".formatted(rounds));
    lines.add("| seed | %d |".formatted(config.seed()));
    if (classifies) {
      classifier(lines);
    }
    lines.add("");
    lines.addAll(loading());
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
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
          "    model = %s.from_pretrained(\".\")".formatted(auto));
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
        "    base_model = PeftConfig.from_pretrained(\".\").base_model_name_or_path",
        "    base = %s.from_pretrained(base_model%s)".formatted(auto, head),
        "    model = PeftModel.from_pretrained(base, \".\")");
  }

  /** The label as a JSON string, which is one line. */
  private static String quoted(String label) {
    return Json.text(label);
  }
}
