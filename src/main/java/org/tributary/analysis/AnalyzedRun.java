package org.tributary.analysis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.AcceptedUpdates;
import org.tributary.optim.GaLoreSettings;
import org.tributary.protocol.Globs;
import org.tributary.protocol.Role;
import org.tributary.run.Blueprint;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;

/**
 * A run that is analyzed: what it keeps, and its layers.
 *
 * @param folder of the run
 * @param blueprint of the run
 * @param rounds that are analyzed, counted from 1, in order
 * @param layers names, in order
 */
record AnalyzedRun(
    RunFolder folder, Blueprint blueprint, List<Integer> rounds, List<String> layers) {
  private static final String WEIGHT = ".weight";

  /**
   * Opens a run and checks that it has kept what is measured. Writes nothing.
   *
   * @param store reaches it
   * @param path its folder
   * @param asked rounds, counted from 1; empty for all closed ones
   * @param globs names of layers; empty for all
   * @throws WrongInput if it is no run, or lacks updates, or nothing can be measured
   */
  static AnalyzedRun open(Store store, Path path, List<Integer> asked, List<String> globs)
      throws IOException {
    RunFolder folder = new RunFolder(path);
    Blueprint blueprint = blueprint(store, folder);
    if (blueprint.plan(0).any(Role::isPersonal)) {
      throw new WrongInput(
          "%s: its clients have models of their own (%s), so no update of a global model can be measured; name a run with a global model"
              .formatted(path, blueprint.config().framework().name()));
    }
    List<Integer> rounds = rounds(store, folder, asked);
    AnalyzedRun run = new AnalyzedRun(folder, blueprint, rounds, layers(blueprint, globs));
    run.checkKept(store);
    return run;
  }

  /** A run's blueprint, if its model and rows are those with which it began. */
  static Blueprint blueprint(Store store, RunFolder folder) throws IOException {
    TrainConfig config = RunConfig.config(store, folder);
    Blueprint blueprint = new Blueprint(store, config);
    List<String> differences = RunConfig.differences(store, blueprint, folder);
    if (!differences.isEmpty()) {
      throw WrongInput.all(
          "%s cannot be analyzed as it was; put the files back:".formatted(folder.root()),
          differences);
    }
    return blueprint;
  }

  private static List<Integer> rounds(Store store, RunFolder folder, List<Integer> asked)
      throws IOException {
    int closed = 0;
    while (store.exists(folder.success(closed))) {
      closed++;
    }
    if (closed == 0) {
      throw new WrongInput("%s: has no closed round yet; run train first".formatted(folder.root()));
    }
    List<Integer> rounds = new ArrayList<>();
    for (int round = 1; round <= closed; round++) {
      if (asked.isEmpty() || asked.contains(round)) {
        rounds.add(round);
      }
    }
    for (int round : asked) {
      if (round < 1 || round > closed) {
        throw new WrongInput(
            "--rounds: %s has no closed round %d; it has 1 to %d"
                .formatted(folder.root(), round, closed));
      }
    }
    return rounds;
  }

  /** The linear layers of the checkpoint that a run changes. */
  static Set<String> changed(Blueprint blueprint) {
    Set<String> all = new TreeSet<>(blueprint.architecture().linearLayers().keySet());
    all.removeIf(
        layer ->
            !blueprint.base().used().containsKey(layer + WEIGHT)
                || !blueprint.adapted().containsKey(layer)
                    && !blueprint.plan(0).trains(layer + WEIGHT));
    return all;
  }

  private static List<String> layers(Blueprint blueprint, List<String> globs) {
    Set<String> all = changed(blueprint);
    if (all.isEmpty()) {
      throw new WrongInput(
          "%s: changes no linear layer of the model, so there is nothing to measure"
              .formatted(blueprint.config().out()));
    }
    return named(all, globs);
  }

  /**
   * The layers that some globs name.
   *
   * @param all names of layers
   * @param globs names, their last parts, or globs; empty for all
   * @throws WrongInput if one of them names no layer
   */
  static List<String> named(Set<String> all, List<String> globs) {
    List<String> layers =
        all.stream()
            .filter(layer -> globs.isEmpty() || globs.stream().anyMatch(g -> isNamed(layer, g)))
            .toList();
    for (String glob : globs) {
      if (all.stream().noneMatch(layer -> isNamed(layer, glob))) {
        throw new WrongInput(
            "--layers: \"%s\" names no layer that the run changes; name some of %s"
                .formatted(glob, Globs.lastParts(List.copyOf(all))));
      }
    }
    return layers;
  }

  private static boolean isNamed(String layer, String glob) {
    return glob.contains(".") || glob.contains("*")
        ? Globs.of(glob).matches(layer)
        : ("." + layer).endsWith("." + glob);
  }

  private void checkKept(Store store) throws IOException {
    Set<Integer> missing = new TreeSet<>();
    Set<Integer> kept = new TreeSet<>(rounds);
    for (int round : rounds) {
      boolean globals =
          store.exists(folder.global(round - 1))
              && (round == 1 || store.exists(folder.global(round - 2)));
      if (!globals || !updates(store, round - 1)) {
        missing.add(round);
      }
    }
    kept.removeAll(missing);
    if (!missing.isEmpty()) {
      throw new WrongInput(
          "%s: has not kept the client updates and global states of the rounds %s; %sor train again in another out with --set keep.updates=%d --set keep.globals=%d"
              .formatted(
                  folder.root(),
                  joined(missing),
                  kept.isEmpty()
                      ? ""
                      : "name those that it has with --rounds " + joined(kept) + ", ",
                  blueprint.config().rounds(),
                  blueprint.config().rounds() + 1));
    }
  }

  private static String joined(Set<Integer> rounds) {
    return String.join(",", rounds.stream().map(String::valueOf).toList());
  }

  private boolean updates(Store store, int round) throws IOException {
    if (!store.exists(folder.accepted(round))) {
      return false;
    }
    AcceptedUpdates accepted = JsonFiles.read(store, folder.accepted(round), AcceptedUpdates.class);
    for (AcceptedUpdates.Choice choice : accepted.clients()) {
      if (!store.exists(folder.update(round, choice.client(), choice.attempt()))) {
        return false;
      }
    }
    return true;
  }

  /** The rank of the run's adapters, or of GaLore's subspaces; else the usual one. */
  int rank() {
    if (blueprint.lora() != null) {
      return blueprint.lora().rank();
    }
    return blueprint.config().client().optimizer().settings() instanceof GaLoreSettings galore
        ? galore.galore().rank()
        : Settings.USUAL;
  }
}
