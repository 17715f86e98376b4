package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.error.WrongInput;
import org.tributary.run.Blueprint;

/** If a method and an option do not fit, they are refused with the reason before anything runs. */
class MethodOptionsTest {
  @TempDir static Path dir;
  private static Tiny tiny;

  @BeforeAll
  static void make() throws Exception {
    tiny = new Tiny(dir, 5, 7, 9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rolora | client.keepOptimizer=true | rolora trains other tensors in round 2 than before",
        "flora | client.keepOptimizer=true | flora begins with new adapters in every round",
        "flora | framework.lora.start=/nowhere | flora begins with new adapters in every round and does not read it",
        "flora | framework.server={name: fedadam, lr: 1} | works on the mean of the clients' tensors, which flora does not take",
        "flexlora | framework.server={name: fedavgm, lr: 1} | which flexlora does not take; remove server",
        "flexlora | framework.local={name: scaffold} | which flexlora does not take; remove local",
        "central | framework.server={name: fedavgm, lr: 1} | which central does not take; remove server",
        "local | framework.server={name: fedavgm, lr: 1} | which local does not take; remove server",
        "local | framework.local={name: scaffold} | which local does not take; remove local",
        "fedit | framework.local={name: fedprox} | framework.local.mu: missing; add this key: factor mu of the term, such as 0.01",
        "fedit | framework.server={name: adam, lr: 1} | fedadam",
        "fedit | framework.local={name: prox} | fedprox",
      })
  void areRefused(String framework, String set, String reason) {
    List<String> sets = new ArrayList<>(Arrays.asList(Tiny.LORA));
    sets.add(set);
    assertThatThrownBy(
            () ->
                new Blueprint(Tiny.STORE, tiny.config("x", framework, sets.toArray(String[]::new))))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(reason);
  }
}
