package org.tributary.partition;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipException;
import org.tributary.checkpoint.StoreTrouble;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;

/** The name of a raw set in messages, and the errors of its rows. */
interface SourceName {

  /** The configuration key of the set, such as {@code source.train}. */
  String key();

  /** The path, table or query as configured. */
  String given();

  /** Files of the set that are not read, with the reason. */
  default List<String> outside() {
    return List.of();
  }

  /** The reason why a second read gave other rows than the first, and what to do about it. */
  String changed();

  /** Refuses the set for a reason. */
  default WrongInput wrong(String why) {
    return new WrongInput("%s: %s: %s".formatted(key(), given(), why));
  }

  /** Returns bad input if Spark reports that rows cannot be read, else the original exception. */
  default RuntimeException unreadable(Exception e) {
    Optional<Trouble> trouble = StoreTrouble.in(e, key() + ": " + given());
    if (trouble.isPresent()) {
      return new UncheckedIOException(trouble.get());
    }
    Throwable root = e;
    boolean reading = false;
    while (true) {
      reading |=
          String.valueOf(root.getMessage()).contains("Encountered error while reading file")
              || root instanceof EOFException
              || root instanceof ZipException;
      if (root.getCause() == null) {
        break;
      }
      root = root.getCause();
      if (root instanceof WrongInput wrong) {
        return new WrongInput("%s: %s".formatted(key(), wrong.getMessage()), e);
      }
    }
    if (reading) {
      return new WrongInput(
          "%s: %s: a file cannot be read (%s); write it again"
              .formatted(key(), given(), root.getMessage()),
          e);
    }
    return e instanceof RuntimeException runtime
        ? runtime
        : new UncheckedIOException(new IOException("reading " + given(), e));
  }
}
