package org.tributary.partition;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which set a file is of, by the names that Hugging Face's datasets library knows: a word for
 * train, validation or test in a folder's name or in the file's, between ends and any of {@code -._
 * 0-9}.
 */
final class SetNames {
  private static final Pattern BETWEEN = Pattern.compile("[-._ 0-9]+");

  /** How the hub names the pieces of a split, such as {@code test_sft-00000-of-00002.parquet}. */
  private static final Pattern PIECE = Pattern.compile("(.+)-\\d{5}-of-\\d{5,}(\\..*)?");

  /** Words that count the pieces of one split, such as {@code train.part2.jsonl}. */
  private static final Set<String> PIECES =
      Set.of("part", "shard", "chunk", "piece", "file", "batch", "of");

  private static final Map<String, String> WORDS = words();

  private SetNames() {}

  private static Map<String, String> words() {
    Map<String, String> words = new LinkedHashMap<>();
    List.of("train", "training").forEach(word -> words.put(word, "train"));
    List.of("validation", "valid", "dev", "val").forEach(word -> words.put(word, "validation"));
    List.of("test", "testing", "eval", "evaluation").forEach(word -> words.put(word, "test"));
    return words;
  }

  /**
   * The sets that a name tells of.
   *
   * @param name of a folder or file
   * @return mostly none or one
   */
  static Set<String> of(String name) {
    Set<String> sets = new TreeSet<>();
    for (String word : BETWEEN.split(split(name).toLowerCase(Locale.ROOT))) {
      if (WORDS.containsKey(word)) {
        sets.add(WORDS.get(word));
      }
    }
    return sets;
  }

  /** The split of which a file is a piece, such as {@code test_sft}; else its whole name. */
  static String split(String name) {
    Matcher piece = PIECE.matcher(name);
    return piece.matches() ? piece.group(1) : name;
  }

  /** A name's words but those that count pieces: of {@code train-part-1} this is {@code train}. */
  static String words(String name) {
    return BETWEEN
        .splitAsStream(name.toLowerCase(Locale.ROOT))
        .filter(word -> !word.isEmpty() && !PIECES.contains(word))
        .collect(Collectors.joining("_"));
  }

  /** Whether a file is named as a piece of a split. */
  static boolean isPiece(String name) {
    return PIECE.matcher(name).matches();
  }
}
