package org.tributary.linalg;

/**
 * A thin QR decomposition M = Q R with the diagonal of R ≥ 0, which makes it unique if M has full
 * rank.
 *
 * @param q [m, n], m ≥ n, orthonormal columns
 * @param r [n, n], upper triangular
 */
public record Qr(Matrix q, Matrix r) {

  /** Changes signs so that the diagonal of R is not negative: (Q D) (D R) for D = diag(±1). */
  static Qr canonical(Matrix q, Matrix r) {
    Matrix turned = Matrix.zeros(r.rows(), r.columns());
    for (int i = 0; i < r.rows(); i++) {
      for (int j = i; j < r.columns(); j++) {
        turned.values()[i * r.columns() + j] = r.at(i, i) < 0 ? -r.at(i, j) : r.at(i, j);
      }
    }
    return new Qr(q.scaleColumns(j -> r.at(j, j) < 0 ? -1 : 1), turned);
  }
}
