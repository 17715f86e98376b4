package org.tributary.image;

import java.util.Arrays;

/**
 * Resizes images with the same bits as Pillow ({@code src/libImaging/Resample.c}, and for the
 * nearest neighbour {@code ImagingScaleAffine} of {@code Geometry.c}): columns first, then rows,
 * rounded to 8 bits in between. A pass that changes no size is skipped.
 *
 * <p>With {@code s = in / out} and {@code f = max(s, 1)}, an output pixel x has its centre at
 * {@code c = (x + 0.5) s} and weights {@code w_i = k((i + 0.5 - c) / f)} for the input pixels i
 * within {@code c ± support f}: a smaller output stretches the filter, which Pillow calls
 * antialiasing. Weights are divided by their sum and rounded to 22 fractional bits. A pixel is
 * {@code (2^21 + Σ w_i p_i) >> 22}, clipped to 0..255.
 */
public enum Resample {
  /** The pixel at the centre. */
  NEAREST(0) {
    @Override
    double weight(double x) {
      throw new AssertionError("no weights");
    }
  },
  /** {@code sinc(x) sinc(x / 3)} for |x| &lt; 3. */
  LANCZOS(3) {
    @Override
    double weight(double x) {
      return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0;
    }
  },
  /** {@code 1 - |x|}. */
  BILINEAR(1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  /** Keys' cubic with a = -0.5. */
  BICUBIC(2) {
    @Override
    double weight(double x) {
      double a = -0.5;
      double t = Math.abs(x);
      if (t < 1) {
        return ((a + 2) * t - (a + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    }
  },
  /** The mean. */
  BOX(0.5) {
    @Override
    double weight(double x) {
      return -0.5 < x && x <= 0.5 ? 1 : 0;
    }
  },
  /** {@code sinc(x) (0.54 + 0.46 cos(π x))} for |x| &lt; 1, with the two constants in float32. */
  HAMMING(1) {
    @Override
    double weight(double x) {
      double t = Math.abs(x);
      if (t == 0) {
        return 1;
      }
      return t >= 1 ? 0 : sinc(t) * (0.54f + 0.46f * StrictMath.cos(t * Math.PI));
    }
  };

  private static final int BITS = 22;

  private final double support;

  Resample(double support) {
    this.support = support;
  }

  /**
   * The filter with a number of {@code preprocessor_config.json}.
   *
   * @param code Pillow's number: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming
   * @return null for another number
   */
  public static Resample of(int code) {
    return code >= 0 && code < values().length ? values()[code] : null;
  }

  /** The filter's weight at a distance from the centre. */
  abstract double weight(double x);

  private static double sinc(double x) {
    // StrictMath gives the same last bit on every machine.
    return x == 0 ? 1 : StrictMath.sin(x * Math.PI) / (x * Math.PI);
  }

  /**
   * Resizes.
   *
   * @param image any size from 1 x 1
   * @param width columns, at least 1
   * @param height rows, at least 1
   * @return the same image if it has that size
   */
  public Pixels resize(Pixels image, int width, int height) {
    if (this == NEAREST) {
      return nearest(image, width, height);
    }
    Pixels wide = width == image.width() ? image : columns(image, width);
    return height == wide.height() ? wide : rows(wide, height);
  }

  private static Pixels nearest(Pixels image, int width, int height) {
    int[] x = places(image.width(), width);
    int[] y = places(image.height(), height);
    int c = image.channels();
    byte[] values = new byte[width * height * c];
    for (int j = 0; j < height; j++) {
      for (int i = 0; i < width; i++) {
        int from = (y[j] * image.width() + x[i]) * c;
        System.arraycopy(image.values(), from, values, (j * width + i) * c, c);
      }
    }
    return new Pixels(width, height, c, values);
  }

  /** Adds step by step, as Pillow does, because a product rounds differently. */
  private static int[] places(int in, int out) {
    double step = (double) in / out;
    int[] places = new int[out];
    double at = step * 0.5;
    for (int i = 0; i < out; i++, at += step) {
      places[i] = Math.min(in - 1, (int) at);
    }
    return places;
  }

  private Pixels columns(Pixels image, int width) {
    Taps taps = taps(image.width(), width);
    int c = image.channels();
    byte[] in = image.values();
    byte[] values = new byte[width * image.height() * c];
    int at = 0;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < width; x++) {
        int from = (y * image.width() + taps.first[x]) * c;
        for (int k = 0; k < c; k++) {
          values[at++] = taps.sum(x, in, from + k, c);
        }
      }
    }
    return new Pixels(width, image.height(), c, values);
  }

  private Pixels rows(Pixels image, int height) {
    Taps taps = taps(image.height(), height);
    int line = image.width() * image.channels();
    byte[] values = new byte[line * height];
    int at = 0;
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < line; i++) {
        values[at++] = taps.sum(y, image.values(), taps.first[y] * line + i, line);
      }
    }
    return new Pixels(image.width(), height, image.channels(), values);
  }

  /** Weights of the input pixels of each output pixel, beginning at the first input pixel. */
  private record Taps(int[] first, int[][] weights) {
    byte sum(int out, byte[] in, int from, int stride) {
      int sum = 1 << BITS - 1;
      int at = from;
      for (int w : weights[out]) {
        sum += w * (in[at] & 0xff);
        at += stride;
      }
      return (byte) Math.max(0, Math.min(255, sum >> BITS));
    }
  }

  private Taps taps(int in, int out) {
    double scale = (double) in / out;
    double stretch = Math.max(scale, 1);
    double reach = support * stretch;
    int[] first = new int[out];
    int[][] weights = new int[out][];
    for (int x = 0; x < out; x++) {
      double centre = (x + 0.5) * scale;
      first[x] = Math.max(0, (int) (centre - reach + 0.5));
      int end = Math.min(in, (int) (centre + reach + 0.5));
      double[] w = new double[end - first[x]];
      double inverse = 1 / stretch;
      for (int i = 0; i < w.length; i++) {
        w[i] = weight((i + first[x] - centre + 0.5) * inverse);
      }
      weights[x] = fixed(w);
    }
    return new Taps(first, weights);
  }

  private static int[] fixed(double[] weights) {
    double sum = 0;
    for (double w : weights) {
      sum += w;
    }
    double whole = sum == 0 ? 1 : sum;
    return Arrays.stream(weights)
        .map(w -> w / whole * (1 << BITS))
        .mapToInt(w -> (int) (w < 0 ? w - 0.5 : w + 0.5))
        .toArray();
  }
}
