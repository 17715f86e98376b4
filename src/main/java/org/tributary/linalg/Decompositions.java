package org.tributary.linalg;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.tributary.torch.Program;
import org.tributary.torch.ProgramText;
import org.tributary.torch.Torch;

/**
 * Thin QR and singular value decompositions in float64. Small matrices use commons-math3, which
 * needs no engine and no copies out of the heap. Large ones use LAPACK in libtorch on the CPU,
 * which is ten times faster at 128 x 128 and forty times at 1024 x 1024. Both give canonical signs.
 *
 * <p>For bit-equal results of large matrices, {@link Torch#prepareThread} must have been called on
 * the calling thread with the same number of threads.
 */
public final class Decompositions {
  /** The longest side of a small matrix: up to this size both libraries take some milliseconds. */
  public static final int SMALL = 64;

  private Decompositions() {}

  /** Loaded for the first large matrix; it has no state. */
  private static final class Engine {
    static final Program PROGRAM =
        Program.load(ProgramText.of(Decompositions.class, "decompositions.py"), Device.cpu());
  }

  private static boolean isSmall(Matrix m) {
    return Math.max(m.rows(), m.columns()) <= SMALL;
  }

  /**
   * Thin QR.
   *
   * @param m [m, n] with m ≥ n, finite
   * @return Q [m, n], R [n, n]
   */
  public static Qr qr(Matrix m) {
    if (m.rows() < m.columns()) {
      throw new IllegalArgumentException("a thin QR needs m >= n, not " + m);
    }
    return isSmall(m) ? smallQr(m) : largeQr(m);
  }

  /**
   * Thin SVD.
   *
   * @param m [m, n], finite
   * @return min(m, n) singular values and their vectors
   */
  public static Svd svd(Matrix m) {
    return isSmall(m) ? smallSvd(m) : largeSvd(m);
  }

  static Qr smallQr(Matrix m) {
    QRDecomposition qr = new QRDecomposition(real(m));
    Matrix q = matrix(qr.getQ(), m.rows(), m.columns());
    return Qr.canonical(q, matrix(qr.getR(), m.columns(), m.columns()));
  }

  static Svd smallSvd(Matrix m) {
    SingularValueDecomposition svd = new SingularValueDecomposition(real(m));
    int q = Math.min(m.rows(), m.columns());
    return Svd.canonical(
        matrix(svd.getU(), m.rows(), q),
        svd.getSingularValues(),
        matrix(svd.getV(), m.columns(), q));
  }

  static Qr largeQr(Matrix m) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      Map<String, NDArray> qr = Engine.PROGRAM.infer(manager, "qr", List.of(array(manager, m)));
      return Qr.canonical(matrix(qr.get("q")), matrix(qr.get("r")));
    }
  }

  static Svd largeSvd(Matrix m) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      Map<String, NDArray> svd = Engine.PROGRAM.infer(manager, "svd", List.of(array(manager, m)));
      return Svd.canonical(matrix(svd.get("u")), doubles(svd.get("s")), matrix(svd.get("v")));
    }
  }

  private static RealMatrix real(Matrix m) {
    Array2DRowRealMatrix real = new Array2DRowRealMatrix(m.rows(), m.columns());
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < m.columns(); j++) {
        real.setEntry(i, j, m.at(i, j));
      }
    }
    return real;
  }

  private static Matrix matrix(RealMatrix real, int rows, int columns) {
    Matrix m = Matrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        m.values()[i * columns + j] = real.getEntry(i, j);
      }
    }
    return m;
  }

  private static NDArray array(NDManager manager, Matrix m) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.multiplyExact(m.values().length, Double.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(m.values());
    return Torch.view(manager, bytes, DataType.FLOAT64, m.rows(), m.columns());
  }

  static Matrix matrix(NDArray array) {
    return new Matrix((int) array.getShape().get(0), (int) array.getShape().get(1), doubles(array));
  }

  static double[] doubles(NDArray array) {
    double[] values = new double[Math.toIntExact(array.size())];
    Torch.bytes(array).asDoubleBuffer().get(values);
    return values;
  }
}
