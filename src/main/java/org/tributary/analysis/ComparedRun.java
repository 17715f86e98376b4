package org.tributary.analysis;

import java.io.IOException;
import org.tributary.checkpoint.Store;
import org.tributary.config.FrameworkSection;
import org.tributary.protocol.Role;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;

/**
 * A run of a comparison whose movement is measured.
 *
 * @param folder of the run
 * @param blueprint of the run
 * @param round after which its model is measured, counted from 1
 */
record ComparedRun(RunFolder folder, Blueprint blueprint, int round) {
  /** Whether its clients have models of their own, so that there is no global one to measure. */
  boolean isPersonal() {
    return blueprint.plan(0).any(Role::isPersonal);
  }

  /** Whether the run has kept the model of the round; it always has the model before training. */
  boolean isKept(Store store) throws IOException {
    return isPersonal() || store.exists(folder.global(round - 1));
  }

  /** Whether the run trains all rows of all clients together. */
  boolean isCentral() {
    return blueprint.framework().pooled();
  }

  /** The folder of the adapter that it starts from; null if it starts from the base model. */
  String start() {
    FrameworkSection.Lora lora = blueprint.config().framework().lora();
    return lora == null ? null : lora.start();
  }

  /** The rank of its adapters; 0 without adapters. */
  int rank() {
    return blueprint.lora() == null ? 0 : blueprint.lora().rank();
  }
}
