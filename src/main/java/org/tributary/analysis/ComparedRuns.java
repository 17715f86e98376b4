package org.tributary.analysis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.error.WrongInput;
import org.tributary.run.Blueprint;
import org.tributary.run.ComparisonFolder;
import org.tributary.run.ResultRound;
import org.tributary.run.RunFolder;

/**
 * The runs of a comparison whose movements are measured, each beside the central run with the same
 * seed on the same partitioned set.
 *
 * @param config of the comparison
 * @param groups runs that are compared with each other
 * @param leftOut why runs are not measured, a line each
 */
record ComparedRuns(CompareConfig config, List<Group> groups, List<String> leftOut) {
  /**
   * Runs with one seed on one partitioned set after one round.
   *
   * @param runs every variant's, in the order of the comparison
   * @param central where the central run is in them
   * @param baseline where the baseline's run is in them; -1 without one
   */
  record Group(List<ComparedRun> runs, int central, int baseline) {
    ComparedRun centralRun() {
      return runs.get(central);
    }
  }

  /** Finds runs and collects what is wrong. */
  private record Search(
      Store store, Path folder, CompareConfig config, String central, List<String> leftOut) {}

  /**
   * Opens a comparison and checks that its runs have kept what is measured. Writes nothing.
   *
   * @param store reaches it
   * @param folder of the comparison
   * @param central the variant to measure distances to; null if there is one central variant
   * @param rounds counted from 1; empty for that of each run's result
   * @throws WrongInput if it has no central runs, or a run lacks the model of a round
   */
  static ComparedRuns open(Store store, Path folder, String central, List<Integer> rounds)
      throws IOException {
    Path file = new Path(folder, ComparisonFolder.COMPARE);
    String yaml = new String(store.readAll(file), StandardCharsets.UTF_8);
    CompareConfig config =
        ConfigReader.stored(file.toString(), yaml, CompareConfig.class, Map.of());
    if (central != null && !config.variants().containsKey(central)) {
      throw new WrongInput(
          "--central: %s has no variant %s; name one of %s"
              .formatted(folder, central, String.join(", ", config.variants().keySet())));
    }
    for (int round : rounds) {
      if (round < 1) {
        throw new WrongInput("--rounds: %d is less than 1; raise it".formatted(round));
      }
    }
    Search search = new Search(store, folder, config, central, new ArrayList<>());
    List<Group> groups = new ArrayList<>();
    List<String> partitions =
        config.partitions().isEmpty() ? Arrays.asList((String) null) : config.partitions();
    for (String partition : partitions) {
      for (String seed : config.seeds()) {
        for (Integer round : rounds.isEmpty() ? Arrays.asList((Integer) null) : rounds) {
          group(search, partition, seed, round).ifPresent(groups::add);
        }
      }
    }
    if (groups.isEmpty()) {
      throw WrongInput.all(
          "%s has nothing to measure:".formatted(folder),
          search.leftOut().stream().distinct().toList());
    }
    checkKept(store, folder, groups);
    return new ComparedRuns(config, groups, search.leftOut().stream().distinct().toList());
  }

  private static Optional<Group> group(Search search, String partition, String seed, Integer round)
      throws IOException {
    List<ComparedRun> runs = new ArrayList<>();
    ComparedRun central = null;
    ComparedRun baseline = null;
    for (String variant : search.config().variants().keySet()) {
      Optional<ComparedRun> run = run(search, partition, variant, seed, round);
      if (run.isEmpty()) {
        continue;
      }
      if (variant.equals(search.config().baseline())) {
        baseline = run.get();
      }
      if (search.central() == null ? run.get().isCentral() : variant.equals(search.central())) {
        if (central != null) {
          throw new WrongInput(
              "--central: %s has several central variants; name the one to measure distances to"
                  .formatted(search.folder()));
        }
        central = run.get();
      }
      runs.add(run.get());
    }
    if (central != null && central.isPersonal()) {
      throw new WrongInput(
          "--central: the clients of %s have models of their own; name a variant with one model"
              .formatted(search.central()));
    }
    if (central == null) {
      search
          .leftOut()
          .add(
              "the runs with seed %s%s: there is no central run beside them; add a variant with framework.name=central and run compare again"
                  .formatted(seed, partition == null ? "" : " on " + name(partition)));
      return Optional.empty();
    }
    leaveOutOtherStarts(search, runs, central);
    return Optional.of(new Group(runs, runs.indexOf(central), runs.indexOf(baseline)));
  }

