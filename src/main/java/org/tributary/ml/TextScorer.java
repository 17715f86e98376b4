package org.tributary.ml;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.tributary.batch.Example;
import org.tributary.batch.TextBatch;
import org.tributary.client.ModelInputs;
import org.tributary.model.Architecture;

/**
 * Classifies texts or pairs of texts.
 *
 * @param inputs the place of the text's column, or of two
 * @param labels names of the classes
 * @param columns what it adds
 */
record TextScorer(List<Integer> inputs, List<String> labels, ClassifierColumns columns)
    implements RowScorer<List<String>> {
  private static final long serialVersionUID = 1;

  @Override
  public List<String> input(Row row) {
    List<String> texts = new ArrayList<>();
    for (int place : inputs) {
      if (row.isNullAt(place)) {
        return null;
      }
      texts.add(row.getString(place));
    }
    return texts;
  }

  @Override
  public List<Object[]> score(LoadedModel loaded, NDManager scratch, List<List<String>> texts) {
    List<Example> examples = new ArrayList<>();
    for (List<String> text : texts) {
      examples.add(
          text.size() == 1
              ? loaded.tokens().example(text.get(0), 0)
              : loaded.tokens().example(text.get(0), text.get(1), 0));
    }
    List<Example> some = examples.stream().filter(TextScorer::hasTokens).toList();
    Iterator<Object[]> scored =
        some.isEmpty()
            ? Collections.emptyIterator()
            : columns.values(logits(loaded, scratch, some), labels).iterator();
    List<Object[]> all = new ArrayList<>();
    for (Example example : examples) {
      all.add(hasTokens(example) ? scored.next() : null);
    }
    return all;
  }

  /** Some tokenizers make no tokens of an empty text, and a model cannot read such a row. */
  static boolean hasTokens(Example example) {
    return example.ids().length > 0;
  }

  private static float[] logits(LoadedModel loaded, NDManager scratch, List<Example> examples) {
    TextBatch batch = batch(loaded, examples);
    return loaded.model().logits(scratch, List.of(), ModelInputs.of(scratch, batch)).toFloatArray();
  }

  /** Texts or pairs of texts as the model takes them. */
  static TextBatch batch(LoadedModel loaded, List<Example> examples) {
    Architecture family = loaded.described().base().architecture();
    TextBatch batch = TextBatch.of(examples, family.padToken());
    return family.tokenTypes() > 1 ? batch : batch.withoutTypes();
  }
}
