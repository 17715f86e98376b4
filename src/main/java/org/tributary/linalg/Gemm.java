package org.tributary.linalg;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Matrix products with ND4J: OpenBLAS, or cuBLAS in a build with profile {@code cuda}.
 *
 * <p>The order in which OpenBLAS adds depends on the number of threads and on the part of the
 * matrix that it gets. So it always has one thread here, and a product that must be bit-equal is
 * never split. Instead, different matrices are merged in parallel.
 */
public final class Gemm {
  private static final String MEMORY_BOUND = "org.bytedeco.javacpp.maxphysicalbytes";

  static {
    // JavaCPP would count the mapped base model of libtorch as its own memory and refuse to
    // allocate.
    if (System.getProperty(MEMORY_BOUND) == null) {
      System.setProperty(MEMORY_BOUND, "0");
    }
    load();
  }

  private Gemm() {}

  /**
   * Loads ND4J in a thread of its own. Loading sets the number of OpenMP threads of the thread that
   * does it, which libtorch shares. Its later sums in that thread would be split, with other bits.
   */
  private static void load() {
    Thread loading = new Loading();
    loading.start();
    boolean isInterrupted = false;
    while (loading.isAlive()) {
      try {
        loading.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A class of its own: this one waits for it in its static initializer. */
  private static final class Loading extends Thread {
    Loading() {
      super("nd4j-loading");
    }

    @Override
    public void run() {
      Nd4j.factory().blas().setMaxThreads(1);
      Nd4j.getMemoryManager().togglePeriodicGc(false); // arrays are closed by hand
    }
  }

  /**
   * A B.
   *
   * @param a [m, k]
   * @param b [k, n]
   * @return [m, n]
   */
  public static Matrix product(Matrix a, Matrix b) {
    return product(a, false, b, false);
  }

  /**
   * A B; each of them may be transposed.
   *
   * @param a [m, k], transposed [k, m]
   * @param transposeA whether to use Aᵀ
   * @param b [k, n], transposed [n, k]
   * @param transposeB whether to use Bᵀ
   * @return [m, n]
   */
  public static Matrix product(Matrix a, boolean transposeA, Matrix b, boolean transposeB) {
    int m = transposeA ? a.columns() : a.rows();
    int n = transposeB ? b.rows() : b.columns();
    checkInner(transposeA ? a.rows() : a.columns(), transposeB ? b.columns() : b.rows());
    try (INDArray x = array(a);
        INDArray y = array(b);
        INDArray xy = Nd4j.gemm(x, y, transposeA, transposeB)) {
      return new Matrix(m, n, doubles(xy));
    }
  }

  /**
   * A B in float32.
   *
   * @param m rows of A
   * @param n columns of B
   * @param a [m, k], row-major
   * @param b [k, n], row-major
   * @return [m, n], row-major
   */
  public static float[] product(int m, int n, float[] a, float[] b) {
    int k = a.length / m;
    checkInner((long) k * m, a.length);
    checkInner((long) k * n, b.length);
    try (INDArray x = Nd4j.create(a, new long[] {m, k}, 'c');
        INDArray y = Nd4j.create(b, new long[] {k, n}, 'c');
        INDArray xy = Nd4j.gemm(x, y, false, false);
        INDArray rows = xy.dup('c')) {
      return rows.data().asFloat();
    }
  }

  /** A sum of products in one matrix; the terms are not kept. */
  public static final class Sum implements AutoCloseable {
    private final int rows;
    private final int columns;
    private final INDArray sum;

    /**
     * Creates a sum that is zero.
     *
     * @param rows m
     * @param columns n
     */
    public Sum(int rows, int columns) {
      this.rows = rows;
      this.columns = columns;
      sum = Nd4j.create(DataType.DOUBLE, new long[] {rows, columns}, 'f');
    }

    /**
     * Adds w A B.
     *
     * @param weight w
     * @param a [m, k]
     * @param b [k, n]
     */
    public void add(double weight, Matrix a, Matrix b) {
      checkInner(a.columns(), b.rows());
      checkInner(rows, a.rows());
      checkInner(columns, b.columns());
      try (INDArray x = array(a);
          INDArray y = array(b)) {
        Nd4j.gemm(x, y, sum, false, false, weight, 1);
      }
    }

    /**
     * The sum so far.
     *
     * @return a copy [m, n]
     */
    public Matrix matrix() {
      return new Matrix(rows, columns, doubles(sum));
    }

    @Override
    public void close() {
      sum.close();
    }
  }

  private static void checkInner(long a, long b) {
    if (a != b) {
      throw new IllegalArgumentException("%d against %d: shapes do not fit".formatted(a, b));
    }
  }

  private static INDArray array(Matrix m) {
    return Nd4j.create(m.values(), new long[] {m.rows(), m.columns()}, 'c');
  }

  private static double[] doubles(INDArray array) {
    try (INDArray rows = array.dup('c')) {
      return rows.data().asDouble();
    }
  }
}
