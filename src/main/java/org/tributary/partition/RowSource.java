package org.tributary.partition;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.tributary.rows.Manifest;

/** Where the rows of a partitioning come from: files, or DataFrames of Spark. */
interface RowSource {

  /**
   * Opens the sets. Errors in their columns and types are found here.
   *
   * @param identity names the columns that decide the file of a row
   * @param notes receives what was detected and not configured, for the user
   * @return the raw sets: train, and validation and test if given
   * @throws IOException if a file system fails
   * @throws org.tributary.error.WrongInput if a set cannot be used
   */
  Map<String, RawSet> open(RowCodec.Identity identity, List<String> notes) throws IOException;

  /**
   * What identifies the rows of each set in the manifest.
   *
   * @param rows reads all rows; it is asked only if nothing else identifies them
   * @return hashes by set
   * @throws IOException if a file system fails
   */
  Map<String, List<Manifest.SourceFile>> identify(ReadSets.Reader rows) throws IOException;

  /** The format of the sources, for the manifest. */
  String format();
}
