package org.apache.hadoop.fs.s3a;

import java.io.IOException;

/** Stands for the class of this name in hadoop-aws, whose jar is the user's. */
public final class AWSClientIOException extends IOException {
  /** As s3a throws it: its message contains its cause's message twice. */
  public AWSClientIOException(String operation, Throwable cause) {
    super(operation + ": " + cause + ": " + cause.getMessage(), cause);
  }
}
