package org.tributary.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tributary.config.FrameworkSection;
import org.tributary.config.NoSettings;
import org.tributary.error.WrongInput;
import org.tributary.framework.Frameworks;
import org.tributary.framework.OneRank;
import org.tributary.protocol.Adapters;

class RanksTest {
  private static final List<String> CLIENTS = List.of("a", "b", "c");

  private static Ranks ranks(String framework, List<Integer> ranks) {
    FrameworkSection.Lora lora =
        new FrameworkSection.Lora(4, 8, List.of("query"), false, ranks, null);
    Record settings = framework.equals("fedit") ? new OneRank() : new NoSettings();
    FrameworkSection section =
        new FrameworkSection(framework, List.of(), lora, "rows", null, null, settings);
    Adapters adapters = new Adapters(4, 8, false);
    return Ranks.of(section, adapters, Frameworks.of(section, adapters), CLIENTS);
  }

  @Test
  void clientsTakeTheRanksInTurn() {
    Ranks ranks = ranks("flexlora", List.of(1, 4));
    assertThat(CLIENTS).map(ranks::of).containsExactly(1, 4, 1);
    assertThat(CLIENTS).map(ranks::scaling).containsExactly(8.0, 2.0, 8.0);
  }

  @Test
  void withoutRanksAllHaveTheGlobalOne() {
    assertThat(CLIENTS).map(ranks("fedit", List.of())::of).containsExactly(4, 4, 4);
  }

  /** The settings of a user's framework need not declare that it does not read the key. */
  @Test
  void aFrameworkWithOneRankForAllRefusesThem() {
    assertThatThrownBy(() -> ranks("fedit", List.of(1, 4)))
        .isInstanceOf(WrongInput.class)
        .hasMessage(
            "framework.lora.ranks: fedit gives all clients one rank; remove ranks, or use flexlora or flora");
  }
}
