package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/**
 * A server optimizer around any framework that averages (Reddi et al. 2021, arXiv 2003.00295): the
 * mean change of the clients, Δ = Σ p_k (w_k − w), is the gradient of the server, which takes one
 * optimizer step with it and keeps moments. Nothing more is sent. Each moment is as large as the
 * tensors that clients send, and stays with the server.
 */
public abstract class ServerOptimizer extends Decorator {
  private final Map<String, Double> moments;

  /**
   * Creates a server optimizer.
   *
   * @param inner a framework that averages
   * @param moments the moments kept for every element: their names and their values before the
   *     first round, in the order in which {@link #step} gets them
   */
  protected ServerOptimizer(Framework inner, Map<String, Double> moments) {
    super(inner);
    this.moments = moments;
  }

  /**
   * The optimizer step of one element.
   *
   * @param delta Δ
   * @param moments changed in place
   * @return the change of the element
   */
  protected abstract double step(double delta, double[] moments);

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    RoundPlan inner = super.plan(trainables, round);
    RoundPlan plan = inner;
    for (Map.Entry<String, Double> moment : moments.entrySet()) {
      Map<String, long[]> shapes = new TreeMap<>();
      inner
          .of(Role.TRAVELS)
          .forEach((name, shape) -> shapes.put(named(moment.getKey(), name), shape));
      plan = plan.with(shapes, Role.MEMORY, moment.getValue().floatValue());
    }
    return plan;
  }

  private static String named(String moment, String name) {
    return "server." + moment + "/" + name;
  }

  @Override
  public List<Unit> units(RoundPlan plan) {
    List<Unit> units = new ArrayList<>();
    for (Unit unit : super.units(plan)) {
      String name = unit.updates().get(0);
      if (!plan.says(name, role -> role == Role.TRAVELS)) {
        units.add(unit);
        continue;
      }
      List<String> server = new ArrayList<>(List.of(name));
      moments.keySet().forEach(moment -> server.add(named(moment, name)));
      units.add(unit.withServer(server));
    }
    return units;
  }

  @Override
  public Map<String, HostTensor> merge(Unit unit, Merge merge) {
    String name = unit.updates().get(0);
    if (!unit.server().contains(name)) {
      return super.merge(unit, merge);
    }
    HostTensor before = merge.server().get(name);
    double[] w = Elements.of(before);
    double[] mean = WeightedMean.sum(name, merge.contributions());
    double[][] memory = new double[moments.size()][];
    for (int m = 0; m < memory.length; m++) {
      memory[m] = Elements.of(merge.server().get(unit.server().get(m + 1)));
    }
    double[] one = new double[memory.length];
    for (int i = 0; i < w.length; i++) {
      for (int m = 0; m < one.length; m++) {
        one[m] = memory[m][i];
      }
      w[i] += step(mean[i] - w[i], one);
      for (int m = 0; m < one.length; m++) {
        memory[m][i] = one[m];
      }
    }
    Map<String, HostTensor> merged = new TreeMap<>();
    merged.put(name, Elements.tensor(w, before.dtype(), before.shape()));
    for (int m = 0; m < memory.length; m++) {
      merged.put(
          unit.server().get(m + 1), Elements.tensor(memory[m], before.dtype(), before.shape()));
    }
    return merged;
  }
}
