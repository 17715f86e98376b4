package org.tributary.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tributary.batch.TextBatch;
import org.tributary.framework.WeightedMean;
import org.tributary.linalg.LowRank;
import org.tributary.linalg.Matrix;
import org.tributary.linalg.Svd;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;
import org.tributary.text.ClassificationSet;
import org.tributary.text.Tokenizer;

/** The inner pieces of a round that are not products of libtorch. bench/README.md says how to run them. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class InnerPieces {
  /** Adapters of rank 16 of one matrix of 2048 x 5632, as FlexLoRA merges them. */
  @State(Scope.Benchmark)
  public static class Adapters {
    /** Number of clients. */
    @Param({"10", "100"})
    public int clients;

    private List<LowRank.Term> terms;

    /** Makes the factors. */
    @Setup
    public void fill() {
      terms =
          IntStream.range(0, clients)
              .mapToObj(k -> new LowRank.Term(1.0 / clients, random(2048, 16, k), random(16, 5632, -k)))
              .toList();
    }

    private static Matrix random(int rows, int columns, long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      return new Matrix(rows, columns, random.doubles((long) rows * columns, -1, 1).toArray());
    }
  }

  /** Updates of one tensor of a million numbers, as FedAvg merges them in units. */
  @State(Scope.Benchmark)
  public static class Updates {
    private List<Contribution> contributions;

    /** Makes the updates of eight clients. */
    @Setup
    public void fill() {
      contributions =
          IntStream.range(0, 8)
              .mapToObj(
                  k -> {
                    float[] values = new float[1 << 20];
                    Arrays.fill(values, k);
                    return new Contribution(
                        "c" + k, 1 / 8.0, Map.of("w", HostTensor.of(values, values.length)));
                  })
              .toList();
    }
  }

  /** Rows of text as a user has them. */
  @State(Scope.Benchmark)
  public static class Texts {
    private Tokenizer tokenizer;
    private ClassificationSet rows;
    private final int[] batch = IntStream.range(0, 16).toArray();

    /** Reads the tokenizer of the model that the property {@code model} names. */
    @Setup
    public void open() throws IOException {
      Path file = Path.of(System.getProperty("model", "models/all-MiniLM-L6-v2"), "tokenizer.json");
      tokenizer = Tokenizer.of(Files.readAllBytes(file), file.toString(), 64);
      String text = "a native or inhabitant of Greece who speaks one of its older dialects ";
      rows =
          new ClassificationSet(
              Arrays.stream(batch).mapToObj(i -> text.repeat(1 + i % 4)).toList(), batch);
    }

    /** Frees the tokenizer. */
    @TearDown
    public void close() {
      tokenizer.close();
    }
  }

  /** FlexLoRA's merge of one matrix: the best product of rank 16 for the weighted sum. */
  @Benchmark
  public Svd flexLora(Adapters adapters) {
    return LowRank.merge(adapters.terms, 16);
  }

  /** FedAvg's merge of one tensor: the weighted sum in double. */
  @Benchmark
  public HostTensor fedAvg(Updates updates) {
    return WeightedMean.of("w", updates.contributions);
  }

  /** A training batch of 16 texts: tokens, padding, mask. */
  @Benchmark
  public TextBatch batch(Texts texts) {
    return texts.rows.batch(texts.batch, texts.tokenizer, 0);
  }
}
