package org.tributary.bench;

import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.hadoop.conf.Configuration;
import org.tributary.batch.Batch;
import org.tributary.checkpoint.Store;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.rows.ParquetRows;
import org.tributary.text.Tokenizer;

/**
 * The rows of a case as tensors in the layout of {@link PreparedRows}: random ones in which every
 * position is real, or a random sample of real texts and images as they are.
 *
 * @param data folder with {@code wordnet/train.parquet}, {@code medquad.jsonl.gz} and {@code
 *     brain-tumor-64.zip}
 * @param tokenizer folder of the model whose {@code tokenizer.json} makes texts into ids
 */
record RawRows(Path data, Path tokenizer) {
  private static final int SIDE = 224;
  private static final Store STORE = Store.of(new Configuration());

  /** One row: ids, and a label for the row or one for every id. */
  private record Text(long[] ids, long... labels) {}

  /**
   * The rows of a case.
   *
   * @param one the case
   * @param vocabulary ids are below it
   * @param n number of rows
   */
  Map<String, HostTensor> of(StepCase one, long vocabulary, int n) throws IOException {
    return switch (one.rows()) {
      case "synthetic" -> vocabulary == 0 ? pixels(one, n) : texts(synthetic(one, vocabulary, n));
      case "wordnet" -> texts(wordnet(one, n));
      case "medquad" -> texts(medquad(one, n));
      case "images" -> images(n);
      case "prompts" -> texts(prompts(one, vocabulary));
      default -> throw new IllegalArgumentException(one.rows());
    };
  }

  private static List<Text> synthetic(StepCase one, long vocabulary, int n) {
    SplittableRandom random = new SplittableRandom(7);
    List<Text> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      long[] ids = random.longs(one.length(), 1, vocabulary).toArray();
      rows.add(new Text(ids, one.labels() == 0 ? ids : new long[] {i % one.labels()}));
    }
    return rows;
  }

  private static List<Text> prompts(StepCase one, long vocabulary) {
    SplittableRandom random = new SplittableRandom(7);
    List<Text> rows = new ArrayList<>();
    for (int length : one.prompts()) {
      rows.add(new Text(random.longs(length, 1, vocabulary).toArray(), 0));
    }
    return rows;
  }

  private static Map<String, HostTensor> pixels(StepCase one, int n) {
    SplittableRandom random = new SplittableRandom(7);
    float[] values = new float[n * 3 * SIDE * SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * random.nextDouble() - 1);
    }
    return Map.of(
        "pixels",
        HostTensor.of(values, n, 3, SIDE, SIDE),
        "labels",
        longs(LongStream.range(0, n).map(i -> i % one.labels()).toArray()));
  }

  private List<Text> wordnet(StepCase one, int n) throws IOException {
    List<String[]> found = new ArrayList<>();
    ParquetRows.forEach(
        STORE,
        hadoop(data.resolve("wordnet/train.parquet")),
        List.of("definition", "category"),
        row -> found.add(new String[] {row.text("definition"), row.text("category")}));
    List<String> classes =
        new ArrayList<>(
            found.stream().map(row -> row[1]).collect(Collectors.toCollection(TreeSet::new)));
    try (Tokenizer tokens = tokens(one.length())) {
      return sample(found, n).stream()
          .map(row -> new Text(tokens.ids(row[0]), classes.indexOf(row[1])))
          .toList();
    }
  }

  /** Questions with answers; the ids of the answer count in the loss, at most {@code length}. */
  private List<Text> medquad(StepCase one, int n) throws IOException {
    List<String[]> found = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(data.resolve("medquad.jsonl.gz"))),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode row = JSON.readTree(line);
        found.add(new String[] {row.get("question").asText(), row.get("answer").asText()});
      }
    }
    try (Tokenizer tokens = tokens(one.length())) {
      return sample(found, n).stream().map(row -> answered(tokens, row, one.length())).toList();
    }
  }

  private static Text answered(Tokenizer tokens, String[] row, int most) {
    long[] question = tokens.encode(row[0], false).ids();
    long[] answer = tokens.encode(row[1], false).ids();
    long[] ids =
        LongStream.concat(LongStream.of(question), LongStream.of(answer)).limit(most).toArray();
    long[] labels = ids.clone();
    for (int i = 0; i < Math.min(question.length, labels.length); i++) {
      labels[i] = Batch.IGNORED;
    }
    return new Text(ids, labels);
  }

  private Map<String, HostTensor> images(int n) throws IOException {
    try (ZipFile zip = new ZipFile(data.resolve("brain-tumor-64.zip").toFile())) {
      List<ZipEntry> entries =
          sample(
              zip.stream()
                  .map(entry -> (ZipEntry) entry)
                  .filter(entry -> entry.getName().matches("train/.*\\.png"))
                  .sorted(Comparator.comparing(ZipEntry::getName))
                  .toList(),
              n);
      List<String> classes =
          new ArrayList<>(
              entries.stream().map(RawRows::label).collect(Collectors.toCollection(TreeSet::new)));
      ByteBuffer files =
          direct(entries.stream().mapToInt(entry -> Math.toIntExact(entry.getSize())).sum());
      long[] ends = new long[n];
      for (int i = 0; i < n; i++) {
        files.put(zip.getInputStream(entries.get(i)).readAllBytes());
        ends[i] = files.position();
      }
      return Map.of(
          "files",
          new HostTensor(DType.U8, new long[] {files.position()}, files.flip()),
          "ends",
          longs(ends),
          "labels",
          longs(entries.stream().mapToLong(entry -> classes.indexOf(label(entry))).toArray()));
    }
  }

  private static String label(ZipEntry entry) {
    return entry.getName().split("/")[1];
  }

  private static <T> List<T> sample(List<T> all, int n) {
    List<T> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(7));
    return shuffled.subList(0, n);
  }

  private Tokenizer tokens(int most) throws IOException {
    return Tokenizer.open(STORE, hadoop(tokenizer.resolve("tokenizer.json")), most);
  }

  private static Map<String, HostTensor> texts(List<Text> rows) {
    long[] ends = new long[rows.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = (i == 0 ? 0 : ends[i - 1]) + rows.get(i).ids().length;
    }
    Map<String, HostTensor> tensors = new TreeMap<>();
    tensors.put(
        "ids", longs(rows.stream().flatMapToLong(row -> LongStream.of(row.ids())).toArray()));
    tensors.put(
        "labels", longs(rows.stream().flatMapToLong(row -> LongStream.of(row.labels())).toArray()));
    tensors.put("ends", longs(ends));
    return tensors;
  }

  /** A vector of int64. */
  static HostTensor longs(long... values) {
    ByteBuffer bytes = direct(8 * values.length);
    for (long value : values) {
      bytes.putLong(value);
    }
    return new HostTensor(DType.I64, new long[] {values.length}, bytes.flip());
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
