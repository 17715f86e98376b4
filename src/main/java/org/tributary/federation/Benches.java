package org.tributary.federation;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The benches of a JVM, by what they are made for: those that are in use and the last one that was,
 * so that the next task finds it ready. These are the one static, mutable thing.
 *
 * @param <B> a kind of bench
 */
final class Benches<B> {
  /** Makes a bench where there is none. */
  interface Maker<B> {
    B make() throws IOException;
  }

  private static final class Place<B> {
    private final B bench;
    private int users;

    Place(B bench) {
      this.bench = bench;
    }
  }

  private final Consumer<B> drop;
  private final Map<String, Place<B>> places = new HashMap<>();

  /**
   * None yet.
   *
   * @param drop closes what a bench that nobody uses has opened
   */
  Benches(Consumer<B> drop) {
    this.drop = drop;
  }

  /** Takes a place at a bench, to be given back; one that must be made takes that of the unused. */
  synchronized B take(String key, Maker<B> maker) throws IOException {
    Place<B> place = places.get(key);
    if (place == null) {
      clear();
      place = new Place<>(maker.make());
      places.put(key, place);
    }
    place.users++;
    return place.bench;
  }

  /** Gives a place back. */
  synchronized void giveBack(B bench) {
    places.values().stream().filter(p -> p.bench == bench).forEach(p -> p.users--);
  }

  /** Drops every bench that nobody uses. */
  synchronized void clear() {
    places
        .values()
        .removeIf(
            place -> {
              if (place.users > 0) {
                return false;
              }
              drop.accept(place.bench);
              return true;
            });
  }
}
