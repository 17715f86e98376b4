package org.tributary.run;

import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * Opens files that the run wrote itself. Where one is gone or damaged, copying it again or checking
 * its path would not help: it is not an input.
 */
public final class OwnFiles {
  /** The way out where no round could be trained again without the file. */
  public static final String ANEW = "restore it from a backup, or start again in another folder";

  private OwnFiles() {}

  /**
   * Opens a file of tensors.
   *
   * @param store reaches it
   * @param file that an earlier step of the run committed
   * @param wayOut what to do where it is gone or damaged
   * @return to be closed
   * @throws WrongInput if it is gone or damaged, with how to fix it
   * @throws IOException if the store fails
   */
  public static SafeTensors.Reader open(Store store, Path file, String wayOut) throws IOException {
    try {
      return SafeTensors.open(store, file);
    } catch (WrongInput e) {
      throw new WrongInput(
          "%s (the run wrote this file itself: %s)".formatted(e.getMessage(), wayOut), e);
    }
  }

  /**
   * The way out where a client's update is gone or another one.
   *
   * @param folder of the run
   * @param round whose update it is
   * @return a clause
   */
  public static String trainAgain(RunFolder folder, int round) {
    return "restore it from a backup, or delete %s: then round %d is trained again"
        .formatted(folder.round(round), round);
  }
}
