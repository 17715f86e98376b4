package org.tributary.tables;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;

/**
 * The tables that {@code analyze} writes, one file each for a round.
 *
 * @param folder of the tables
 * @param labels of the run
 */
public record AnalysisTables(TablesFolder folder, RunLabels labels) {
  /**
   * What is measured of one layer in one round.
   *
   * @param layers the clients, and the global model last
   * @param spectra of the same updates
   * @param angles between them, and to earlier rounds
   */
  public record Measured(
      List<LayersTable.Entry> layers,
      List<SpectraTable.Entry> spectra,
      List<AnglesTable.Entry> angles) {}

  /**
   * Whether a round's tables are written; that of the layers is written last.
   *
   * @param store reaches them
   * @param round counted from 1
   * @return whether they are complete
   * @throws IOException if the file system fails
   */
  public boolean has(Store store, int round) throws IOException {
    return store.exists(folder.file(LayersTable.NAME, round));
  }

  /**
   * Writes a round's tables; those that exist are left as they are.
   *
   * @param store reaches them
   * @param round counted from 1
   * @param measured of every layer, in their order
   * @param gradients by layer; none for a layer without one
   * @throws IOException if the file system fails
   */
  public void write(
      Store store, int round, List<Measured> measured, Map<String, LayersTable.Gradient> gradients)
      throws IOException {
    List<Row> layers = new ArrayList<>();
    List<Row> spectra = new ArrayList<>();
    List<Row> angles = new ArrayList<>();
    for (Measured one : measured) {
      for (LayersTable.Entry e : one.layers()) {
        LayersTable.Gradient gradient =
            e.client() == null
                ? gradients.getOrDefault(e.layer(), LayersTable.Gradient.NONE)
                : LayersTable.Gradient.NONE;
        layers.add(LayersTable.row(labels, round, e, gradient));
      }
      one.spectra().forEach(e -> spectra.addAll(SpectraTable.rows(labels, round, e)));
      one.angles().forEach(e -> angles.add(AnglesTable.row(labels, round, e)));
    }
    commit(store, SpectraTable.NAME, round, SpectraTable.SCHEMA, spectra);
    commit(store, AnglesTable.NAME, round, AnglesTable.SCHEMA, angles);
    commit(store, LayersTable.NAME, round, LayersTable.SCHEMA, layers);
  }

  private void commit(Store store, String table, int round, Schema schema, List<Row> rows)
      throws IOException {
    Path file = folder.file(table, round);
    if (!store.exists(file)) {
      store.commit(file, out -> ParquetRows.write(out, schema, rows));
    }
  }
}
