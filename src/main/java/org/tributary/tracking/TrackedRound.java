package org.tributary.tracking;

import java.util.SortedMap;

/**
 * What trackers show of a round.
 *
 * @param round counted from 1; 0 is before training
 * @param millis when it was done, in milliseconds since 1970
 * @param scalars by name, such as {@code test/accuracy}
 */
record TrackedRound(int round, long millis, SortedMap<String, Double> scalars) {}
