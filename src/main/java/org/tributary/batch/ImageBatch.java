package org.tributary.batch;

/**
 * The images of one step, as a batch.
 *
 * @param pixels normalised values, [B, channels, height, width]
 * @param labels class of each row, [B]
 * @param channels C
 * @param height H
 * @param width W
 */
public record ImageBatch(float[] pixels, long[] labels, int channels, int height, int width)
    implements Batch {
  @Override
  public int rows() {
    return labels.length;
  }

  @Override
  public long targets() {
    return labels.length;
  }

  @Override
  public long tokens() {
    return 0;
  }

  @Override
  public int truncated() {
    return 0;
  }
}
