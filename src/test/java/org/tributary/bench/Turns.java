package org.tributary.bench;

import static org.tributary.fixture.TestJson.JSON;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.torch.Machine;
import org.tributary.torch.Products;
import org.tributary.torch.Program;
import org.tributary.torch.Torch;

/**
 * Our side of the conversation with {@code bench/run}: {@code bench/turns.py} describes the lines
 * on standard input and output.
 */
final class Turns {
  private static final int GEMM = 2048;
  private static final String PROGRAM =
      """
      class Program(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool

        def multiply(self: __torch__.Program, a: Tensor, b: Tensor) -> Dict[str, Tensor]:
          out = annotate(Dict[str, Tensor], {})
          out["y"] = __torch__.product(a, b, None)
          return out
      """;

  private final BufferedReader in =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  private final long before;

  /** Notes the memory before a model is loaded; the engine has started. */
  Turns() {
    System.gc();
    before = Machine.residentMemoryBytes();
  }

  /** Forgets the peak of the memory so far. */
  void resetPeak() throws IOException {
    Files.writeString(Path.of("/proc/self/clear_refs"), "5");
  }

  /** What the other side asks for; waits for it. */
  String asked() {
    try {
      String line = in.readLine();
      if (line == null) {
        throw new IllegalStateException("bench/run has ended");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers, with the memory and the version of the engine. */
  void say(Map<String, ?> answer) {
    Map<String, Object> all = new TreeMap<>(answer);
    all.put("before", before);
    all.put("peak", Machine.peakMemoryBytes());
    all.put("version", Torch.version());
    all.put("capability", Machine.cpuCapability());
    try {
      System.out.println("turn " + JSON.writeValueAsString(all));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Measures products of square float32 matrices in GFLOP/s as long as they are asked for, by the
   * library that computes the linear layers.
   */
  void answerGemm(NDManager manager) {
    try (Program program = Program.load(Products.text() + PROGRAM, manager.getDevice())) {
      while (asked().equals("gemm")) {
        try (NDManager own = manager.newSubManager()) {
          NDArray a = own.randomNormal(new Shape(GEMM, GEMM));
          NDArray b = own.randomNormal(new Shape(GEMM, GEMM));
          program.infer(own, "multiply", List.of(a, b)).get("y").getFloat(0, 0);
          long begin = System.nanoTime();
          program.infer(own, "multiply", List.of(a, b)).get("y").getFloat(0, 0);
          say(Map.of("gflops", 2.0 * GEMM * GEMM * GEMM / (System.nanoTime() - begin)));
        }
      }
    }
  }
}
