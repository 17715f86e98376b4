package org.tributary.linalg;

import java.util.SplittableRandom;

/** Random matrices, and the product by a plain triple loop. */
final class RandomMatrices {
  private RandomMatrices() {}

  static Matrix random(int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return new Matrix(rows, columns, values);
  }

  static Matrix product(Matrix a, Matrix b) {
    Matrix c = Matrix.zeros(a.rows(), b.columns());
    for (int i = 0; i < a.rows(); i++) {
      for (int k = 0; k < a.columns(); k++) {
        for (int j = 0; j < b.columns(); j++) {
          c.values()[i * b.columns() + j] += a.at(i, k) * b.at(k, j);
        }
      }
    }
    return c;
  }

  static double distance(Matrix a, Matrix b) {
    if (a.rows() != b.rows() || a.columns() != b.columns()) {
      throw new AssertionError(a + " against " + b);
    }
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      sum += Math.pow(a.values()[i] - b.values()[i], 2);
    }
    return Math.sqrt(sum);
  }

  static double norm(Matrix a) {
    return distance(a, Matrix.zeros(a.rows(), a.columns()));
  }

  /** How far the columns are from orthonormal. */
  static double skew(Matrix q) {
    Matrix identity = Matrix.zeros(q.columns(), q.columns());
    for (int i = 0; i < q.columns(); i++) {
      identity.values()[i * q.columns() + i] = 1;
    }
    return distance(product(q.transposed(), q), identity);
  }
}
