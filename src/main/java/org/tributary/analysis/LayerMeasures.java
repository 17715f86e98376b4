package org.tributary.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tributary.linalg.Matrix;
import org.tributary.linalg.MatrixSum;
import org.tributary.linalg.Spectrum;
import org.tributary.linalg.Subspaces;
import org.tributary.tables.AnalysisTables;
import org.tributary.tables.AnglesTable;
import org.tributary.tables.LayersTable;
import org.tributary.tables.SpectraTable;

/**
 * Measures one layer, round by round. The rows of a round are functions of its updates; the angles
 * between rounds also depend on the subspaces of the earlier rounds, which are kept.
 */
final class LayerMeasures {
  private final String layer;
  private final double weightNorm;
  private final int rank;
  private final int dimensions;
  private final int values;
  private final List<Past> past = new ArrayList<>();

  /** The subspaces of an earlier round's merged update. */
  private record Past(int round, Matrix left, Matrix right) {}

  /** An update with its decomposition. */
  private record Decomposed(String client, Change.Decomposition of) {}

  /**
   * Nothing is measured yet.
   *
   * @param layer its name
   * @param weightNorm ‖W‖_F before training
   * @param rank r of the global adapters; 0 without adapters
   * @param dimensions k of the compared subspaces
   * @param values singular values to report
   */
  LayerMeasures(String layer, double weightNorm, int rank, int dimensions, int values) {
    this.layer = layer;
    this.weightNorm = weightNorm;
    this.rank = rank;
    this.dimensions = dimensions;
    this.values = values;
  }

