package org.apache.hadoop.fs.s3a;

import org.apache.hadoop.fs.PathIOException;

/** Stands for the class of this name in hadoop-aws, whose jar is the user's. */
public final class UnknownStoreException extends PathIOException {
  /** As s3a throws it. */
  public UnknownStoreException(String path, String message, Throwable cause) {
    super(path, message);
    initCause(cause);
  }
}
