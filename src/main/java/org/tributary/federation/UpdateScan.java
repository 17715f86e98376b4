package org.tributary.federation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.checkpoint.Sha256;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.protocol.ChangedRows;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;

/**
 * Checks one client update in one pass over its bytes: names, shapes and types as the plan says,
 * every number finite, and the file's SHA-256.
 */
final class UpdateScan {
  /**
   * The number of bytes that are read, hashed and checked together; they stay in the processor's
   * cache.
   */
  private static final int CHUNK = 1 << 18;

  /** A float32 is not finite if all of these bits are set. */
  private static final int EXPONENT = 0x7F800000;

  private UpdateScan() {}

  /**
   * The result of a scan.
   *
   * @param problem null if the update may be accepted
   * @param sha256 of the file
   */
  record Findings(String problem, String sha256) {}

  /**
   * Scans an update.
   *
   * @param store reaches the file
   * @param file of the update
   * @param plan of the round, in the client's shapes
   * @return the result
   * @throws IOException if the store fails
   */
  static Findings of(Store store, Path file, RoundPlan plan) throws IOException {
    SafeTensorsHeader header;
    long dataStart;
    String problem;
    try (SafeTensors.Reader reader = SafeTensors.open(store, file)) {
      header = reader.header();
      dataStart = reader.dataStart();
      problem = problem(header, plan);
      if (problem == null) {
        problem = wrongRows(reader, plan);
      }
    } catch (WrongInput e) {
      return new Findings(e.getMessage(), store.sha256(file));
    }
    if (problem != null) {
      return new Findings(problem, store.sha256(file));
    }
    Sha256 hash = new Sha256();
    long wrong = -1;
    try (InputStream in = store.open(file)) {
      byte[] head = in.readNBytes(Math.toIntExact(dataStart));
      hash.write(head, 0, head.length);
      byte[] bytes = new byte[CHUNK];
      int[] words = new int[CHUNK / 4];
      for (long at = 0; ; at += bytes.length) {
        int read = in.readNBytes(bytes, 0, bytes.length);
        hash.write(bytes, 0, read);
        if (wrong < 0 && !isFinite(bytes, words, read)) {
          wrong = at + first(words, read / 4);
        }
        if (read < bytes.length) {
          break;
        }
      }
    }
    return new Findings(
        wrong < 0
            ? null
            : "its update has a number in tensor %s that is not finite; lower client.optimizer.lr, in another out"
                .formatted(tensorAt(header, wrong)),
        hash.hex());
  }

  private static String problem(SafeTensorsHeader header, RoundPlan plan) {
    SortedMap<String, long[]> asked = plan.where(Role::goesUp);
    Map<String, SafeTensorsHeader.Entry> found = header.tensors();
    Map<String, long[]> expected = new TreeMap<>();
    asked.forEach(
        (name, shape) -> {
          SafeTensorsHeader.Entry rows = found.get(ChangedRows.rows(name));
          if (rows == null || shape.length != 2) {
            expected.put(name, shape);
          } else {
            long count = HostTensor.elements(rows.shape());
            expected.put(ChangedRows.rows(name), new long[] {count});
            expected.put(ChangedRows.values(name), new long[] {count, shape[1]});
          }
        });
    if (!found.keySet().equals(expected.keySet())) {
      return "its update has other tensors than the plan: %d instead of %d"
          .formatted(found.size(), expected.size());
    }
    for (Map.Entry<String, long[]> tensor : expected.entrySet()) {
      SafeTensorsHeader.Entry entry = found.get(tensor.getKey());
      DType type = asked.containsKey(tensor.getKey()) ? DType.F32 : type(tensor.getKey());
      if (entry.dtype() != type || !Arrays.equals(entry.shape(), tensor.getValue())) {
        return "its update has tensor %s as %s%s, the plan asks for %s%s"
            .formatted(
                tensor.getKey(),
                entry.dtype(),
                Arrays.toString(entry.shape()),
                type,
                Arrays.toString(tensor.getValue()));
      }
    }
    return header.metadata().containsKey(ClientReport.KEY)
        ? null
        : "its update has no report in its header";
  }

  /** The type of a part of a matrix whose changed rows are sent. */
  private static DType type(String name) {
    return name.equals(ChangedRows.rows(ChangedRows.matrix(name))) ? DType.I64 : DType.F32;
  }

  private static String wrongRows(SafeTensors.Reader reader, RoundPlan plan) throws IOException {
    for (Map.Entry<String, long[]> matrix : plan.where(Role::goesUp).entrySet()) {
      String rows = ChangedRows.rows(matrix.getKey());
      if (reader.header().tensors().containsKey(rows)
          && !ChangedRows.areRows(reader.tensor(rows), matrix.getValue()[0])) {
        return "its update has tensor %s, which does not name rows of the matrix in ascending order"
            .formatted(rows);
      }
    }
    return null;
  }

  /** Without a branch for each number, so that the loop is compiled to vector instructions. */
  private static boolean isFinite(byte[] bytes, int[] words, int length) {
    IntBuffer from = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    int count = length / 4;
    from.get(words, 0, count);
    int largest = 0;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, words[i] & EXPONENT);
    }
    return largest != EXPONENT;
  }

  /** The place, in bytes, of the first number that is not finite. */
  private static long first(int[] words, int count) {
    for (int i = 0; i < count; i++) {
      if ((words[i] & EXPONENT) == EXPONENT) {
        return 4L * i;
      }
    }
    throw new IllegalStateException("all are finite");
  }

  private static String tensorAt(SafeTensorsHeader header, long place) {
    return header.tensors().entrySet().stream()
        .filter(t -> t.getValue().begin() <= place)
        .filter(t -> place < t.getValue().begin() + t.getValue().bytes())
        .findFirst()
        .orElseThrow()
        .getKey();
  }
}
