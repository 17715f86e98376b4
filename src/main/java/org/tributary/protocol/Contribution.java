package org.tributary.protocol;

import java.util.Map;

/**
 * One client's part in a merge.
 *
 * @param client its id
 * @param weight p_k = n_k / Σ n over the accepted clients, n_k being its training rows
 * @param tensors of the unit, by name
 */
public record Contribution(String client, double weight, Map<String, HostTensor> tensors) {}
