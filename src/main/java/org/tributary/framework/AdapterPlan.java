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
   * Plans both factors; a new head and the weights that {@code framework.train} names are trained
   * and sent in full.
   *
   * @param framework its name, for the message
   * @param trainables what the run can train
   * @param a the role of every A
   * @param b the role of every B
   * @throws WrongInput if the configuration has no adapters
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
   * One unit for each adapted layer, with the whole A and B of the layer.
   *
   * @param plan of a round in which clients send both
   * @return units with the names of A and B, in this order
   */
  public static List<Unit> layers(RoundPlan plan) {
    return plan.parts().keySet().stream()
        .filter(name -> name.endsWith(Adapters.A))
        .map(a -> Unit.whole(List.of(a, Adapters.partner(a))))
        .toList();
  }
}
