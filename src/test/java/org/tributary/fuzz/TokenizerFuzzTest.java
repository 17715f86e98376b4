package org.tributary.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.Slow;

/**
 * Malformed tokenizers, each opened and used in another JVM: one that ends that JVM or takes too
 * long is reported by name.
 */
@Slow
class TokenizerFuzzTest {
  @TempDir Path dir;

  @Test
  void tokenizersAreTakenOrRefused() throws Exception {
    List<MalformedInput> inputs = MalformedInputs.tokenizers();
    Path folder = Files.createDirectories(dir.resolve("files"));
    for (int i = 0; i < inputs.size(); i++) {
      Files.write(folder.resolve("%04d.json".formatted(i)), inputs.get(i).content());
    }
    Map<String, String> outcomes = new TokenizerJvm(dir, folder).outcomes();
    assertThat(outcomes).hasSize(inputs.size());
    List<String> faults = new ArrayList<>();
    outcomes.forEach(
        (name, outcome) -> {
          if (!outcome.startsWith("TAKEN") && !outcome.startsWith("REFUSED")) {
            faults.add(inputs.get(Integer.parseInt(name.substring(0, 4))) + " -> " + outcome);
          }
        });
    assertThat(faults).isEmpty();
    assertThat(outcomes.values()).anyMatch(o -> o.startsWith("TAKEN"));
    assertThat(outcomes.values()).anyMatch(o -> o.startsWith("REFUSED"));
  }

  /** A death is detected, and the files after it are still tried. */
  @Test
  void aDeathIsSeen() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("deaths"));
    Files.copy(GoldenCases.of("gpt2/tokenizer.json"), folder.resolve("0-good.json"));
    Files.writeString(folder.resolve("1-halt.json"), TokenizerChild.HALT);
    Files.writeString(folder.resolve("2-bad.json"), "{");
    Map<String, String> outcomes = new TokenizerJvm(dir, folder).outcomes();
    assertThat(outcomes.get("0-good.json")).startsWith("TAKEN");
    assertThat(outcomes.get("1-halt.json")).startsWith("DIED with 77");
    assertThat(outcomes.get("2-bad.json")).startsWith("REFUSED");
  }
}
