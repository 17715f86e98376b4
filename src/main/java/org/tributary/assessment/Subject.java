package org.tributary.assessment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.Store;
import org.tributary.config.EvaluateConfig;
import org.tributary.config.ModelSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Role;
import org.tributary.rows.Manifest;
import org.tributary.run.Blueprint;
import org.tributary.run.ResultRound;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;
import org.tributary.tables.RunLabels;

/**
 * What an evaluation scores: the models, and, if a run made them, the run.
 *
 * @param config with all values: what it leaves open comes from the run
 * @param run its configuration; null for a model's folder
 * @param blueprint of the run if a round is scored; else null
 * @param targets the models, at least one
 * @param round counted from 1, 0 before training; null for a model's folder
 */
record Subject(
    EvaluateConfig config,
    TrainConfig run,
    Blueprint blueprint,
    List<Target> targets,
    Integer round) {
  private static final String CLIENT = "client=";

  /**
   * Finds what a configuration names. Writes nothing.
   *
   * @throws WrongInput if there is no such run, round or result
   */
  static Subject of(Store store, EvaluateConfig config) throws IOException {
    if (config.run() == null) {
      ModelSection m = config.model();
      Target target = new Target(null, m.path(), config.adapter(), m.pooling(), m.maxLength());
      return new Subject(complete(config, null), null, null, List.of(target), null);
    }
    RunFolder folder = new RunFolder(store.path(config.run()));
    TrainConfig run;
    try {
      run = RunConfig.config(store, folder);
    } catch (WrongInput e) {
      throw new WrongInput("run: " + e.getMessage(), e);
    }
    EvaluateConfig complete = complete(config, run);
    if (config.round() == null) {
      int round = ResultRound.of(store, folder).orElse(run.rounds());
      return new Subject(complete, run, null, results(store, folder, run), round);
    }
    Blueprint blueprint = new Blueprint(store, run);
    checkState(store, folder, blueprint, config.round());
    Target target = new Target(null, null, null, null, run.model().maxLength());
    return new Subject(complete, run, blueprint, List.of(target), config.round());
  }

  private static EvaluateConfig complete(EvaluateConfig c, TrainConfig run) {
    TrainConfig.Evaluate e = run == null ? null : run.evaluate();
    return new EvaluateConfig(
        c.out(),
        c.shared(),
        c.run(),
        c.round(),
        c.model(),
        c.adapter(),
        c.data() == null ? run.data() : c.data(),
        c.parts(),
        c.rows(),
        c.key(),
        first(c.generate(), e == null ? null : e.generate(), 0),
        first(c.newTokens(), e == null ? null : e.newTokens(), 64),
        first(c.batch(), e == null ? null : e.batch(), 64),
        first(c.shard(), e == null ? null : e.shard(), 128),
        c.threads(),
        first(c.precision(), run == null ? null : run.client().precision(), "float32"),
        c.store());
  }

  private static <T> T first(T given, T ofRun, T otherwise) {
    return given != null ? given : ofRun != null ? ofRun : otherwise;
  }

  /** The result of a run: one model or adapter, or one for each client. */
  private static List<Target> results(Store store, RunFolder folder, TrainConfig run)
      throws IOException {
    boolean model = store.exists(folder.model());
    Path root = model ? folder.model() : folder.adapter();
    if (!store.exists(root)) {
      throw new WrongInput(
          "run: %s has no result yet; end it with train, or name a round that it keeps in round"
              .formatted(folder.root()));
    }
    List<Target> targets = new ArrayList<>();
    for (FileStatus file : store.list(root)) {
      String name = file.getPath().getName();
      if (file.isDirectory() && name.startsWith(CLIENT)) {
        targets.add(target(name.substring(CLIENT.length()), file.getPath(), model, run.model()));
      }
    }
    return targets.isEmpty() ? List.of(target(null, root, model, run.model())) : targets;
  }

  private static Target target(String client, Path folder, boolean model, ModelSection base) {
    return model
        ? new Target(client, folder.toString(), null, null, base.maxLength())
        : new Target(client, base.path(), folder.toString(), null, base.maxLength());
  }

  private static void checkState(Store store, RunFolder folder, Blueprint blueprint, int round)
      throws IOException {
    List<String> differences = RunConfig.differences(store, blueprint, folder);
    if (!differences.isEmpty()) {
      throw WrongInput.all(
          "run: %s cannot be scored as it was; put the files back:".formatted(folder.root()),
          differences);
    }
    if (round > 0 && blueprint.plan(round - 1).any(Role::isPersonal)) {
      throw new WrongInput(
          "round: the clients of %s have models of their own, whose states are only kept until their next round; remove the key to score the results"
              .formatted(folder.root()));
    }
    Path needed = round == 0 ? folder.start() : folder.global(round - 1);
    if (!store.exists(needed) || round > 0 && !store.exists(folder.success(round - 1))) {
      throw new WrongInput(
          "round: %s has no state after round %d (%s); it has %s. keep.globals says how many rounds a run keeps"
              .formatted(folder.root(), round, needed, kept(store, folder, blueprint)));
    }
  }

  private static String kept(Store store, RunFolder folder, Blueprint blueprint)
      throws IOException {
    List<String> kept = new ArrayList<>();
    for (int round = 0; store.exists(folder.success(round)); round++) {
      if (store.exists(folder.global(round))) {
        kept.add(Integer.toString(round + 1));
      }
    }
    return kept.isEmpty() ? "none" : "those of " + String.join(", ", kept);
  }

  /** The hashes that identify models and rows, by key. */
  Map<String, String> hashes(Store store, List<AssessedModel> models) throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (int i = 0; i < targets.size(); i++) {
      String suffix = targets.get(i).client() == null ? "" : " of " + targets.get(i).client();
      hashes.put("model" + suffix, models.get(i).base().files().hash());
      if (targets.get(i).adapter() != null) {
        Path adapter = store.path(targets.get(i).adapter());
        hashes.put(
            "adapter" + suffix,
            store.sha256(new Path(adapter, PeftAdapter.CONFIG))
                + store.sha256(new Path(adapter, PeftAdapter.WEIGHTS)));
      }
    }
    if (blueprint != null) {
      RunFolder folder = new RunFolder(store.path(config.run()));
      hashes.put("start", store.sha256(folder.start()));
      if (round > 0) {
        hashes.put("round", store.sha256(folder.global(round - 1)));
      }
    }
    hashes.put(
        "data.path", store.sha256(new Path(store.path(config.data().path()), Manifest.FILE)));
    return hashes;
  }

  /** The columns with which the rows of the tables begin. */
  RunLabels labels(Store store, String hash) throws IOException {
    if (run == null) {
      return RunLabels.ofModel(store.path(config.out()), hash, config.data().path());
    }
    RunFolder folder = new RunFolder(store.path(config.run()));
    return RunLabels.of(store, folder.root(), RunConfig.name(store, folder), run)
        .on(config.data().path());
  }
}
