package org.tributary.analysis;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.mllib.linalg.SingularValueDecomposition;
import org.apache.spark.mllib.linalg.Vector;
import org.apache.spark.mllib.linalg.Vectors;
import org.apache.spark.mllib.linalg.distributed.RowMatrix;
import org.apache.spark.storage.StorageLevel;
import org.tributary.linalg.Matrix;
import org.tributary.linalg.Svd;

/**
 * The difference of two weights that is too large for one task: its rows are spread over tasks, as
 * MLlib's {@link RowMatrix}, which finds the largest singular values by ARPACK. The Frobenius norm
 * is exact.
 */
final class SpreadChange implements Change, AutoCloseable {
  /** Numbers of a block of rows, 8 MiB. */
  private static final int BLOCK = 1 << 20;

  private final JavaRDD<Vector> vectors;
  private final int stored;
  private final int width;
  private final boolean transposed;

  /**
   * A difference.
   *
   * @param spark whose executors share the rows
   * @param one the weight
   * @param other is subtracted from it
   * @param shape of the weight as it is stored
   * @param transposed whether it is stored as [in, out]
   */
  SpreadChange(
      JavaSparkContext spark, WeightRows one, WeightRows other, long[] shape, boolean transposed) {
    stored = Math.toIntExact(shape[0]);
    width = Math.toIntExact(shape[1]);
    this.transposed = transposed;
    int rows = Math.max(1, BLOCK / width);
    List<Block> blocks = new ArrayList<>();
    for (int from = 0; from < stored; from += rows) {
      blocks.add(new Block(from, Math.min(stored, from + rows)));
    }
    vectors =
        spark
            .parallelize(blocks, blocks.size())
            .flatMap(block -> vectors(one, other, block))
            .persist(StorageLevel.MEMORY_AND_DISK());
  }

  /** Neighbouring rows. */
  private record Block(int from, int to) implements Serializable {}

  private static Iterator<Vector> vectors(WeightRows one, WeightRows other, Block block)
      throws IOException {
    Matrix a = one.rows(block.from(), block.to());
    Matrix b = other.rows(block.from(), block.to());
    List<Vector> rows = new ArrayList<>();
    for (int i = 0; i < a.rows(); i++) {
      double[] row = new double[a.columns()];
      for (int j = 0; j < row.length; j++) {
        row[j] = a.at(i, j) - b.at(i, j);
      }
      rows.add(Vectors.dense(row));
    }
    return rows.iterator();
  }

  @Override
  public int rows() {
    return transposed ? width : stored;
  }

  @Override
  public int columns() {
    return transposed ? stored : width;
  }

  /** The Frobenius norm; the squares of the rows are added in their order. */
  double norm() {
    double squares = 0;
    for (double row : vectors.map(v -> Vectors.norm(v, 2)).collect()) {
      squares += row * row;
    }
    return Math.sqrt(squares);
  }

  @Override
  public Decomposition decomposed(int values, int dimensions) {
    double norm = norm();
    if (norm == 0) {
      return new Decomposition(0, new double[1], true, null, null);
    }
    int k = Math.min(Math.max(values, dimensions), Math.min(stored, width));
    SingularValueDecomposition<RowMatrix, org.apache.spark.mllib.linalg.Matrix> svd =
        new RowMatrix(vectors.rdd()).computeSVD(k, true, 0);
    double[] s = svd.s().toArray();
    Matrix u = left(svd.U(), s.length);
    Matrix v = new Matrix(s.length, width, svd.V().toArray()).transposed();
    Svd triple = transposed ? new Svd(v, s, u) : new Svd(u, s, v);
    boolean all = s.length == Math.min(stored, width) || s.length < k;
    return Decomposition.of(norm, triple, all, dimensions);
  }

  private Matrix left(RowMatrix u, int columns) {
    List<Vector> rows = u.rows().toJavaRDD().collect();
    Matrix matrix = Matrix.zeros(rows.size(), columns);
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i).toArray(), 0, matrix.values(), i * columns, columns);
    }
    return matrix;
  }

  @Override
  public void close() {
    vectors.unpersist(false);
  }
}
