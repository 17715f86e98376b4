package org.tributary.run;

import java.io.IOException;
import org.tributary.rows.Manifest;

/**
 * The rows of a run: a set that is partitioned, or one that will be. So a run can be checked before
 * its rows are written.
 */
@FunctionalInterface
interface PlannedRows {
  /**
   * Describes the set.
   *
   * @return the manifest
   * @throws org.tributary.error.WrongInput if it is not a partitioned set
   * @throws IOException if a file system fails
   */
  Manifest manifest() throws IOException;
}
