package org.tributary.framework;

import org.tributary.error.WrongInput;
import org.tributary.protocol.Trainables;

/** The word of every framework that trains adapters to a configuration without them. */
public final class NeedsAdapters {
  private NeedsAdapters() {}

  /**
   * Refuses a configuration without adapters.
   *
   * @param framework its name
   * @param trainables of the run
   * @throws WrongInput if no adapters train
   */
  public static void check(String framework, Trainables trainables) {
    if (!trainables.adapters()) {
      throw new WrongInput(
          ("framework.lora: %s trains adapters; give framework.lora with rank and targets, such as"
                  + " {rank: 8, alpha: 16, targets: [all-linear]}")
              .formatted(framework));
    }
  }
}
