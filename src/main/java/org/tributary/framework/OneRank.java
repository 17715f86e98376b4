package org.tributary.framework;

import java.util.List;
import org.tributary.config.Section;
import org.tributary.config.Unread;

/** The settings of frameworks without keys of their own whose clients have adapters of one rank. */
public record OneRank() implements Section {
  /** That clients have no ranks of their own. */
  static final Unread RANKS =
      new Unread("lora.ranks", "name", "all clients have one rank; flexlora and flora read it");

  @Override
  public List<Unread> unread() {
    return List.of(RANKS);
  }
}
