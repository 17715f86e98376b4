package org.tributary.protocol;

/** What happens to a tensor that is not part of the frozen model. */
public enum Role {
  /** Clients train it and send it up; the merge of all goes down again. */
  TRAVELS,
  /** A client trains it and keeps it: it is part of that client's state. */
  STAYS,
  /** All clients are given the same one, and nobody changes it. */
  FIXED
}
