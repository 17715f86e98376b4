package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;

/** One pass over an update finds any reason not to merge it, and computes its hash. */
class UpdateScanTest {
  private static final int LARGE = 200_003; // more than three chunks, not a whole number

  @TempDir Path dir;

  private static RoundPlan plan() {
    return new RoundPlan()
        .with(Map.of("a", new long[] {3, 5}, "b", new long[] {LARGE}), Role.TRAVELS)
        .with(Map.of("c", new long[] {2}), Role.SENT)
        .with(Map.of("kept", new long[] {2}), Role.STAYS);
  }

  private static Map<String, HostTensor> update() {
    Map<String, HostTensor> update = new TreeMap<>();
    update.put("a", HostTensor.of(new float[15], 3, 5));
    update.put("b", HostTensor.of(new float[LARGE], LARGE));
    update.put("c", HostTensor.of(new float[] {Float.MAX_VALUE, -Float.MIN_VALUE}, 2));
    return update;
  }

  private UpdateScan.Findings scan(Map<String, HostTensor> update, Map<String, String> metadata)
      throws IOException {
    org.apache.hadoop.fs.Path file = Tiny.hadoop(dir.resolve("update.safetensors"));
    Tiny.STORE.commit(file, SafeTensors.content(update, metadata));
    UpdateScan.Findings found = UpdateScan.of(Tiny.STORE, file, plan());
    assertThat(found.sha256()).isEqualTo(Tiny.STORE.sha256(file));
    return found;
  }

  private UpdateScan.Findings scan(Map<String, HostTensor> update) throws IOException {
    return scan(update, Map.of(ClientReport.KEY, "{}"));
  }

  @Test
  void aWholeUpdateIsTaken() throws IOException {
    assertThat(scan(update()).problem()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"a, 0", "a, 14", "b, 0", "b, 65536", "b, 200002", "c, 1"})
  void aNumberThatIsNotFiniteIsFoundWhereverItIs(String name, int place) throws IOException {
    for (float wrong : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      Map<String, HostTensor> update = update();
      float[] values = update.get(name).toFloats();
      values[place] = wrong;
      update.put(name, HostTensor.of(values, update.get(name).shape()));
      java.nio.file.Files.deleteIfExists(dir.resolve("update.safetensors"));
      assertThat(scan(update).problem()).contains("in tensor " + name + " that is not finite");
    }
  }

  @Test
  void otherTensorsAndShapesAreFound() throws IOException {
    Map<String, HostTensor> update = update();
    update.remove("c");
    assertThat(scan(update).problem()).contains("2 instead of 3");
    java.nio.file.Files.delete(dir.resolve("update.safetensors"));
    update = update();
    update.put("a", HostTensor.of(new float[15], 5, 3));
    assertThat(scan(update).problem()).contains("tensor a as F32[5, 3]", "F32[3, 5]");
  }

  @Test
  void anUpdateHasAReport() throws IOException {
    assertThat(scan(update(), Map.of()).problem()).contains("no report");
  }
}