  /**
   * Measures a round, after the earlier ones.
   *
   * @param updates of the round
   * @return its rows of the tables
   */
  AnalysisTables.Measured of(LayerUpdates updates) {
    List<Decomposed> clients = new ArrayList<>();
    updates.clients().forEach(c -> clients.add(decomposed(c.id(), c.update())));
    Decomposed merged = decomposed(null, updates.merged());
    Decomposed sum = decomposed(null, updates.sum());
    List<AnglesTable.Entry> angles = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      for (int j = i + 1; j < clients.size(); j++) {
        angles.addAll(between(clients.get(i), clients.get(j)));
      }
    }
    List<LayersTable.Entry> rows = new ArrayList<>();
    List<SpectraTable.Entry> spectra = new ArrayList<>();
    for (Decomposed client : clients) {
      List<AnglesTable.Entry> own =
          angles.stream()
              .filter(
                  a ->
                      a.client().equals(client.client()) || a.otherClient().equals(client.client()))
              .toList();
      rows.add(row(updates, client, size(client.of(), own), null));
      spectra.add(spectrum("update", client));
    }
    LayersTable.Size size = size(merged.of(), angles);
    rows.add(row(updates, merged, size, global(updates, sum)));
    spectra.add(spectrum("update", merged));
    spectra.add(spectrum("sum", sum));
    angles.addAll(toEarlierRounds(updates.round(), merged));
    return new AnalysisTables.Measured(rows, spectra, angles);
  }

  private LayersTable.Entry row(
      LayerUpdates updates, Decomposed update, LayersTable.Size size, LayersTable.Global global) {
    return new LayersTable.Entry(
        layer, updates.merged().rows(), updates.merged().columns(), update.client(), size, global);
  }

  private LayersTable.Size size(Change.Decomposition update, List<AnglesTable.Entry> angles) {
    return new LayersTable.Size(
        update.norm(),
        update.norm() / weightNorm,
        update.values()[0],
        update.rank(),
        update.stableRank(),
        update.effectiveRank(),
        mean(angles, "left"),
        mean(angles, "right"));
  }

  private Decomposed decomposed(String client, Change change) {
    return new Decomposed(client, change.decomposed(values, dimensions));
  }

  private static Double mean(List<AnglesTable.Entry> angles, String side) {
    double[] overlaps =
        angles.stream()
            .filter(a -> a.side().equals(side))
            .mapToDouble(AnglesTable.Entry::overlap)
            .toArray();
    return overlaps.length == 0 ? null : Arrays.stream(overlaps).sum() / overlaps.length;
  }

  private SpectraTable.Entry spectrum(String matrix, Decomposed update) {
    List<Double> first = Arrays.stream(update.of().first(values)).boxed().toList();
    return new SpectraTable.Entry(layer, matrix, update.client(), first);
  }

  private LayersTable.Global global(LayerUpdates updates, Decomposed sum) {
    return new LayersTable.Global(
        mergeError(updates.clients()),
        cut(updates.clients()),
        size(sum.of(), List.of()),
        updates.drift());
  }

  /** M = Σ p_k s_k B_k A_k; null without adapters, and if nothing was trained. */
  private static MatrixSum product(List<LayerUpdates.Client> clients) {
    MatrixSum product = null;
    for (LayerUpdates.Client client : clients) {
      if (client.factors() == null) {
        return null;
      }
      MatrixSum own = client.factors().product().times(client.weight());
      product = product == null ? own : product.plus(own);
    }
    return product;
  }

  /** ‖M − s B̄ Ā‖_F / ‖M‖_F with the means of the factors. */
  private static Double mergeError(List<LayerUpdates.Client> clients) {
    MatrixSum product = product(clients);
    boolean sameRank =
        product != null
            && clients.stream().map(c -> c.factors().a().rows()).distinct().count() == 1;
    if (!sameRank) {
      return null;
    }
    Matrix b = mean(clients, true);
    Matrix a = mean(clients, false);
    MatrixSum error = product.minus(MatrixSum.of(clients.get(0).factors().scaling(), b, a));
    double norm = new Spectrum(product.svd().s()).norm();
    return norm == 0 ? null : new Spectrum(error.svd().s()).norm() / norm;
  }

  private static Matrix mean(List<LayerUpdates.Client> clients, boolean left) {
    LayerUpdates.Factors first = clients.get(0).factors();
    Matrix mean =
        left
            ? Matrix.zeros(first.b().rows(), first.b().columns())
            : Matrix.zeros(first.a().rows(), first.a().columns());
    for (LayerUpdates.Client client : clients) {
      Matrix own = left ? client.factors().b() : client.factors().a();
      for (int i = 0; i < mean.values().length; i++) {
        mean.values()[i] += client.weight() * own.values()[i];
      }
    }
    return mean;
  }

  private Double cut(List<LayerUpdates.Client> clients) {
    MatrixSum product = rank == 0 ? null : product(clients);
    if (product == null) {
      return null;
    }
    double share = new Spectrum(product.svd().s()).energyBeyond(rank);
    return Double.isNaN(share) ? null : share;
  }

  private List<AnglesTable.Entry> between(Decomposed one, Decomposed other) {
    if (one.of().left() == null || other.of().left() == null) {
      return List.of();
    }
    String id = one.client();
    String otherId = other.client();
    return List.of(
        entry(true, id, otherId, null, one.of().left(), other.of().left()),
        entry(false, id, otherId, null, one.of().right(), other.of().right()));
  }

  private List<AnglesTable.Entry> toEarlierRounds(int round, Decomposed merged) {
    Matrix left = merged.of().left();
    Matrix right = merged.of().right();
    List<AnglesTable.Entry> rows = new ArrayList<>();
    if (left != null) {
      for (Past earlier : past) {
        rows.add(entry(true, null, null, earlier.round(), left, earlier.left()));
        rows.add(entry(false, null, null, earlier.round(), right, earlier.right()));
      }
      past.add(new Past(round, left, right));
    }
    return rows;
  }

  private AnglesTable.Entry entry(
      boolean left, String client, String other, Integer otherRound, Matrix u, Matrix v) {
    double[] angles = Subspaces.angles(u, v);
    return new AnglesTable.Entry(
        layer,
        left ? "left" : "right",
        client,
        other,
        otherRound,
        angles.length,
        angles[0],
        angles[angles.length - 1],
        Subspaces.overlap(u, v));
  }
}
