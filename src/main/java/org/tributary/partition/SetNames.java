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
 * Finds the set of a file from the names that Hugging Face's datasets library knows: a word for
 * train, validation or test in the name of a folder or file. The word is delimited by the ends of
 * the name or any of {@code -._ 0-9}.
 */
final class SetNames {
  private static final Pattern BETWEEN = Pattern.compile("[-._ 0-9]+");

  /** The hub's names for the pieces of a split, such as {@code test_sft-00000-of-00002.parquet}. */
  private static final Pattern PIECE = Pattern.compile("(.+)-\\d{5}-of-\\d{5,}(\\..*)?");

  /** Words that number the pieces of one split, such as {@code train.part2.jsonl}. */
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
   * The sets in a name.
   *
   * @param name of a folder or file
   * @return usually none or one
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

  /** The split of a file that is a piece, such as {@code test_sft}; else the whole name. */
  static String split(String name) {
    Matcher piece = PIECE.matcher(name);
    return piece.matches() ? piece.group(1) : name;
  }

  /**
   * The words of a name without those that number pieces: {@code train} for {@code train-part-1}.
   */
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
