package org.tributary.framework;

import java.util.List;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/** The plan of every framework that trains adapters. */
public final class AdapterPlan {
  private AdapterPlan() {}

  /**
   * The roles of both factors; a new head and weights that are named train and travel.
   *
   * @param framework its name, for the message
   * @param trainables of the run
   * @param a role of every A
   * @param b role of every B
   * @throws WrongInput where the configuration has no adapters
   */
  public static RoundPlan of(String framework, Trainables trainables, Role a, Role b) {
    if (!trainables.adapters()) {
      throw new WrongInput(
          ("framework.lora: %s trains adapters; give framework.lora with rank and targets, such as"
                  + " {rank: 8, alpha: 16, targets: [all-linear]}")
              .formatted(framework));
    }
    return new RoundPlan()
        .with(trainables.a(), a)
        .with(trainables.b(), b)
        .with(trainables.besideAdapters(), Role.TRAVELS);
  }

  /**
   * A unit for each adapted layer, which reads the layer's A and B whole.
   *
   * @param plan of a round in which both come up
   * @return units with the names of A and B, in this order
   */
  public static List<Unit> layers(RoundPlan plan) {
    return plan.parts().keySet().stream()
        .filter(name -> name.endsWith(Adapters.A))
        .map(a -> Unit.whole(List.of(a, Adapters.partner(a))))
        .toList();
  }
}
