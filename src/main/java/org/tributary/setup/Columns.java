package org.tributary.setup;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tributary.partition.RawSample;
import org.tributary.rows.raw.ColumnKind;

/**
 * Guesses which column of a sample is what, from names first and from values second.
 *
 * @param sample the first rows
 */
record Columns(RawSample sample) {
  private static final List<String> LABELS =
      List.of(
          "label", "labels", "class", "category", "target", "topic", "intent", "sentiment", "y");
  private static final List<String> TEXTS =
      List.of(
          "text",
          "sentence",
          "content",
          "review",
          "comment",
          "utterance",
          "definition",
          "description",
          "body",
          "title",
          "question",
          "document");

  /** Columns of the two texts of a pair, as public sets have them. */
  private static final List<List<String>> PAIRS =
      List.of(
          List.of("premise", "hypothesis"),
          List.of("sentence1", "sentence2"),
          List.of("sentence_1", "sentence_2"),
          List.of("question1", "question2"),
          List.of("text1", "text2"),
          List.of("text_a", "text_b"),
          List.of("sentence_a", "sentence_b"),
          List.of("question", "sentence"),
          List.of("question", "passage"),
          List.of("query", "passage"));

  private static final List<String> ANSWERS =
      List.of("answer", "response", "output", "completion", "reply", "target");
  private static final List<String> QUESTIONS =
      List.of("question", "instruction", "prompt", "query", "input", "problem");
  private static final List<String> MESSAGES =
      List.of("messages", "conversations", "conversation", "chat");
  private static final List<String> OWNERS =
      List.of(
          "client",
          "client_id",
          "owner",
          "user",
          "user_id",
          "author",
          "speaker",
          "writer",
          "hospital",
          "site",
          "office",
          "institution",
          "device",
          "device_id",
          "patient",
          "patient_id",
          "customer",
          "tenant");

  /** Values that a class takes at most, in proportion to the rows of the sample. */
  private static final int ROWS_A_CLASS = 4;

  /** Rows that an owner has at least, on average. */
  private static final int ROWS_AN_OWNER = 5;

  /**
   * A column with the reason for it.
   *
   * @param column its name
   * @param why a clause
   */
  record Found(String column, String why) {}

  /** The column of the class: by its name, or the one with the fewest values. */
  Optional<Found> label() {
    Optional<String> named =
        named(LABELS).filter(column -> distinct(column) >= 1 && isPlain(column));
    if (named.isPresent()) {
      return named.map(c -> new Found(c, "its name, and %d values".formatted(distinct(c))));
    }
    int rows = sample.rows().size();
    return sample.columns().keySet().stream()
        .filter(this::isPlain)
        .filter(c -> distinct(c) > 1 && distinct(c) * ROWS_A_CLASS <= rows)
        .filter(c -> !isOwner(c))
        .min(Comparator.comparingLong(this::distinct))
        .map(c -> new Found(c, "it has the fewest values, %d".formatted(distinct(c))));
  }

  /** The column of the input: by its name, or the longest text. */
  Optional<Found> text(String label) {
    Optional<String> named =
        named(TEXTS).filter(c -> !c.equals(label) && sample.columns().get(c) == ColumnKind.STRING);
    if (named.isPresent()) {
      return named.map(c -> new Found(c, "its name"));
    }
    return longest(c -> !c.equals(label))
        .map(c -> new Found(c, "its texts are the longest, %.0f characters".formatted(length(c))));
  }

  /** The columns of the two texts of a pair, by their names; empty if rows have one text. */
  List<String> pair(String label) {
    Map<String, String> lower = lower();
    return PAIRS.stream()
        .filter(lower.keySet()::containsAll)
        .map(pair -> pair.stream().map(lower::get).toList())
        .filter(
            pair ->
                pair.stream()
                    .allMatch(
                        c -> !c.equals(label) && sample.columns().get(c) == ColumnKind.STRING))
        .findFirst()
        .orElse(List.of());
  }

  /** The column of whole conversations. */
  Optional<Found> messages() {
    Optional<String> named =
        named(MESSAGES).filter(c -> sample.columns().get(c) == ColumnKind.ARRAY);
    return named.map(c -> new Found(c, "its name, and it holds lists"));
  }

  /** The column of the answer. */
  Optional<Found> answer() {
    return named(ANSWERS)
        .filter(c -> sample.columns().get(c) == ColumnKind.STRING)
        .map(c -> new Found(c, "its name"));
  }

  /** The column of the question. */
  Optional<Found> question(String answer) {
    Optional<String> named =
        named(QUESTIONS)
            .filter(c -> !c.equals(answer) && sample.columns().get(c) == ColumnKind.STRING);
    if (named.isPresent()) {
      return named.map(c -> new Found(c, "its name"));
    }
    return longest(c -> !c.equals(answer))
        .map(c -> new Found(c, "of the other columns its texts are the longest"));
  }

  /** The column that says whose a row is. */
  Optional<Found> owner(Set<String> others) {
    return named(OWNERS)
        .filter(c -> !others.contains(c) && isOwner(c))
        .map(c -> new Found(c, "its name, and %d values".formatted(distinct(c))));
  }

  private boolean isOwner(String column) {
    boolean named = OWNERS.contains(column.toLowerCase(Locale.ROOT));
    long values = distinct(column);
    return named && values > 1 && values * ROWS_AN_OWNER <= sample.rows().size();
  }

  private boolean isPlain(String column) {
    ColumnKind kind = sample.columns().get(column);
    return kind == ColumnKind.STRING
        || kind == ColumnKind.INT
        || kind == ColumnKind.LONG
        || kind == ColumnKind.BOOLEAN;
  }

  private Optional<String> named(List<String> names) {
    Map<String, String> lower = lower();
    return names.stream().filter(lower::containsKey).map(lower::get).findFirst();
  }

  /** The columns by their names in lower case. */
  private Map<String, String> lower() {
    Map<String, String> lower = new HashMap<>();
    sample.columns().keySet().forEach(c -> lower.putIfAbsent(c.toLowerCase(Locale.ROOT), c));
    return lower;
  }

  private Optional<String> longest(java.util.function.Predicate<String> wanted) {
    return sample.columns().keySet().stream()
        .filter(c -> sample.columns().get(c) == ColumnKind.STRING)
        .filter(wanted)
        .max(Comparator.comparingDouble(this::length));
  }

  private double length(String column) {
    return sample.rows().stream()
        .mapToInt(row -> row.get(column) == null ? 0 : row.get(column).toString().length())
        .average()
        .orElse(0);
  }

  private long distinct(String column) {
    return values(column).size();
  }

  /** The different values of a column as text. */
  Set<String> values(String column) {
    return sample.rows().stream()
        .map(row -> row.get(column))
        .filter(value -> value != null)
        .map(Object::toString)
        .collect(Collectors.toSet());
  }
}
