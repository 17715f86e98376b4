package org.tributary.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Porter's suffix stripping for English (M. F. Porter, "An algorithm for suffix stripping", Program
 * 14(3), 1980), with the departures that NLTK documents as its default mode "NLTK extensions",
 * because published ROUGE values with stemming are made with those:
 *
 * <ul>
 *   <li>a short list of irregular words; words of at most two letters stay as they are;
 *   <li>1a and 1b: {@code ies} and {@code ied} become {@code ie} in words of four letters;
 *   <li>1c: {@code y} becomes {@code i} only after a consonant that is not the first letter;
 *   <li>2: {@code bli} to {@code ble}, {@code fulli} to {@code ful}, {@code logi} to {@code log}
 *       (its l counted with the stem), and after {@code alli} to {@code al} the step is done again;
 *   <li>the condition *o (short ending) also holds for a word of a vowel and a consonant.
 * </ul>
 *
 * <p>Notation of the paper: a word is [C](VC)^m[V] in runs of consonants C and vowels V, and m is
 * its measure; y is a vowel after a consonant.
 */
public final class PorterStemmer {
  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("sky", "sky"),
          Map.entry("skies", "sky"),
          Map.entry("dying", "die"),
          Map.entry("lying", "lie"),
          Map.entry("tying", "tie"),
          Map.entry("news", "news"),
          Map.entry("inning", "inning"),
          Map.entry("innings", "inning"),
          Map.entry("outing", "outing"),
          Map.entry("outings", "outing"),
          Map.entry("canning", "canning"),
          Map.entry("cannings", "canning"),
          Map.entry("howe", "howe"),
          Map.entry("proceed", "proceed"),
          Map.entry("exceed", "exceed"),
          Map.entry("succeed", "succeed"));

  private static final List<Rule> PLURALS =
      List.of(new Rule("sses", "ss"), new Rule("ies", "i"), new Rule("ss", "ss"), new Rule("s"));

  private static final List<Rule> DOUBLE_SUFFIXES =
      List.of(
          new Rule("ational", "ate"),
          new Rule("tional", "tion"),
          new Rule("enci", "ence"),
          new Rule("anci", "ance"),
          new Rule("izer", "ize"),
          new Rule("bli", "ble"),
          new Rule("entli", "ent"),
          new Rule("eli", "e"),
          new Rule("ousli", "ous"),
          new Rule("ization", "ize"),
          new Rule("ation", "ate"),
          new Rule("ator", "ate"),
          new Rule("alism", "al"),
          new Rule("iveness", "ive"),
          new Rule("fulness", "ful"),
          new Rule("ousness", "ous"),
          new Rule("aliti", "al"),
          new Rule("iviti", "ive"),
          new Rule("biliti", "ble"),
          new Rule("fulli", "ful"));

  private static final List<Rule> DERIVATIONS =
      List.of(
          new Rule("icate", "ic"),
          new Rule("ative"),
          new Rule("alize", "al"),
          new Rule("iciti", "ic"),
          new Rule("ical", "ic"),
          new Rule("ful"),
          new Rule("ness"));

  /**
   * The longer of two overlapping suffixes comes first, because the paper takes the longest match.
   */
  private static final List<Rule> RESIDUES =
      List.of(
          new Rule("al"),
          new Rule("ance"),
          new Rule("ence"),
          new Rule("er"),
          new Rule("ic"),
          new Rule("able"),
          new Rule("ible"),
          new Rule("ant"),
          new Rule("ement"),
          new Rule("ment"),
          new Rule("ent"),
          new Rule("ou"),
          new Rule("ism"),
          new Rule("ate"),
          new Rule("iti"),
          new Rule("ous"),
          new Rule("ive"),
          new Rule("ize"));

  private PorterStemmer() {}

  /**
   * The stem of a word.
   *
   * @param word one token; lower-cased first
   * @return its stem; not always a word of English
   */
  public static String stem(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    if (IRREGULAR.containsKey(lower)) {
      return IRREGULAR.get(lower);
    }
    if (lower.length() <= 2) {
      return lower;
    }
    String inflected = step1c(step1b(step1a(lower)));
    String derived = applied(DERIVATIONS, step2(inflected), stem -> measure(stem) > 0);
    return step5b(step5a(step4(derived)));
  }

  /** Plurals. */
  private static String step1a(String word) {
    return word.length() == 4 && word.endsWith("ies")
        ? cut(word, 1)
        : applied(PLURALS, word, stem -> true);
  }

  /** Past tenses and -ing. */
  private static String step1b(String word) {
    if (word.endsWith("ied")) {
      return cut(word, word.length() == 4 ? 1 : 2);
    }
    if (word.endsWith("eed")) {
      return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
    }
    for (String suffix : List.of("ed", "ing")) {
      if (word.endsWith(suffix) && hasVowel(cut(word, suffix.length()))) {
        return wellEnded(cut(word, suffix.length()));
      }
    }
    return word;
  }

  /** The rest of step 1b after removing -ed or -ing: hoping to hope, hopping to hop. */
  private static String wellEnded(String stem) {
    if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
      return stem + "e";
    }
    if (endsWithDoubleConsonant(stem)) {
      return "lsz".indexOf(stem.charAt(stem.length() - 1)) < 0 ? cut(stem, 1) : stem;
    }
    return measure(stem) == 1 && endsShort(stem) ? stem + "e" : stem;
  }

  private static String step1c(String word) {
    int y = word.length() - 1;
    return word.endsWith("y") && y > 1 && isConsonant(word, y - 1) ? cut(word, 1) + "i" : word;
  }

  private static String step2(String word) {
    if (word.endsWith("alli") && measure(cut(word, 4)) > 0) {
      return step2(cut(word, 2));
    }
    if (word.endsWith("logi")) {
      return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
    }
    return applied(DOUBLE_SUFFIXES, word, stem -> measure(stem) > 0);
  }

  private static String step4(String word) {
    if (word.endsWith("sion") || word.endsWith("tion")) {
      return measure(cut(word, 3)) > 1 ? cut(word, 3) : word;
    }
    return applied(RESIDUES, word, stem -> measure(stem) > 1);
  }

  private static String step5a(String word) {
    if (!word.endsWith("e")) {
      return word;
    }
    String stem = cut(word, 1);
    int measure = measure(stem);
    return measure > 1 || (measure == 1 && !endsShort(stem)) ? stem : word;
  }

  private static String step5b(String word) {
    return word.endsWith("ll") && measure(cut(word, 1)) > 1 ? cut(word, 1) : word;
  }

  /** The first rule with a matching suffix decides, even if its condition fails. */
  private static String applied(List<Rule> rules, String word, Predicate<String> condition) {
    for (Rule rule : rules) {
      if (word.endsWith(rule.suffix)) {
        String stem = cut(word, rule.suffix.length());
        return condition.test(stem) ? stem + rule.replacement : word;
      }
    }
    return word;
  }

  private static String cut(String word, int letters) {
    return word.substring(0, word.length() - letters);
  }

  private static boolean isConsonant(String word, int i) {
    char letter = word.charAt(i);
    if (letter == 'y') {
      return i == 0 || !isConsonant(word, i - 1);
    }
    return "aeiou".indexOf(letter) < 0;
  }

  private static boolean hasVowel(String stem) {
    for (int i = 0; i < stem.length(); i++) {
      if (!isConsonant(stem, i)) {
        return true;
      }
    }
    return false;
  }

  /** The m of [C](VC)^m[V]: how often a vowel is followed by a consonant. */
  private static int measure(String stem) {
    int m = 0;
    for (int i = 1; i < stem.length(); i++) {
      if (isConsonant(stem, i) && !isConsonant(stem, i - 1)) {
        m++;
      }
    }
    return m;
  }

  /** The condition *d. */
  private static boolean endsWithDoubleConsonant(String stem) {
    int last = stem.length() - 1;
    return last > 0 && stem.charAt(last) == stem.charAt(last - 1) && isConsonant(stem, last);
  }

  /** The condition *o: consonant, vowel, consonant other than w, x and y; or vowel, consonant. */
  private static boolean endsShort(String stem) {
    int last = stem.length() - 1;
    if (last < 1 || !isConsonant(stem, last) || isConsonant(stem, last - 1)) {
      return false;
    }
    return last == 1 || (isConsonant(stem, last - 2) && "wxy".indexOf(stem.charAt(last)) < 0);
  }

  private record Rule(String suffix, String replacement) {
    Rule(String suffix) {
      this(suffix, "");
    }
  }
}
