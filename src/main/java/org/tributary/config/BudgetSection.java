package org.tributary.config;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What each run of a comparison may spend: the same for all variants, which get as many rounds as
 * the budget allows. Exactly one of the keys is given.
 *
 * @param steps optimizer steps of all clients over all rounds
 * @param bytes bytes that all clients send and receive over all rounds
 * @param seconds seconds of training, by a timed step
 */
public record BudgetSection(
    @Key(value = "optimizer steps of all clients over all rounds", min = 1, example = "2000")
        Long steps,
    @Key(
            value = "bytes that all clients send and receive over all rounds",
            size = true,
            example = "200m")
        Long bytes,
    @Key(value = "seconds of training over all rounds, by a timed step", above = 0, example = "600")
        Double seconds)
    implements Section {

  /** Exactly one kind of budget. */
  @Override
  public List<String> problems() {
    long given = Stream.of(steps, bytes, seconds).filter(Objects::nonNull).count();
    return given == 1
        ? List.of()
        : List.of(
            "%s; give one of steps, bytes and seconds"
                .formatted(given == 0 ? "is empty" : "has " + given + " kinds of budget"));
  }

  /** The kind of the budget. */
  public String kind() {
    return steps != null ? "steps" : bytes != null ? "bytes" : "seconds";
  }

  /** How much there is of its kind. */
  public double amount() {
    return steps != null ? steps : bytes != null ? bytes : seconds;
  }
}
