package org.tributary.ml;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
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
    TextBatch batch = batch(loaded, texts);
    float[] logits =
        loaded.model().logits(scratch, List.of(), ModelInputs.of(scratch, batch)).toFloatArray();
    return columns.values(logits, labels);
  }

  /** Texts or pairs of texts as tokens. */
  static TextBatch batch(LoadedModel loaded, List<List<String>> texts) {
    List<Example> examples = new ArrayList<>();
    for (List<String> text : texts) {
      examples.add(
          text.size() == 1
              ? loaded.tokens().example(text.get(0), 0)
              : loaded.tokens().example(text.get(0), text.get(1), 0));
    }
    Architecture family = loaded.described().base().architecture();
    TextBatch batch = TextBatch.of(examples, family.padToken());
    return family.tokenTypes() > 1 ? batch : batch.withoutTypes();
  }
}
