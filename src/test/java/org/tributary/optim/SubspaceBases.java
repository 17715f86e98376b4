package org.tributary.optim;

import org.tributary.protocol.HostTensor;

/** The subspaces that bases span, in doubles. */
final class SubspaceBases {
  private SubspaceBases() {}

  /** The share of a matrix outside a basis: |G - G Pᵀ P| / |G|, or |G - P Pᵀ G| / |G|. */
  static double lost(HostTensor matrix, HostTensor basis) {
    double[][] g = rows(matrix);
    double[][] p = rows(basis);
    if (g.length < g[0].length) {
      g = transpose(g);
      p = transpose(p);
    }
    double left = 0;
    double all = 0;
    for (double[] row : g) {
      double[] rest = row.clone();
      for (double[] q : p) {
        double c = dot(row, q);
        for (int j = 0; j < rest.length; j++) {
          rest[j] -= c * q[j];
        }
      }
      left += dot(rest, rest);
      all += dot(row, row);
    }
    return Math.sqrt(left / all);
  }

  /** The largest difference of two bases' entries. */
  static double difference(HostTensor x, HostTensor y) {
    float[] a = x.toFloats();
    float[] b = y.toFloats();
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      double d = Math.abs(a[i] - b[i]);
      worst = d <= worst ? worst : d;
    }
    return worst;
  }

  /** U diag(s) Vᵀ for random orthonormal U [m, k], V [n, k], k the number of singular values. */
  static HostTensor matrix(double[][] u, double[] s, double[][] v) {
    int m = u[0].length;
    int n = v[0].length;
    float[] values = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int k = 0; k < s.length; k++) {
          sum += u[k][i] * s[k] * v[k][j];
        }
        values[i * n + j] = (float) sum;
      }
    }
    return HostTensor.of(values, m, n);
  }

  /** Random orthonormal vectors, by Gram-Schmidt, applied twice. */
  static double[][] orthonormal(java.util.SplittableRandom random, int count, int length) {
    double[][] vectors = new double[count][length];
    for (int k = 0; k < count; k++) {
      for (int j = 0; j < length; j++) {
        vectors[k][j] = random.nextGaussian();
      }
      for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < k; i++) {
          double c = dot(vectors[k], vectors[i]);
          for (int j = 0; j < length; j++) {
            vectors[k][j] -= c * vectors[i][j];
          }
        }
      }
      double norm = Math.sqrt(dot(vectors[k], vectors[k]));
      for (int j = 0; j < length; j++) {
        vectors[k][j] /= norm;
      }
    }
    return vectors;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double[][] rows(HostTensor t) {
    int m = (int) t.shape()[0];
    int n = (int) t.shape()[1];
    double[][] rows = new double[m][n];
    for (int i = 0; i < m * n; i++) {
      rows[i / n][i % n] = t.floats().get(i);
    }
    return rows;
  }

  private static double[][] transpose(double[][] x) {
    double[][] t = new double[x[0].length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        t[j][i] = x[i][j];
      }
    }
    return t;
  }
}
