package org.tributary.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.hadoop.fs.Path;
import org.tributary.batch.Examples;
import org.tributary.batch.ImageBatch;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.rows.BadRows;
import org.tributary.rows.Labels;
import org.tributary.rows.PartRows;
import org.tributary.rows.PartSource;
import org.tributary.rows.Row;

/**
 * The images of one part with their classes. An image is decoded and resized when a batch first
 * asks for it. The resized images are cached up to {@value #KEPT_BYTES} bytes, or a sixteenth of
 * the heap if that is less. The others are decoded again each time. Threads may share an image set.
 */
public final class ImageSet implements Examples {
  private static final long KEPT_BYTES = 128L << 20;

  private final List<byte[]> images;
  private final int[] targets;
  private final List<String> names;
  private final ImageProcessor processor;
  private final Augmentation augmentation;
  private final AtomicReferenceArray<byte[]> kept;
  private final AtomicLong room =
      new AtomicLong(Math.min(KEPT_BYTES, Runtime.getRuntime().maxMemory() / 16));

  private ImageSet(Labelled rows, ImageProcessor processor, Augmentation augmentation) {
    images = rows.images;
    targets = rows.targets.stream().mapToInt(Integer::intValue).toArray();
    names = rows.names;
    this.processor = processor;
    this.augmentation = augmentation;
    kept = new AtomicReferenceArray<>(images.size());
  }

  /**
   * The columns to read and how to use them.
   *
   * @param image the column of the encoded image
   * @param label the column of the class
   * @param labels the declared classes
   * @param processor how an image becomes numbers
   * @param augmentation of training batches
   */
  public record Layout(
      String image,
      String label,
      List<String> labels,
      ImageProcessor processor,
      Augmentation augmentation) {}

  /** Rows during the reading. */
  private static final class Labelled {
    private final List<byte[]> images = new ArrayList<>();
    private final List<Integer> targets = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
  }

  /**
   * Reads folders of Parquet files: the folders in the given order, the files of each by name.
   * Images stay encoded.
   *
   * @param store file system of the files
   * @param sources folders such as {@code client=0003/train}
   * @param layout of rows
   * @return the rows
   * @throws IOException if the file system fails
   * @throws WrongInput if a folder has no rows, a file is not Parquet, a column or value is
   *     missing, a label is not declared, or an image has a size that the processor does not take
   */
  public static ImageSet read(Store store, List<PartSource> sources, Layout layout)
      throws IOException {
    Labels labels = new Labels(layout.label(), layout.labels());
    Labelled rows = new Labelled();
    for (PartSource source : sources) {
      PartRows.forEach(
          store,
          source,
          List.of(layout.image(), layout.label()),
          (row, where) -> {
            byte[] bytes = bytes(row, where, layout);
            try {
              layout.processor().check(ImageDecoder.size(bytes));
            } catch (BrokenImage e) {
              throw unusable(where, e);
            }
            rows.images.add(bytes);
            rows.targets.add(labels.index(row, where));
            rows.names.add(where);
          });
    }
    return new ImageSet(rows, layout.processor(), layout.augmentation());
  }

  /**
   * Finds the rows of a folder that cannot be used, and keeps no rows. It decodes every image, so a
   * broken one is found here and not later by a batch.
   *
   * @param store file system of the file
   * @param folder such as {@code client=0003/train}
   * @param layout of rows
   * @return rows without a usable image or without a declared label
   * @throws IOException if the file system fails
   * @throws WrongInput if a file is not Parquet, or a column is missing
   */
  public static BadRows check(Store store, Path folder, Layout layout) throws IOException {
    Labels labels = new Labels(layout.label(), layout.labels());
    long[] white = {0};
    return PartRows.check(
            store,
            folder,
            List.of(layout.image(), layout.label()),
            (row, where) -> {
              byte[] bytes = bytes(row, where, layout);
              try {
                layout.processor().check(ImageDecoder.size(bytes));
                white[0] += ImageDecoder.whitened(bytes, ImageDecoder.decode(bytes)) ? 1 : 0;
              } catch (BrokenImage e) {
                throw unusable(where, e);
              }
              labels.index(row, where);
            })
        .withWhite(white[0]);
  }

  private static byte[] bytes(Row row, String where, Layout layout) {
    if (row.value(0) instanceof byte[] bytes) {
      return bytes;
    }
    throw new WrongInput(
        "%s: column %s holds no image; partition the images again under another name"
            .formatted(where, layout.image()));
  }

  @Override
  public int size() {
    return targets.length;
  }

  @Override
  public int length(int row) {
    return 0;
  }

  @Override
  public ImageBatch batch(int[] rows) {
    return batch(rows, (image, i) -> image);
  }

  @Override
  public ImageBatch trainingBatch(int[] rows, long[] seeds) {
    return batch(rows, (image, i) -> augmentation.of(image, seeds[i]));
  }

  private interface Change {
    Pixels of(Pixels image, int place);
  }

  private ImageBatch batch(int[] rows, Change change) {
    int each = processor.channels() * processor.width() * processor.height();
    float[] pixels = new float[rows.length * each];
    long[] labels = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      processor.normalize(change.of(sized(rows[i]), i), pixels, i * each);
      labels[i] = targets[rows[i]];
    }
    return new ImageBatch(
        pixels, labels, processor.channels(), processor.height(), processor.width());
  }

  private Pixels sized(int row) {
    byte[] values = kept.get(row);
    if (values != null) {
      return new Pixels(processor.width(), processor.height(), processor.channels(), values);
    }
    try {
      Pixels sized = processor.sized(ImageDecoder.decode(images.get(row)));
      int bytes = sized.values().length;
      if (room.addAndGet(-bytes) >= 0) {
        kept.set(row, sized.values());
      } else {
        room.addAndGet(bytes);
      }
      return sized;
    } catch (BrokenImage e) {
      throw unusable(names.get(row), e);
    }
  }

  private static WrongInput unusable(String where, BrokenImage e) {
    return new WrongInput(
        "%s: the image %s; leave it out or correct it, and partition the images again under another name"
            .formatted(where, e.getMessage()),
        e);
  }
}
