package org.tributary.checkpoint;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Hadoop's s3a says about a failure. Its jar is the user's, so that its classes are known by
 * name only. Its messages hold those of Amazon's client twice; the client's own is enough.
 */
final class S3Words {
  private static final String HADOOPS = "org.apache.hadoop.fs.s3a.";
  private static final String AMAZONS = "com.amazonaws.";

  /** A bucket that is not there. */
  private static final String NO_BUCKET = HADOOPS + "UnknownStoreException";

  /** As AmazonServiceException writes it, behind the server's own words. */
  private static final Pattern DETAILS =
      Pattern.compile(" ?\\(Service: [^;]+; Status Code: (\\d+); Error Code: ([^;]*);.*");

  private S3Words() {}

  /** Whether it is s3a's or its client's, whatever is the matter. */
  static boolean isOne(Throwable e) {
    return e.getClass().getName().startsWith(HADOOPS) || e.getClass().getName().startsWith(AMAZONS);
  }

  /** Whether one of the causes is that the bucket is not there. */
  static boolean isNoBucket(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e.getClass().getName().equals(NO_BUCKET)) {
        return true;
      }
    }
    return false;
  }

  /** What Amazon's client says, in one line; empty if it says nothing. */
  static Optional<String> of(Throwable thrown) {
    String said = null;
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e.getClass().getName().startsWith(AMAZONS) && e.getMessage() != null) {
        said = e.getMessage();
      }
    }
    return Optional.ofNullable(said)
        .map(text -> text.lines().findFirst().orElse(""))
        .map(S3Words::brief);
  }

  /** Without the ids of the request; status and code stay. */
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
