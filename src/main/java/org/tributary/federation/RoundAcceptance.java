package org.tributary.federation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.protocol.ClientReport;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFileReader;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;

/** Decides which client updates of a round are merged, and writes it once, before the merge. */
final class RoundAcceptance {
  private final JavaSparkContext spark;
  private final Broadcast<RunSpec> spec;
  private final Blueprint blueprint;
  private final RunLock lock;
  private final Store store;
  private final RunFolder folder;

  /** The reports of the updates of one round that this driver has checked, by file. */
  private final Map<Path, ClientReport> reports = new HashMap<>();

  RoundAcceptance(
      JavaSparkContext spark, Broadcast<RunSpec> spec, Blueprint blueprint, RunLock lock)
      throws IOException {
    this.spark = spark;
    this.spec = spec;
    this.blueprint = blueprint;
    this.lock = lock;
    store = spec.value().store();
    folder = spec.value().folder();
  }

  /**
   * The accepted attempts of a round; chosen and written unless an earlier driver has done it.
   *
   * @param cohort the clients of the round
   * @param failed reasons of clients that failed, by id
   * @param looked receives the hashes of the updates that are looked at
   * @throws QuorumMissed if too few clients are accepted
   */
  AcceptedUpdates of(
      int round, List<String> cohort, Map<String, String> failed, Map<Path, String> looked)
      throws IOException, InterruptedException {
    Path file = folder.accepted(round);
    if (!store.exists(file)) {
      Map<String, String> reasons = new TreeMap<>(failed);
      List<AcceptedUpdates.Choice> choices = new ArrayList<>();
      Set<String> drawn = Set.copyOf(cohort);
      List<UpdateValidation.Checked> checked =
          new ArrayList<>(new UpdateValidation(spark, spec, blueprint).check(store, folder, round));
      checked.removeIf(c -> !drawn.contains(c.client()));
      read(round, checked);
      for (UpdateValidation.Checked c : checked) {
        looked.put(folder.update(round, c.client(), c.attempt()), c.sha256());
        if (c.problem() != null) {
          reasons.put(c.client(), c.problem());
        } else {
          long samples = reports.get(folder.update(round, c.client(), c.attempt())).samples();
          choices.add(
              new AcceptedUpdates.Choice(
                  c.client(), c.attempt(), samples, c.sha256(), c.stateSha256()));
        }
      }
      reasons.replaceAll(
          (client, reason) -> {
            String owner = blueprint.manifest().called(client);
            return owner.isEmpty() ? reason : "\"%s\": %s".formatted(owner, reason);
          });
      int quorum = blueprint.config().cohort().minClients();
      if (choices.size() < quorum) {
        throw new QuorumMissed(
            folder.root(),
            round,
            choices.size(),
            cohort.size(),
            quorum,
            reasons(round, failed, reasons));
      }
      lock.check();
      JsonFiles.commit(store, file, new AcceptedUpdates(round, choices, reasons));
    }
    return JsonFiles.read(store, file, AcceptedUpdates.class);
  }

  /** Only clients that sent nothing are tried again, and only those that did not diverge. */
  private QuorumMissed.Reasons reasons(
      int round, Map<String, String> failed, Map<String, String> texts) throws IOException {
    Set<String> diverged = FailedAttempts.of(store, folder, round).diverged();
    return new QuorumMissed.Reasons(texts, !diverged.containsAll(failed.keySet()));
  }

  /** The reports of the accepted clients. */
  List<ClientReport> reports(AcceptedUpdates accepted) throws IOException, InterruptedException {
    return DriverThreads.map(
        accepted.clients(),
        choice -> {
          ClientReport known =
              reports.get(folder.update(accepted.round(), choice.client(), choice.attempt()));
          return known == null
              ? report(accepted.round(), choice.client(), choice.attempt())
              : known;
        });
  }

  /** Reads the reports of good updates, once for the choice, the weights and the tables. */
  private void read(int round, List<UpdateValidation.Checked> checked)
      throws IOException, InterruptedException {
    reports.clear();
    List<UpdateValidation.Checked> good =
        checked.stream().filter(c -> c.problem() == null).toList();
    List<ClientReport> found = DriverThreads.map(good, c -> report(round, c.client(), c.attempt()));
    for (int k = 0; k < found.size(); k++) {
      UpdateValidation.Checked c = good.get(k);
      reports.put(folder.update(round, c.client(), c.attempt()), found.get(k));
    }
  }

  private ClientReport report(int round, String client, String attempt) throws IOException {
    try (SafeTensors.Reader reader =
        RunFileReader.open(
            store,
            folder.update(round, client, attempt),
            RunFileReader.trainAgain(folder, round))) {
      return ClientReport.of(reader.header().metadata().get(ClientReport.KEY));
    }
  }
}
