package org.tributary.run;

import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * Opens files that the run wrote itself. If such a file is missing or damaged, the message does not
 * advise to copy it again or check its path, because it is not an input.
 */
public final class RunFileReader {
  /** How to fix it if no round can be trained again without the file. */
  public static final String ANEW = "restore it from a backup, or start again in another folder";

  private RunFileReader() {}

  /**
   * Opens a file of tensors.
   *
   * @param store reaches it
   * @param file that an earlier step of the run committed
   * @param wayOut how to fix it if it is missing or damaged
   * @return to be closed
   * @throws WrongInput if it is missing or damaged, with how to fix it
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
   * How to fix it if a client's update is missing or a different one.
   *
   * @param folder of the run
   * @param round the round of the update
   * @return a clause
   */
  public static String trainAgain(RunFolder folder, int round) {
    return "restore it from a backup, or delete %s: then round %d is trained again"
        .formatted(folder.round(round), round + 1);
  }
}
