package org.tributary.framework;

import java.util.List;
import org.tributary.config.NameList;
import org.tributary.config.Section;
import org.tributary.config.UnreadKey;

/**
 * The settings of frameworks that have no keys and whose clients all have adapters of the same
 * rank.
 */
public record OneRank() implements Section {
  /**
   * Says that {@code framework.lora.ranks} is not read, because all clients have the same rank.
   *
   * @return the key; its reason names the frameworks that read it
   */
  public static UnreadKey ranks() {
    return new UnreadKey(
        "lora.ranks",
        "name",
        () ->
            "all clients have one rank; %s read it"
                .formatted(NameList.of(Frameworks.takingRanks(), "and")));
  }

  @Override
  public List<UnreadKey> unread() {
    return List.of(ranks());
  }
}
