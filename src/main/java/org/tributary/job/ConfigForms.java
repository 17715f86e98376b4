package org.tributary.job;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigForm;
import org.tributary.config.EvaluateConfig;
import org.tributary.config.GenerateConfig;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.json.Json;
import org.tributary.partition.Partitioning;
import org.tributary.run.RunSpec;
import org.tributary.run.TaskKeys;

/** The five files that jobs read: the text of docs/config.md and of docs/schema. */
final class ConfigForms {
  private static final String INTRO =
      """
      # Configuration reference

      Every key of the five files that jobs read. This page and the JSON Schemas in [schema](schema) are generated from
      the `@Key` annotations of the code. A test fails if they differ from what the code says. This command writes them
      again:

          ./mvnw -Dtest=ConfigPageTest -Dpages=write test

      An editor with the YAML language server (VS Code with the extension YAML, IntelliJ, Neovim) completes and checks
      keys if a file begins with this line:

          # yaml-language-server: $schema=../docs/schema/train.json

      The path is relative to the file; `partition.json`, `compare.json`, `evaluate.json` and `generate.json` are next to it. With
      methods of your own, `jobs/submit --jars my.jar local schema train > train.json` writes a schema that
      has them too. A schema knows names, types, bounds and which method has which key. `jobs/submit MASTER JOB FILE
      --check` also checks rules between keys, the model and the data.

      How to read the tables:

      - **value**: type and bounds. A key without a value (`key:`, or `key: null`) counts as absent if its default is
        *none*. An optional section may be `none`, so that `--set framework.lora=none`, or a variant with
        `framework.lora=none`, removes the section of the file.
      - **default**: the value of an absent key. *required*: the file must have it. *none*: absent means that there is
        no such thing.
      - **on resume**: *fixed* keys must be the same when a run resumes, *may change* keys need not. `rounds` is fixed
        if the schedule is not `constant`. A finished partition is never changed.
      - **read by**: the models and methods that read a key. A key that nothing reads is refused, with the reason.
        A method's keys are written next to its name, for example `alpha` of `dirichlet` in `partitioner`.
      - In texts of `--set KEY=VALUE` and in variants of a comparison, `VALUE` is YAML: `--set 'seeds=[1, 2]'`.
      """;

  private ConfigForms() {}

  /** All files, in the order in which a user needs them. */
  static List<ConfigForm> all() {
    return List.of(
        new ConfigForm(
            "partition",
            "How a raw data set is split among clients: the file of the job `partition`.",
            PartitionConfig.class,
            Partitioning.CHOICES,
            Map.of()),
        new ConfigForm(
            "train",
            "One federated run: the file of the job `train`.",
            TrainConfig.class,
            RunSpec.CHOICES,
            TaskKeys.readers()),
        new ConfigForm(
            "compare",
            "A comparison of variants of one run: the file of the job `compare`.",
            CompareConfig.class,
            Map.of(),
            Map.of()),
        new ConfigForm(
            "evaluate",
            "The scores of a model or a run on rows: the file of the job `evaluate`.",
            EvaluateConfig.class,
            Map.of(),
            readersOfEvaluate()),
        new ConfigForm(
            "generate",
            "The answers of a language model to rows: the file of the job `generate`.",
            GenerateConfig.class,
            Map.of(),
            Map.of(
                "model.name", "nothing", "model.pooling", "nothing", "model.newHead", "nothing")));
  }

  /** The same models read the same keys as in a run; what changes a model is read by none. */
  private static Map<String, String> readersOfEvaluate() {
    Map<String, String> readers = new TreeMap<>(TaskKeys.readers());
    readers.keySet().removeIf(key -> key.startsWith("evaluate."));
    readers.put("generate", TaskKeys.readers().get("evaluate.generate"));
    readers.put("newTokens", TaskKeys.readers().get("evaluate.newTokens"));
    List.of("model.name", "model.newHead", "data.augment")
        .forEach(key -> readers.put(key, "nothing"));
    return readers;
  }

  /** The page with all keys. */
  static String page() {
    StringBuilder page = new StringBuilder(INTRO);
    all().forEach(form -> page.append('\n').append(form.markdown()));
    return page.toString();
  }

  /** The JSON Schema of a file. */
  static String schema(ConfigForm form) {
    return Json.pretty(form.jsonSchema()) + "\n";
  }
}
