package org.tributary.ml;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.tributary.batch.ImageBatch;
import org.tributary.client.ModelInputs;
import org.tributary.error.WrongInput;
import org.tributary.image.BrokenImage;
import org.tributary.image.ImageProcessor;

/**
 * Classifies images. They are decoded and resized one after the other.
 *
 * @param image where the images are
 * @param keep whether broken images get null, like rows without an image
 * @param labels names of the classes
 * @param columns what it adds
 */
record ImageScorer(
    ImageInput.Column image, boolean keep, List<String> labels, ClassifierColumns columns)
    implements RowScorer<ImageInput> {
  private static final long serialVersionUID = 1;

  @Override
  public ImageInput input(Row row) {
    return image.read(row);
  }

  @Override
  public List<Object[]> score(LoadedModel loaded, NDManager scratch, List<ImageInput> images) {
    ImageProcessor processor = loaded.images();
    int each = processor.channels() * processor.width() * processor.height();
    float[] pixels = new float[images.size() * each];
    boolean[] read = new boolean[images.size()];
    int rows = 0;
    for (int i = 0; i < read.length; i++) {
      try {
        processor.normalize(processor.sized(images.get(i).decode()), pixels, rows * each);
        read[i] = true;
        rows++;
      } catch (BrokenImage e) {
        refuse(i, e);
      }
    }
    Iterator<Object[]> scored = scored(loaded, scratch, pixels, rows).iterator();
    List<Object[]> all = new ArrayList<>();
    for (boolean one : read) {
      all.add(one ? scored.next() : null);
    }
    return all;
  }

  private void refuse(int place, BrokenImage e) {
    if (!keep) {
      throw new WrongInput(
          "image %d of these rows %s; leave it out, or call setHandleInvalid(\"keep\") for null in its new columns"
              .formatted(place + 1, e.getMessage()),
          e);
    }
  }

  private List<Object[]> scored(LoadedModel loaded, NDManager scratch, float[] pixels, int rows) {
    if (rows == 0) {
      return List.of();
    }
    ImageProcessor p = loaded.images();
    int each = p.channels() * p.width() * p.height();
    ImageBatch batch =
        new ImageBatch(
            Arrays.copyOf(pixels, rows * each),
            new long[rows],
            p.channels(),
            p.height(),
            p.width());
    float[] logits =
        loaded.model().logits(scratch, List.of(), ModelInputs.of(scratch, batch)).toFloatArray();
    return columns.values(logits, labels);
  }
}
