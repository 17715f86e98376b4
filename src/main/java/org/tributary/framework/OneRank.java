package org.tributary.framework;

import java.util.List;
import org.tributary.config.Section;
import org.tributary.config.UnreadKey;

/**
 * The settings of frameworks that have no keys and whose clients all have adapters of the same
 * rank.
 */
public record OneRank() implements Section {
  /** Says that {@code framework.lora.ranks} is not read, because all clients have the same rank. */
  static final UnreadKey RANKS =
      new UnreadKey("lora.ranks", "name", "all clients have one rank; flexlora and flora read it");

  @Override
  public List<UnreadKey> unread() {
    return List.of(RANKS);
  }
}
