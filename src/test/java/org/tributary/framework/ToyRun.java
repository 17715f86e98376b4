package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Participant;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * Federated rounds in float64 on losses with known gradients, for any framework: the framework is
 * called as a run calls it. A client takes plain SGD steps, and its framework's rule adds to their
 * gradients.
 */
final class ToyRun {
  /** A client's loss. */
  interface Loss {
    /**
     * The gradient at some tensors.
     *
     * @param at values of the client's tensors, by name
     * @return gradients of the trained tensors, by name
     */
    Map<String, double[]> gradient(Map<String, double[]> at);
  }

  private final Framework framework;
  private final Trainables trainables;
  private final Map<String, HostTensor> state = new TreeMap<>();
  private final List<Map<String, HostTensor>> own = new ArrayList<>();
  private final int[] rows;

  /**
   * A run.
   *
   * @param start of the model's tensors, F64
   * @param rows of every client
   */
  ToyRun(Framework framework, Trainables trainables, Map<String, HostTensor> start, int... rows) {
    this.framework = framework;
    this.trainables = trainables;
    this.rows = rows;
    RoundPlan plan = framework.plan(trainables, 0);
    plan.parts().forEach((name, part) -> state.put(name, constant(part)));
    state.putAll(start);
    for (int k = 0; k < rows.length; k++) {
      own.add(new TreeMap<>());
    }
  }

  private static HostTensor constant(RoundPlan.Part part) {
    double[] values = new double[(int) HostTensor.elements(part.shape())];
    java.util.Arrays.fill(values, part.start());
    return Elements.tensor(values, DType.F64, part.shape());
  }

  /** A tensor of the global state. */
  HostTensor state(String name) {
    return state.get(name);
  }

  /** A tensor that a client keeps. */
  HostTensor own(int client, String name) {
    return own.get(client).get(name);
  }

  /** A round in which every client of the cohort takes one step per rate. */
  void round(int round, int[] cohort, List<Loss> losses, double[][] rates) {
    RoundPlan plan = framework.plan(trainables, round);
    List<ClientReport> reports = new ArrayList<>();
    List<Map<String, HostTensor>> updates = new ArrayList<>();
    for (int i = 0; i < cohort.length; i++) {
      int k = cohort[i];
      Map<String, HostTensor> end = train(plan, round, k, losses.get(i), rates[i]);
      Map<String, HostTensor> up = new TreeMap<>(end);
      up.keySet().retainAll(plan.where(Role::goesUp).keySet());
      end.keySet().retainAll(plan.where(r -> r.keeper() == Role.Keeper.CLIENT).keySet());
      own.get(k).putAll(end);
      updates.add(up);
      reports.add(
          new ClientReport(
              "000" + k, round, "", rows[k], 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "", "", 1, "", 0,
              List.of()));
    }
    double[] weights = framework.weights(reports);
    List<Contribution> contributions = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      contributions.add(new Contribution(reports.get(i).client(), weights[i], updates.get(i)));
    }
    state.putAll(
        WholeMerge.of(framework, plan, new Merge(round, rows.length, state, contributions)));
  }

  private Map<String, HostTensor> train(
      RoundPlan plan, int round, int k, Loss loss, double[] rates) {
    Map<String, HostTensor> given = new TreeMap<>(state);
    given.keySet().retainAll(plan.where(r -> r.goesDown() || r.isTrained()).keySet());
    Map<String, HostTensor> start =
        new TreeMap<>(
            framework.start(given, new Participant("000" + k, round, 0, plan, 31L * round + k)));
    plan.of(Role.OWN).keySet().forEach(name -> start.put(name, state.get(name)));
    start.putAll(own.get(k));
    LocalRule rule = framework.local();
    Map<String, HostTensor> drift = rule.drift(start);
    Map<String, double[]> w = new TreeMap<>();
    start.forEach((name, value) -> w.put(name, Elements.of(value)));
    double total = 0;
    for (double rate : rates) {
      total += rate;
      loss.gradient(w)
          .forEach(
              (name, g) -> {
                double[] x0 = Elements.of(start.get(name));
                double[] d = drift.containsKey(name) ? Elements.of(drift.get(name)) : null;
                double[] x = w.get(name);
                for (int i = 0; i < x.length; i++) {
                  double sum = g[i] + (d == null ? 0 : d[i]) + rule.proximal() * (x[i] - x0[i]);
                  x[i] -= rate * sum;
                }
              });
    }
    Map<String, HostTensor> trained = new TreeMap<>();
    plan.where(Role::isTrained)
        .forEach(
            (name, shape) -> trained.put(name, Elements.tensor(w.get(name), DType.F64, shape)));
    Map<String, HostTensor> end = new TreeMap<>(trained);
    end.putAll(
        rule.finish(
            start, trained, new LocalRule.Facts("000" + k, round, rows[k], rates.length, total)));
    return end;
  }
}
