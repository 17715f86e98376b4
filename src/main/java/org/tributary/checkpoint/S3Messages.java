package org.tributary.checkpoint;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the messages of Hadoop's s3a about failures. Its jar is supplied by the user, so its
 * classes are known only by name. Its messages contain the message of Amazon's client twice; the
 * client's message is enough.
 */
final class S3Messages {
  private static final String HADOOPS = "org.apache.hadoop.fs.s3a.";
  private static final String AMAZONS = "com.amazonaws.";

  /** The exception of a missing bucket. */
  private static final String NO_BUCKET = HADOOPS + "UnknownStoreException";

  /** The part that AmazonServiceException adds after the server's message. */
  private static final Pattern DETAILS =
      Pattern.compile(" ?\\(Service: [^;]+; Status Code: (\\d+); Error Code: ([^;]*);.*");

  private S3Messages() {}

  /** Whether an exception comes from s3a or its client. */
  static boolean isOne(Throwable e) {
    return e.getClass().getName().startsWith(HADOOPS) || e.getClass().getName().startsWith(AMAZONS);
  }

  /** Whether one of the causes is a missing bucket. */
  static boolean isNoBucket(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e.getClass().getName().equals(NO_BUCKET)) {
        return true;
      }
    }
    return false;
  }

  /** The message of Amazon's client, in one line; empty if there is none. */
  static Optional<String> of(Throwable thrown) {
    String said = null;
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e.getClass().getName().startsWith(AMAZONS) && e.getMessage() != null) {
        said = e.getMessage();
      }
    }
    return Optional.ofNullable(said)
        .map(text -> text.lines().findFirst().orElse(""))
        .map(S3Messages::brief);
  }

  /** Removes the request ids; status and code stay. */
  static String brief(String said) {
    Matcher details = DETAILS.matcher(said);
    if (!details.find()) {
      return said;
    }
    String status = details.group(1);
    String code = details.group(2);
    String both = code.startsWith(status) ? code : status + " " + code;
    return said.substring(0, details.start()) + " (" + both + ")";
  }
}
