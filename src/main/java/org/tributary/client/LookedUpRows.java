package org.tributary.client;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tributary.batch.Batch;
import org.tributary.batch.Examples;
import org.tributary.batch.TextBatch;
import org.tributary.batch.TrainingBatches;
import org.tributary.model.Model;
import org.tributary.optim.Optimizers;
import org.tributary.protocol.HostTensor;

/**
 * The rows of the token embedding that a client's texts use in a round. Only they have gradients,
 * so only they are trained, as a smaller matrix [u, d] in place of [v, d]. All other rows stay as
 * they are, bit by bit: the caller checks that the optimizer leaves them alone.
 *
 * @param name of the matrix
 * @param rows the used ids, in ascending order [u]
 * @param numbers the place of each id among the used ones [v]; 0 for the others
 */
record LookedUpRows(String name, int[] rows, int[] numbers) {
  /** Rows of text that are read at once. */
  private static final int CHUNK = 64;

  /**
   * Finds the rows if training them alone gives the same as training the matrix.
   *
   * @param model whose token embedding it is
   * @param recipe with the optimizer
   * @param a the client's assignment
   * @param drifting the tensors to whose gradients a constant is added
   * @param draws rows of all batches of the round
   * @param seed of the batches
   * @return null to train the whole matrix: it is also read elsewhere, it does not train, its other
   *     rows would change, or more than half of its rows are used
   */
  static LookedUpRows of(
      Model model, Recipe recipe, Assignment a, Set<String> drifting, long draws, long seed) {
    String name = model.lookedUp();
    HostTensor matrix = name == null || !a.plan().trains(name) ? null : a.start().get(name);
    boolean all =
        matrix == null
            || drifting.contains(name)
            || !model.isExact()
            || recipe.keepOptimizer()
            || !a.optimizerState().isEmpty()
            || !Optimizers.rests(recipe.optimizer(), name, matrix.shape());
    if (all) {
      return null;
    }
    int[] drawn = TrainingBatches.drawn(a.rows().size(), draws, seed);
    Matrix whole = new Matrix(name, Math.toIntExact(matrix.shape()[0]), model.fixedIds());
    return of(whole, a.rows(), drawn);
  }

  /**
   * Reads the texts that a client will train on.
   *
   * @param matrix the token embedding
   * @param texts of the client
   * @param drawn rows of the batches of this round
   * @return null if more than half of the rows are used, or if the rows are not texts
   */
  static LookedUpRows of(Matrix matrix, Examples texts, int... drawn) {
    int vocabulary = matrix.vocabulary();
    BitSet used = new BitSet(vocabulary);
    used.set(0, matrix.fixedIds());
    for (int from = 0; from < drawn.length; from += CHUNK) {
      int[] some = Arrays.copyOfRange(drawn, from, Math.min(drawn.length, from + CHUNK));
      if (!(texts.batch(some) instanceof TextBatch batch)) {
        return null;
      }
      for (long id : batch.ids()) {
        used.set((int) id);
      }
      if (used.cardinality() > vocabulary / 2) {
        return null;
      }
    }
    int[] rows = used.stream().toArray();
    int[] numbers = new int[vocabulary];
    for (int i = 0; i < rows.length; i++) {
      numbers[rows[i]] = i;
    }
    return new LookedUpRows(matrix.name(), rows, numbers);
  }

  /**
   * A token embedding.
   *
   * @param name of the matrix
   * @param vocabulary v
   * @param fixedIds ids below this number keep their numbers: the first rows are taken, too
   */
  record Matrix(String name, int vocabulary, int fixedIds) {}

  /** The tensors with the used rows of the matrix in place of the matrix. */
  Map<String, HostTensor> taken(Map<String, HostTensor> tensors) {
    Map<String, HostTensor> taken = new TreeMap<>(tensors);
    taken.computeIfPresent(name, (n, whole) -> copy(whole, true));
    return taken;
  }

  /** The trained tensors with the whole matrix: the trained rows, all others as at the start. */
  Map<String, HostTensor> put(Map<String, HostTensor> trained, Map<String, HostTensor> start) {
    Map<String, HostTensor> put = new TreeMap<>(trained);
    HostTensor whole = copy(start.get(name), false);
    int width = width(whole);
    ByteBuffer from = trained.get(name).data();
    for (int i = 0; i < rows.length; i++) {
      whole.data().put(rows[i] * width, from, i * width, width);
    }
    put.put(name, whole);
    return put;
  }

  /** The batch with the ids' places among the used ones. */
  Batch renumbered(Batch batch) {
    return ((TextBatch) batch).renumbered(numbers);
  }

  /** A copy of all rows, or of the used ones. */
  private HostTensor copy(HostTensor whole, boolean used) {
    int width = width(whole);
    int count = used ? rows.length : numbers.length;
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
    if (used) {
      for (int i = 0; i < count; i++) {
        bytes.put(i * width, whole.data(), rows[i] * width, width);
      }
    } else {
      bytes.put(0, whole.data(), 0, bytes.capacity());
    }
    return new HostTensor(whole.dtype(), new long[] {count, whole.shape()[1]}, bytes);
  }

  private static int width(HostTensor matrix) {
    return Math.toIntExact(matrix.shape()[1] * matrix.dtype().bytes());
  }
}
