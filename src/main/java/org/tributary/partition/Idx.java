package org.tributary.partition;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.image.Png;

/**
 * Reads grey images and their labels in the IDX format of MNIST (LeCun, Cortes and Burges). Images
 * are big-endian {@code 0x00000803, n, rows, columns} and n x rows x columns bytes. Labels are
 * {@code 0x00000801, n} and n bytes. Both files may be compressed with gzip.
 */
final class Idx implements Iterator<Idx.Image> {
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;

  private final byte[] labels;
  private final DataInputStream in;
  private final String name;
  private final int height;
  private final int width;
  private int next;

  /**
   * One image.
   *
   * @param png the same values as a PNG
   * @param label its class
   * @param place its number, counted from 0
   */
  record Image(byte[] png, int label, int place) {}

  private Idx(byte[] labels, DataInputStream in, String name) throws IOException {
    this.labels = labels;
    this.in = in;
    this.name = name;
    height = in.readInt();
    width = in.readInt();
    if (height < 1 || width < 1 || (long) height * width > 1 << 24) {
      throw new WrongInput(
          "%s: has images of %d x %d; copy it again".formatted(name, height, width));
    }
  }

  /**
   * Opens a pair of files.
   *
   * @param store file system of the files
   * @param images the file of images
   * @param labels the file of labels
   * @return the images, which are read on demand
   * @throws WrongInput if a file has another format, or the numbers of entries differ
   */
  static Idx open(Store store, Path images, Path labels) throws IOException {
    byte[] known;
    try (DataInputStream in = stream(store, labels)) {
      known = new byte[count(in, labels, LABELS)];
      in.readFully(known);
    } catch (EOFException e) {
      throw cut(labels.toString(), e);
    }
    DataInputStream in = stream(store, images);
    try {
      int count = count(in, images, IMAGES);
      if (count != known.length) {
        throw new WrongInput(
            "%s has %d images, %s has %d labels; take files that belong together"
                .formatted(images, count, labels, known.length));
      }
      return new Idx(known, in, images.toString());
    } catch (EOFException e) {
      in.close();
      throw cut(images.toString(), e);
    } catch (RuntimeException | IOException e) {
      in.close();
      throw e;
    }
  }

  /**
   * Reads a pair of files to their end.
   *
   * @return the highest label; -1 if there are none
   * @throws WrongInput as {@link #open} and {@link #next}
   */
  static int check(Store store, Path images, Path labels) throws IOException {
    Idx idx = open(store, images, labels);
    try (DataInputStream in = idx.in) {
      byte[] one = new byte[idx.height * idx.width];
      for (int i = 0; i < idx.labels.length; i++) {
        in.readFully(one);
      }
      int highest = -1;
      for (byte label : idx.labels) {
        highest = Math.max(highest, label & 0xff);
      }
      return highest;
    } catch (EOFException e) {
      throw cut(images.toString(), e);
    }
  }

  private static DataInputStream stream(Store store, Path file) throws IOException {
    InputStream in = new BufferedInputStream(store.open(file), 1 << 16);
    return new DataInputStream(
        file.getName().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in);
  }

  private static int count(DataInputStream in, Path file, int magic) throws IOException {
    int found = in.readInt();
    int count = in.readInt();
    if (found != magic || count < 0) {
      throw new WrongInput(
          "%s is not an IDX file of %s (it begins with 0x%08x); name another file"
              .formatted(file, magic == IMAGES ? "images" : "labels", found));
    }
    return count;
  }

  private static WrongInput cut(String name, EOFException e) {
    return new WrongInput(name + " ends before its last entry; copy it again", e);
  }

  @Override
  public boolean hasNext() {
    return next < labels.length;
  }

  @Override
  public Image next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    byte[] values = new byte[height * width];
    try {
      in.readFully(values);
      int place = next++;
      if (!hasNext()) {
        in.close();
      }
      return new Image(Png.grey(values, width, height), labels[place] & 0xff, place);
    } catch (EOFException e) {
      throw cut(name, e);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("reading " + name, e);
    }
  }
}
