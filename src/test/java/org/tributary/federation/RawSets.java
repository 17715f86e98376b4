package org.tributary.federation;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/** Small raw sets in every format that can be partitioned, all in one folder. */
public final class RawSets {
  private static final int IMAGES = 24;
  private static final int SIDE = 12;

  private RawSets() {}

  /** Writes the sets. */
  public static void write(Path folder) throws IOException {
    Path labels = folder.resolve("images");
    Path zipped = folder.resolve("images.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(zipped))) {
      for (int i = 0; i < IMAGES; i++) {
        String name = "%s/i %d.png".formatted(i % 3 == 0 ? "no" : "yes", i);
        Files.createDirectories(labels.resolve(name).getParent());
        Files.write(labels.resolve(name), png(i));
        zip.putNextEntry(new ZipEntry(name));
        zip.write(png(i));
      }
    }
    parquet(folder.resolve("of images/a.parquet"));
    idx(Files.createDirectories(folder.resolve("idx")));
    lines(folder);
  }

  private static byte[] png(int number) throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    image.setRGB(number % SIDE, number / 2, 0xffffff - number * 0x1234);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private static void parquet(Path file) throws IOException {
    Schema schema = Schema.of(new Column("image", Type.BINARY), new Column("label", Type.STRING));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      rows.add(Row.of(schema, png(i), i % 2 == 0 ? "even" : "odd"));
    }
    Tiny.STORE.commit(Tiny.hadoop(file), out -> ParquetRows.write(out, schema, rows));
  }

  private static void idx(Path folder) throws IOException {
    ByteBuffer images = ByteBuffer.allocate(16 + IMAGES * SIDE * SIDE);
    images.putInt(0x803).putInt(IMAGES).putInt(SIDE).putInt(SIDE);
    ByteBuffer labels = ByteBuffer.allocate(8 + IMAGES).putInt(0x801).putInt(IMAGES);
    for (int i = 0; i < IMAGES; i++) {
      images.put(16 + i * SIDE * SIDE + i, (byte) (100 + i));
      labels.put((byte) (i % 2));
    }
    Files.write(folder.resolve("train-images-idx3-ubyte"), images.array());
    Files.write(folder.resolve("train-labels-idx1-ubyte"), labels.array());
  }

  private static void lines(Path folder) throws IOException {
    StringBuilder json = new StringBuilder();
    StringBuilder csv = new StringBuilder("text,label\n");
    for (int i = 0; i < 1200; i++) {
      json.append(
          "{\"text\": \"row %d of a long story\", \"label\": \"l%d\"}%n".formatted(i, i % 3));
      csv.append("row %d,l%d%n".formatted(i, i % 3));
    }
    Path several = Files.createDirectories(folder.resolve("json lines"));
    Files.writeString(several.resolve("a.jsonl"), json);
    Files.writeString(several.resolve("{b}*.jsonl"), json);
    Files.writeString(folder.resolve("rows.csv"), csv);
    try (var out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("r[1].jsonl.gz")))) {
      out.write(json.toString().getBytes());
    }
  }
}
