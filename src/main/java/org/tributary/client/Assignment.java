package org.tributary.client;

import java.util.Map;
import org.tributary.data.Examples;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.TrainPlan;

/**
 * What one client is to do in one round.
 *
 * @param client id
 * @param round counted from 0
 * @param rows its training rows
 * @param plan what trains, travels and stays
 * @param start every tensor of the plan at the start of the round: global, fixed and its own
 * @param optimizerState what its optimizer remembers of earlier rounds; empty for a fresh one
 */
public record Assignment(
    String client,
    int round,
    Examples rows,
    TrainPlan plan,
    Map<String, HostTensor> start,
    Map<String, HostTensor> optimizerState) {}
