package org.tributary.partition;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * Whether text files are UTF-8, by their bytes: Spark's readers put U+FFFD in the place of bytes
 * that are not, and say nothing.
 */
final class Utf8 {
  private static final int CHUNK = 1 << 16;
  private static final int MOST_TASKS = 1000;

  private Utf8() {}

  /**
   * Looks at all files, one task each.
   *
   * @throws WrongInput naming each file that is of another encoding, and where
   */
  static void check(JavaSparkContext spark, List<SourceFiles> sets) {
    Broadcast<SerializableConfiguration> conf =
        spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    List<String> problems = new ArrayList<>();
    for (SourceFiles set : sets) {
      List<String> paths = set.files().stream().map(Path::toString).toList();
      spark
          .parallelize(paths, Math.min(paths.size(), MOST_TASKS))
          .map(path -> wrong(conf.value().value(), new Path(path)))
          .filter(wrong -> !wrong.isEmpty())
          .collect()
          .forEach(wrong -> problems.add(set.key() + ": " + wrong));
    }
    if (problems.size() == 1) {
      throw new WrongInput(problems.get(0));
    } else if (!problems.isEmpty()) {
      throw WrongInput.all("sources:", problems);
    }
  }

  private static String wrong(Configuration hadoop, Path file) throws IOException {
    CompressionCodec codec = new CompressionCodecFactory(hadoop).getCodec(file);
    try (InputStream raw = Store.of(hadoop).open(file);
        InputStream in = codec == null ? raw : codec.createInputStream(raw)) {
      return wrong(in, file);
    } catch (IOException | RuntimeException e) {
      if (codec == null) {
        throw e;
      }
      // What cannot be unpacked is for Spark's own reading to tell.
      return "";
    }
  }

  private static String wrong(InputStream in, Path file) throws IOException {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
    CharBuffer chars = CharBuffer.allocate(CHUNK);
    long line = 1;
    boolean ended = false;
    while (!ended) {
      int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
      ended = read < 0;
      bytes.limit(bytes.position() + Math.max(read, 0)).position(0);
      CoderResult result = decoder.decode(bytes, chars.clear(), ended);
      for (int i = 0; i < bytes.position(); i++) {
        line += bytes.get(i) == '\n' ? 1 : 0;
      }
      if (result.isError()) {
        return told(file, line, bytes);
      }
      bytes.compact();
    }
    return "";
  }

  private static String told(Path file, long line, ByteBuffer bytes) {
    boolean utf16 =
        bytes.position() == 0
            && bytes.remaining() > 1
            && (bytes.getShort(0) == (short) 0xfffe || bytes.getShort(0) == (short) 0xfeff);
    String from = utf16 ? "utf-16" : "latin1";
    return "%s: line %d is not UTF-8 (byte 0x%02x); write it again as UTF-8, such as with iconv -f %s -t utf-8 (or from its own encoding)"
        .formatted(file, line, bytes.get(bytes.position()), from);
  }
}
