package org.tributary.setup;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tributary.checkpoint.Store;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.partition.FormatGuess;
import org.tributary.partition.RawSample;
import org.tributary.rows.raw.ColumnKind;

/**
 * What a raw set holds.
 *
 * @param path as the user wrote it
 * @param format a value of {@code source.format}
 * @param image the column of encoded images, of Parquet; null for others
 * @param sample the first rows
 */
record DataLook(String path, String format, String image, RawSample sample) {
  /** Rows that are read. */
  static final int ROWS = 2000;

  /**
   * Looks at a raw set.
   *
   * @param store reaches it
   * @param path a file or folder
   * @param images whether the model takes images
   * @throws WrongInput if {@code partition} would refuse it, or it does not fit the model
   */
  static DataLook of(Store store, String path, boolean images) throws IOException {
    String format = FormatGuess.of(store, path);
    boolean ofImages = List.of("images", "idx").contains(format);
    RawSample sample =
        RawSample.of(store, source(path, format, null), ofImages ? "label" : null, ROWS);
    String image = null;
    if (images && !ofImages) {
      image =
          sample.columns().entrySet().stream()
              .filter(c -> format.equals("parquet") && mayHoldImages(c.getKey(), c.getValue()))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElseThrow(
                  () ->
                      new WrongInput(
                          "%s: the model classifies images, and no column of these rows (%s) holds encoded images; name images, or a model of texts"
                              .formatted(path, String.join(", ", sample.columns().keySet()))));
    } else if (!images && ofImages) {
      throw new WrongInput(
          "%s: holds images, and the model takes texts; name a ViT or SigLIP, or rows of text"
              .formatted(path));
    }
    if (!ofImages && sample.rows().isEmpty()) {
      throw new WrongInput("%s: has no rows; name a set that has some".formatted(path));
    }
    return new DataLook(path, format, image, sample);
  }

  private static boolean mayHoldImages(String column, ColumnKind kind) {
    return kind == ColumnKind.BINARY
        || kind != ColumnKind.STRING
            && column.toLowerCase(Locale.ROOT).matches("image|img|picture");
  }

  private static PartitionConfig.Source source(String path, String format, String image) {
    return new PartitionConfig.Source(format, path, null, null, List.of(), image, List.of(), null);
  }

  /** Whether it holds images, in files or in a column. */
  boolean isOfImages() {
    return image != null || List.of("images", "idx").contains(format);
  }

  /** A name for the partitioned set: the last part of the path without its extensions. */
  String name() {
    String last = path.replaceAll("/+$", "").replaceAll(".*/", "").toLowerCase(Locale.ROOT);
    String plain =
        last.replaceAll("(\\.[a-z]{2,7}){1,2}$", "")
            .replaceAll("[^a-z0-9._-]+", "-")
            .replaceAll("^[^a-z0-9]+", "");
    return plain.isEmpty() ? "data" : plain;
  }
}
