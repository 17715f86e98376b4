package org.tributary.assessment;

import java.io.Serializable;

/**
 * A model that is scored. It is a folder, or, if {@code model} is null, the state of the run after
 * the configured round.
 *
 * @param client whose own model it is; null for the global model
 * @param model Hugging Face folder
 * @param adapter PEFT folder of an adapter for it; null for none
 * @param pooling of a classifier's tokens; null for what the folder says
 * @param maxLength tokens that a text keeps
 */
record Target(String client, String model, String adapter, String pooling, int maxLength)
    implements Serializable {

  /** Whether it is the state of a run after a round. */
  boolean isState() {
    return model == null;
  }

  /** For messages and Spark's UI. */
  String shown() {
    return client == null ? "the model" : "the model of client " + client;
  }
}
