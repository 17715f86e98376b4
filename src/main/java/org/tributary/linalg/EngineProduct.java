package org.tributary.linalg;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tributary.torch.Program;
import org.tributary.torch.ProgramText;
import org.tributary.torch.Torch;

/**
 * M = L Rᵀ [m, n] in float64 in libtorch's memory on the CPU: L = [w_1 B_1, …] [m, w] and Rᵀ =
 * [A_1; …] [w, n], or M itself. Programs work on it without copies out of the Java heap. The bits
 * depend on the threads inside an operator; see {@link Torch#prepareThread}.
 */
final class EngineProduct implements AutoCloseable {
  /** Loaded for the first product; it has no state. */
  private static final class Engine {
    static final Program PROGRAM =
        Program.load(ProgramText.of(EngineProduct.class, "products.py"), Device.cpu());
  }

  private final NDManager manager;
  private final NDArray left;
  private final NDArray right;

  private EngineProduct(NDManager manager, NDArray left, NDArray right) {
    this.manager = manager;
    this.left = left;
    this.right = right;
  }

  /**
   * Copies factors into the engine, term by term through one buffer.
   *
   * @param terms with the same m and n
   * @param width Σ r_k, or more for columns of zeros
   * @return the sum of the terms, to be closed
   */
  static EngineProduct of(List<LowRank.Term> terms, int width) {
    int m = terms.get(0).b().rows();
    int n = terms.get(0).a().columns();
    NDManager manager = Torch.manager(Device.cpu());
    NDArray left = manager.zeros(new Shape(m, width), DataType.FLOAT64);
    NDArray right = manager.zeros(new Shape(width, n), DataType.FLOAT64);
    EngineProduct product = new EngineProduct(manager, left, right);
    int widest = terms.stream().mapToInt(t -> t.a().rows()).max().orElseThrow();
    ByteBuffer bytesB = buffer(Math.multiplyExact(m, widest));
    ByteBuffer bytesA = buffer(Math.multiplyExact(n, widest));
    int at = 0;
    for (LowRank.Term term : terms) {
      try (NDManager scratch = manager.newSubManager()) {
        NDArray b = view(scratch, bytesB, term.b());
        NDArray a = view(scratch, bytesA, term.a());
        NDArray weight = scratch.create(new double[] {term.weight()});
        run(scratch, "place", left, right, b, a, weight, scratch.create(new int[] {at}));
      }
      at += term.a().rows();
    }
    return product;
  }

  /**
   * Copies M itself into the engine.
   *
   * @param m [m, n]
   * @return M, to be closed
   */
  static EngineProduct of(Matrix m) {
    NDManager manager = Torch.manager(Device.cpu());
    NDArray left = view(manager, buffer(m.values().length), m);
    return new EngineProduct(manager, left, manager.create(new double[1]));
  }

  /** The sides m and n. */
  int[] sides() {
    boolean isDense = right.getShape().dimension() == 1;
    return new int[] {
      (int) left.getShape().get(0), (int) (isDense ? left : right).getShape().get(1)
    };
  }

  /**
   * Mᵀ, without a copy.
   *
   * @return a product over the same memory, which closes with this one
   */
  EngineProduct transposed() {
    return right.getShape().dimension() == 1
        ? new EngineProduct(manager, left.transpose(), right)
        : new EngineProduct(manager, right.transpose(), left.transpose());
  }

  /**
   * The exact decomposition, by thin QRs of L and R and the SVD of R_L R_Rᵀ.
   *
   * @param rank to keep, at most w; w at most min(m, n)
   * @return the largest singular values and their vectors
   */
  Svd exact(int rank) {
    try (NDManager scratch = manager.newSubManager()) {
      return svd(run(scratch, "exact", left, right, scratch.create(new int[] {rank})));
    }
  }

  /** The manager of the factors: sub-managers of it own the results of programs. */
  NDManager manager() {
    return manager;
  }

  /**
   * Runs a method of the program on the factors.
   *
   * @param scratch owns the results
   * @param method its name
   * @param arguments after the factors
   * @return tensors by name
   */
  Map<String, NDArray> on(NDManager scratch, String method, NDArray... arguments) {
    List<NDArray> all = new ArrayList<>(List.of(left, right));
    all.addAll(Arrays.asList(arguments));
    return run(scratch, method, all.toArray(NDArray[]::new));
  }

  /** Runs a method of the program. */
  static Map<String, NDArray> run(NDManager scratch, String method, NDArray... arguments) {
    return Engine.PROGRAM.infer(scratch, method, List.of(arguments));
  }

  /** Reads a decomposition from the results u, s and v. */
  static Svd svd(Map<String, NDArray> result) {
    return Svd.canonical(
        Decompositions.matrix(result.get("u")),
        Decompositions.doubles(result.get("s")),
        Decompositions.matrix(result.get("v")));
  }

  private static ByteBuffer buffer(int elements) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(elements, Double.BYTES))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static NDArray view(NDManager manager, ByteBuffer bytes, Matrix m) {
    bytes.asDoubleBuffer().put(m.values());
    ByteBuffer used = bytes.slice(0, m.values().length * Double.BYTES);
    return Torch.view(manager, used, DataType.FLOAT64, m.rows(), m.columns());
  }

  @Override
  public void close() {
    manager.close();
  }
}
