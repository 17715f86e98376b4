package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import org.tributary.protocol.HostTensor;

/**
 * The state of an optimizer at the start of a client's training in a round.
 *
 * @param manager on the device of the state; the state gets a sub-manager of it
 * @param weights to be updated, by name
 * @param remembered an earlier {@link Optimizer#state}, or empty for a fresh start
 * @param weightDecay strength of the decay
 * @param runSeed seed of the run
 * @param seed of this client and round, for stochastic rounding
 */
public record OptimizerStart(
    NDManager manager,
    Map<String, NDArray> weights,
    Map<String, HostTensor> remembered,
    double weightDecay,
    long runSeed,
    long seed) {}
