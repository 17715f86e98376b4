package org.tributary.rows;

import java.util.BitSet;
import org.apache.hadoop.fs.Path;

/**
 * The rows of one folder of a partitioned set, except for those that are left out.
 *
 * @param folder such as {@code client=0003/train}
 * @param skipped numbers of the rows in the folder's file that are not read, counted from 0
 */
public record PartSource(Path folder, BitSet skipped) {

  /**
   * All rows of a folder.
   *
   * @param folder such as {@code client=0003/train}
   * @return the source, without any row left out
   */
  public static PartSource all(Path folder) {
    return new PartSource(folder, new BitSet());
  }
}
