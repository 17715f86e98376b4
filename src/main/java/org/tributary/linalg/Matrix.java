package org.tributary.linalg;

import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * A matrix of doubles on the Java heap.
 *
 * @param rows m
 * @param columns n
 * @param values m·n of them, row-major; not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record Matrix(int rows, int columns, double[] values) {

  /** Checks that sizes and values agree. */
  public Matrix {
    if (values.length != (long) rows * columns) {
      throw new IllegalArgumentException(
          "a matrix [%d, %d] of %d values".formatted(rows, columns, values.length));
    }
  }

  /**
   * A matrix of zeros.
   *
   * @param rows m
   * @param columns n
   * @return [m, n]
   */
  public static Matrix zeros(int rows, int columns) {
    return new Matrix(rows, columns, new double[Math.multiplyExact(rows, columns)]);
  }

  /**
   * Reads one value.
   *
   * @param row from 0
   * @param column from 0
   * @return the value there
   */
  public double at(int row, int column) {
    return values[row * columns + column];
  }

  /**
   * Whether all values are zero.
   *
   * @return whether they are
   */
  boolean isZero() {
    for (double value : values) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The transpose.
   *
   * @return a copy [n, m]
   */
  public Matrix transposed() {
    Matrix result = zeros(columns, rows);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result.values[j * rows + i] = values[i * columns + j];
      }
    }
    return result;
  }

  /**
   * The first columns.
   *
   * @param count at most n
   * @return a copy [m, count]
   */
  public Matrix firstColumns(int count) {
    Matrix result = zeros(rows, count);
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values, i * columns, result.values, i * count, count);
    }
    return result;
  }

  /**
   * Multiplies every column by its factor: M diag(f).
   *
   * @param factor by column
   * @return a copy [m, n]
   */
  public Matrix scaleColumns(IntToDoubleFunction factor) {
    Matrix result = zeros(rows, columns);
    for (int j = 0; j < columns; j++) {
      double f = factor.applyAsDouble(j);
      for (int i = 0; i < rows; i++) {
        result.values[i * columns + j] = values[i * columns + j] * f;
      }
    }
    return result;
  }

  /**
   * Matrices side by side.
   *
   * @param parts with the same number of rows
   * @return [m, Σ n_i]
   */
  public static Matrix beside(List<Matrix> parts) {
    int rows = parts.get(0).rows;
    Matrix result = zeros(rows, parts.stream().mapToInt(Matrix::columns).sum());
    int at = 0;
    for (Matrix part : parts) {
      if (part.rows != rows) {
        throw new IllegalArgumentException(
            "%d rows next to %d; shapes differ".formatted(part.rows, rows));
      }
      for (int i = 0; i < rows; i++) {
        System.arraycopy(
            part.values, i * part.columns, result.values, i * result.columns + at, part.columns);
      }
      at += part.columns;
    }
    return result;
  }

  @Override
  public String toString() {
    return "[%d, %d]".formatted(rows, columns);
  }
}
