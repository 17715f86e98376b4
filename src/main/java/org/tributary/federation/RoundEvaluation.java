package org.tributary.federation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.evaluation.Evaluation;
import org.tributary.evaluation.EvaluationJob;
import org.tributary.protocol.Role;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;

/** What of a run is evaluated, and when: the global model, or every client's own model. */
final class RoundEvaluation {
  private final EvaluationJob evaluating;
  private final Blueprint blueprint;
  private final RunFolder folder;

  RoundEvaluation(EvaluationJob evaluating, Blueprint blueprint, RunFolder folder) {
    this.evaluating = evaluating;
    this.blueprint = blueprint;
    this.folder = folder;
  }

  /** The model before training. It is the same for all clients. */
  List<Evaluation> start() throws IOException {
    List<Evaluation> all = new ArrayList<>();
    for (String part : parts()) {
      all.add(evaluating.evaluate(part, -1, null, folder.start()));
    }
    return all;
  }

  /**
   * The model that a round leaves; none if the round is not evaluated.
   *
   * @param latest the states of clients that have been in earlier rounds
   */
  List<Evaluation> of(int round, AcceptedUpdates accepted, Map<String, Path> latest)
      throws IOException {
    int last = blueprint.config().rounds() - 1;
    if (round != last && (round + 1) % blueprint.config().evaluate().every() != 0) {
      return List.of();
    }
    List<Evaluation> all = new ArrayList<>();
    for (String part : parts()) {
      if (!blueprint.plan(round).any(Role::isPersonal)) {
        all.add(evaluating.evaluate(part, round, null, null));
      } else {
        for (Map.Entry<String, Path> own : personal(accepted, latest).entrySet()) {
          all.add(evaluating.evaluate(part, round, own.getKey(), own.getValue()));
        }
      }
    }
    return all;
  }

  /** The evaluated parts that have rows. */
  private List<String> parts() {
    return blueprint.config().evaluate().parts().stream()
        .filter(part -> blueprint.data().evaluationRows(part) > 0)
        .toList();
  }

  /** Every client's own model: its state as of this round, or of the last one that took it. */
  private Map<String, Path> personal(AcceptedUpdates accepted, Map<String, Path> latest) {
    Map<String, Path> all = new TreeMap<>(latest);
    for (AcceptedUpdates.Choice c : accepted.clients()) {
      all.put(c.client(), folder.state(accepted.round(), c.client(), c.attempt()));
    }
    return all;
  }
}
