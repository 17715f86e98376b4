package org.tributary.protocol;

import java.util.List;
import java.util.Map;

/**
 * The input of the merge of one unit.
 *
 * @param round counted from 0
 * @param population number of all clients of the run, sampled in this round or not
 * @param server the unit's tensors of the global state before this round, by name
 * @param contributions of the accepted clients, in the order of their ids
 */
public record Merge(
    int round, int population, Map<String, HostTensor> server, List<Contribution> contributions) {}
