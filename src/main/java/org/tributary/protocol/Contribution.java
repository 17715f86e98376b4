package org.tributary.protocol;

import java.util.Map;

/**
 * One client's update in a merge.
 *
 * @param client its id
 * @param weight p_k of this client, as {@code Framework.weights} gives it
 * @param tensors of the unit, by name
 */
public record Contribution(String client, double weight, Map<String, HostTensor> tensors) {}
