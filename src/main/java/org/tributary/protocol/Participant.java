package org.tributary.protocol;

/**
 * A client in a round, as a framework sees it.
 *
 * @param id of the client
 * @param round counted from 0
 * @param rank r of its adapters; 0 without adapters
 * @param plan of the round, in this client's shapes
 * @param seed of this client in this round
 */
public record Participant(String id, int round, int rank, RoundPlan plan, long seed) {}