  /** Distances have a meaning only between runs that start from the same weights. */
  private static void leaveOutOtherStarts(
      Search search, List<ComparedRun> runs, ComparedRun central) {
    runs.removeIf(
        run -> {
          boolean other = !Objects.equals(run.start(), central.start());
          if (other) {
            search
                .leftOut()
                .add(
                    "%s: it starts from other weights than the central run (framework.lora.start: %s, not %s)"
                        .formatted(
                            ComparisonFolder.place(search.folder(), run.folder().root()),
                            run.start(),
                            central.start()));
          }
          return other;
        });
  }

  private static String name(String partition) {
    return CompareConfig.partitionName(partition);
  }

  /** A run; empty if it has no result. */
  private static Optional<ComparedRun> run(
      Search search, String partition, String variant, String seed, Integer round)
      throws IOException {
    Path parent = partition == null ? search.folder() : new Path(search.folder(), name(partition));
    RunFolder folder =
        new RunFolder(new Path(new Path(parent, variant), ComparisonFolder.seed(seed)));
    Store store = search.store();
    if (!store.exists(folder.config()) || !store.exists(folder.result())) {
      search.leftOut().add(folder.root() + ": it has no result; run compare again");
      return Optional.empty();
    }
    Blueprint blueprint = AnalyzedRun.blueprint(store, folder);
    OptionalInt result = ResultRound.of(store, folder);
    int last = result.orElse(blueprint.config().rounds());
    return Optional.of(new ComparedRun(folder, blueprint, round == null ? last : round));
  }

  private static void checkKept(Store store, Path folder, List<Group> groups) throws IOException {
    TreeSet<String> missing = new TreeSet<>();
    int rounds = 0;
    int last = 0;
    for (Group group : groups) {
      for (ComparedRun run : group.runs()) {
        if (!run.isKept(store)) {
          missing.add(
              "%s has not kept the global state after round %d"
                  .formatted(ComparisonFolder.place(folder, run.folder().root()), run.round()));
        }
        rounds = Math.max(rounds, run.blueprint().config().rounds());
        last = Math.max(last, run.round());
      }
    }
    if (last > rounds) {
      throw new WrongInput(
          "--rounds: no run of %s has a round %d; they have at most %d"
              .formatted(folder, last, rounds));
    }
    if (!missing.isEmpty()) {
      throw WrongInput.all(
          "%s cannot be measured; name other --rounds, or compare in another out with keep.globals=%d in common:"
              .formatted(folder, rounds + 1),
          List.copyOf(missing));
    }
  }

  /** The linear layers that at least one run changes, in order. */
  List<String> layers(List<String> globs) {
    TreeSet<String> layers = new TreeSet<>();
    for (Group group : groups) {
      for (ComparedRun run : group.runs()) {
        if (!run.isPersonal()) {
          layers.addAll(AnalyzedRun.changed(run.blueprint()));
        }
      }
    }
    return AnalyzedRun.named(layers, globs);
  }

  /** The largest rank of adapters in the comparison; else the usual one. */
  int rank() {
    int rank =
        groups.stream()
            .flatMap(group -> group.runs().stream())
            .mapToInt(ComparedRun::rank)
            .max()
            .orElse(0);
    return rank == 0 ? Settings.USUAL : rank;
  }
}
