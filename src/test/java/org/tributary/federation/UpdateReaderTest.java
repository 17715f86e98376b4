package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.protocol.ChangedRows;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Unit;
import org.tributary.run.GlobalState;
import org.tributary.run.RunFolder;

/**
 * A matrix that is sent as its changed rows is read as the whole matrix of the client, bit by bit.
 */
class UpdateReaderTest {
  private static final int ROWS = 23;
  private static final int WIDTH = 7;
  private static final RoundPlan PLAN =
      new RoundPlan().with(Map.of("e", new long[] {ROWS, WIDTH}), Role.TRAVELS);

  @TempDir Path dir;

  private static HostTensor random(SplittableRandom random) {
    float[] values = new float[ROWS * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return HostTensor.of(values, ROWS, WIDTH);
  }

  /** The same matrix, with other numbers in some rows. */
  private static HostTensor changed(HostTensor before, SplittableRandom random, int... rows) {
    float[] values = before.toFloats();
    for (int row : rows) {
      values[row * WIDTH + random.nextInt(WIDTH)] += 1;
    }
    return HostTensor.of(values, ROWS, WIDTH);
  }

  private org.apache.hadoop.fs.Path written(String name, Map<String, HostTensor> tensors)
      throws IOException {
    org.apache.hadoop.fs.Path file = Tiny.hadoop(dir.resolve(name));
    Tiny.STORE.commit(file, SafeTensors.content(tensors, Map.of(ClientReport.KEY, "{}")));
    return file;
  }

  private static float[] read(UpdateReader reader, long from, long to) throws IOException {
    return reader.tensor("e", Unit.chunk("e", from, to)).toFloats();
  }

  @Test
  void everyRangeIsThatOfTheWholeMatrix() throws IOException {
    RunFolder folder = new RunFolder(Tiny.hadoop(dir));
    SplittableRandom random = new SplittableRandom(3);
    HostTensor before = random(random);
    written(folder.start().getName(), Map.of("e", before));
    int[][] choices = {{0}, {ROWS - 1}, {0, 1, 2}, {3, 9, 10, 17}, {0, 11, ROWS - 1}};
    for (int[] rows : choices) {
      HostTensor after = changed(before, random, rows);
      Map<String, HostTensor> sent = ChangedRows.sent("e", before, before, after);
      assertThat(sent).containsOnlyKeys(ChangedRows.rows("e"), ChangedRows.values("e"));
      assertThat(ChangedRows.indices(sent.get(ChangedRows.rows("e")))).hasSize(rows.length);
      org.apache.hadoop.fs.Path file = written("update-%d".formatted(rows.length), sent);
      assertThat(UpdateScan.of(Tiny.STORE, file, PLAN).problem()).isNull();
      float[] expected = after.toFloats();
      try (GlobalState state = GlobalState.open(Tiny.STORE, folder, PLAN, 0);
          UpdateReader reader = new UpdateReader(Tiny.STORE, file, state)) {
        assertThat(reader.tensor("e", Unit.whole(List.of("e")))).isEqualTo(after);
        for (int from = 0; from < expected.length; from++) {
          for (int to = from + 1; to <= expected.length; to += 5) {
            assertThat(read(reader, from, to)).isEqualTo(Arrays.copyOfRange(expected, from, to));
          }
        }
      }
      Tiny.STORE.delete(file);
    }
  }

  @Test
  void aTensorIsSentWholeIfThatIsNotMoreBytes() {
    SplittableRandom random = new SplittableRandom(5);
    HostTensor before = random(random);
    int[] most = IntStream.range(0, ROWS - 4).toArray();
    HostTensor after = changed(before, random, most);
    assertThat(ChangedRows.sent("e", before, before, after)).containsExactly(Map.entry("e", after));
    HostTensor other = changed(before, random, 1);
    assertThat(ChangedRows.sent("e", other, before, changed(before, random, 2))).hasSize(1);
    assertThat(ChangedRows.sent("e", null, before, after)).containsExactly(Map.entry("e", after));
    assertThat(ChangedRows.sent("e", before, before, before))
        .containsExactly(Map.entry("e", before));
    HostTensor vector = HostTensor.of(new float[] {1, 2}, 2);
    assertThat(ChangedRows.sent("b", vector, vector, vector))
        .containsExactly(Map.entry("b", vector));
  }

  @Test
  void rowsThatAreNotOnesOfTheMatrixAreAProblem() throws IOException {
    HostTensor values = HostTensor.of(new float[2 * WIDTH], 2, WIDTH);
    long[][] wrong = {{3, 3}, {4, 1}, {0, ROWS}, {-1, 2}};
    for (long[] rows : wrong) {
      org.apache.hadoop.fs.Path file =
          written(
              "wrong-%d-%d".formatted(rows[0], rows[1]),
              Map.of(ChangedRows.rows("e"), longs(rows), ChangedRows.values("e"), values));
      assertThat(UpdateScan.of(Tiny.STORE, file, PLAN).problem())
          .contains("e.changed_rows", "ascending");
    }
    Map<String, HostTensor> other = new TreeMap<>();
    other.put(ChangedRows.rows("e"), longs(1, 2, 3));
    other.put(ChangedRows.values("e"), values);
    assertThat(UpdateScan.of(Tiny.STORE, written("other", other), PLAN).problem())
        .contains("e.changed_values", "[2, 7]", "[3, 7]");
    other.remove(ChangedRows.values("e"));
    assertThat(UpdateScan.of(Tiny.STORE, written("fewer", other), PLAN).problem())
        .contains("other tensors than the plan");
  }

  private static HostTensor longs(long... values) {
    java.nio.ByteBuffer bytes =
        ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    return new HostTensor(DType.I64, new long[] {values.length}, bytes.flip());
  }
}
