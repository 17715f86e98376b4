package org.tributary.client;

import java.util.Map;
import java.util.Set;
import org.tributary.batch.Examples;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.RoundPlan;

/**
 * The work of one client in one round.
 *
 * @param client id
 * @param round counted from 0
 * @param rows its training rows
 * @param plan the role of each tensor
 * @param model names of the tensors that are part of the model; the others belong to a local rule
 * @param start tensors of the plan at the start of the round: those from the server and its own
 * @param optimizerState the optimizer's state from earlier rounds; empty for a new one
 */
public record Assignment(
    String client,
    int round,
    Examples rows,
    RoundPlan plan,
    Set<String> model,
    Map<String, HostTensor> start,
    Map<String, HostTensor> optimizerState) {
  /**
   * An assignment whose tensors are all part of the model.
   *
   * @param client id
   * @param round counted from 0
   * @param rows its training rows
   * @param plan the role of each tensor
   * @param start see the record
   * @param optimizerState see the record
   */
  public Assignment(
      String client,
      int round,
      Examples rows,
      RoundPlan plan,
      Map<String, HostTensor> start,
      Map<String, HostTensor> optimizerState) {
    this(client, round, rows, plan, plan.parts().keySet(), start, optimizerState);
  }
}
