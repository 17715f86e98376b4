package com.amazonaws;

/** Stands for the class of this name in Amazon's client, whose jar is the user's. */
public final class SdkClientException extends RuntimeException {
  /** As Amazon's client throws it. */
  public SdkClientException(String message) {
    super(message);
  }
}
