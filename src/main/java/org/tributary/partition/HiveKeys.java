package org.tributary.partition;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads columns from the names of folders, as Hive and Spark's {@code partitionBy} write them:
 * {@code office=lyon/part-0.parquet}. Values are text. Percent-encoding is decoded.
 */
final class HiveKeys {
  /** What Hive writes for a missing value. */
  private static final String MISSING = "__HIVE_DEFAULT_PARTITION__";

  private HiveKeys() {}

  /** Whether a folder's name is a key with a value. */
  static boolean isKey(String folder) {
    return folder.indexOf('=') > 0;
  }

  /**
   * The columns in the path of a file.
   *
   * @param name relative to the given folder, such as {@code a=1/b=x/part-0.csv}
   * @return in the order of the folders; a missing value is null
   */
  static Map<String, String> of(String name) {
    Map<String, String> keys = new LinkedHashMap<>();
    String[] parts = name.split("/");
    for (int i = 0; i < parts.length - 1; i++) {
      int at = parts[i].indexOf('=');
      if (at > 0) {
        String value = parts[i].substring(at + 1);
        keys.put(
            decoded(parts[i].substring(0, at)),
            value.equals(MISSING) || value.isEmpty() ? null : decoded(value));
      }
    }
    return keys;
  }

  /** Decodes percent-encoded UTF-8. Other text stays unchanged. */
  private static String decoded(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); ) {
      int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (text.charAt(i) == '%' && high >= 0 && low >= 0) {
        bytes.write(16 * high + low);
        i += 3;
      } else {
        int point = text.codePointAt(i);
        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
        i += Character.charCount(point);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      return text;
    }
  }
}
