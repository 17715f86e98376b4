package org.tributary.torch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program's text with placeholders for constants, written <code>${name}</code>. Sizes, epsilons
 * and the like are filled in before the program is loaded.
 */
public final class ProgramText {
  private static final Pattern PLACE = Pattern.compile("\\$\\{(\\w+)}");

  private ProgramText() {}

  /**
   * Reads texts from the package of a class and joins them.
   *
   * @param beside the class whose package has the resources
   * @param names of the resources, in order
   * @return one text
   */
  public static String of(Class<?> beside, String... names) {
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      try (InputStream in = beside.getResourceAsStream(name)) {
        if (in == null) {
          throw new IllegalStateException(name + " is not next to " + beside.getName());
        }
        text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8)).append('\n');
      } catch (IOException e) {
        throw new UncheckedIOException(name, e);
      }
    }
    return text.toString();
  }

  /**
   * Fills in constants.
   *
   * @param text with placeholders
   * @param constants by name
   * @return the text with all placeholders filled
   * @throws IllegalArgumentException if a placeholder has no constant
   */
  public static String fill(String text, Map<String, ?> constants) {
    return PLACE
        .matcher(text)
        .replaceAll(
            place -> {
              Object value = constants.get(place.group(1));
              if (value == null) {
                throw new IllegalArgumentException("no constant for " + place.group());
              }
              return Matcher.quoteReplacement(value.toString());
            });
  }
}
