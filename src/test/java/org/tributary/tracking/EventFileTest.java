package org.tributary.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TensorBoard's files, byte by byte and read back. */
class EventFileTest {
  @TempDir Path dir;

  /** TensorFlow's bytes for this event: its version at the time 1 s. */
  @Test
  void aFileBeginsWithItsVersion() {
    byte[] bytes = new EventFile(1000).toBytes();
    String hex = HexFormat.of().formatHex(bytes);
    assertThat(hex)
        .startsWith("1800000000000000a37f4b22") // 24 bytes
        .contains("09000000000000f03f1a0d" + HexFormat.of().formatHex("brain.Event:2".getBytes()));
    assertThat(bytes).hasSize(8 + 4 + 24 + 4);
    assertThat(Events.read(bytes)).hasSize(1);
  }

  @Test
  void scalarsAndTextsAreReadBack() throws Exception {
    EventFile file = new EventFile(1_700_000_000_250L);
    Map<String, Double> scalars =
        new TreeMap<>(Map.of("a", 0.1, "b/c", Double.NaN, "d", 1e300, "e", -2.0));
    file.scalars(300, scalars);
    file.text("t", "ä".repeat(100));
    Files.write(dir.resolve("x"), file.toBytes());
    Events events = Events.in(dir);
    assertThat(events.scalars().keySet()).containsExactly("a", "b/c", "d", "e");
    assertThat(events.scalars().get("a")).isEqualTo(Map.of(300L, 0.1f));
    assertThat(events.scalars().get("b/c").get(300L)).isNaN();
    assertThat(events.scalars().get("d").get(300L)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(events.scalars().get("e").get(300L)).isEqualTo(-2f);
    assertThat(events.times()).containsEntry(300L, 1_700_000_000.25);
    assertThat(events.texts()).containsEntry("t", "ä".repeat(100));
  }
}
