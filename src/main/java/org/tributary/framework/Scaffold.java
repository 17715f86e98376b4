package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.config.NoSettings;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/**
 * SCAFFOLD (Karimireddy et al. 2020, arXiv 1910.06378) around any framework that averages: control
 * variates correct the drift of every client. A step uses the gradient g + c − c_k. After the last
 * step c_k⁺ = c_k − c + (x − y) / Σ η_t (option II), where x are the weights at the start, y the
 * weights at the end and η_t the learning rates of the steps. The server computes c += (1/N) Σ
 * (c_k⁺ − c_k), where N is the number of all clients of the run, sampled or not.
 *
 * <p>In addition to the tensors of the inner framework, c is sent down and c_k⁺ − c_k is sent up,
 * both with as many numbers as clients send anyway; c_k stays with its client. The formulas are for
 * SGD without momentum and clipping; with AdamW or GaLore the correction is a heuristic.
 */
final class Scaffold extends Decorator {
  static final String NAME = "scaffold";

  Scaffold(Framework inner) {
    super(inner);
  }

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    RoundPlan plan = super.plan(trainables, round);
    Map<String, long[]> travels = plan.of(Role.TRAVELS);
    return plan.with(prefixed(ControlVariates.SERVER, travels), Role.GIVEN)
        .with(prefixed(ControlVariates.CLIENT, travels), Role.OWN)
        .with(prefixed(ControlVariates.CHANGE, travels), Role.SENT);
  }

  private static Map<String, long[]> prefixed(String prefix, Map<String, long[]> shapes) {
    Map<String, long[]> named = new TreeMap<>();
    shapes.forEach((name, shape) -> named.put(prefix + name, shape));
    return named;
  }

  @Override
  public List<Unit> units(RoundPlan plan) {
    List<Unit> units = new ArrayList<>(super.units(plan));
    for (Unit unit : LinearFramework.chunks(plan.of(Role.SENT))) {
      String change = unit.updates().get(0);
      if (change.startsWith(ControlVariates.CHANGE)) {
        String weight = change.substring(ControlVariates.CHANGE.length());
        units.add(unit.withServer(List.of(ControlVariates.SERVER + weight)));
      }
    }
    return units;
  }

  @Override
  public Map<String, HostTensor> merge(Unit unit, Merge merge) {
    String change = unit.updates().get(0);
    if (!change.startsWith(ControlVariates.CHANGE)) {
      return super.merge(unit, merge);
    }
    String name = unit.server().get(0);
    HostTensor before = merge.server().get(name);
    double[] c = Elements.of(before);
    for (Contribution contribution : merge.contributions()) {
      Elements.add(c, 1.0 / merge.population(), contribution.tensors().get(change));
    }
    return Map.of(name, Elements.tensor(c, before.dtype(), before.shape()));
  }

  @Override
  public LocalRule local() {
    return new ControlVariates(super.local());
  }

  /** Registers it under its name. */
  public static final class Provider extends LocalRuleProvider<NoSettings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "control variates that correct the drift of clients",
          "Karimireddy et al. 2020, arXiv 1910.06378",
          NoSettings.class);
    }

    @Override
    public Framework around(Framework inner, NoSettings settings) {
      return new Scaffold(inner);
    }

    @Override
    public boolean needsMean() {
      return true;
    }
  }
}
