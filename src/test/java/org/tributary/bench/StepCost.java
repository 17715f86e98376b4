package org.tributary.bench;

import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.client.Assignment;
import org.tributary.client.LocalTraining;
import org.tributary.model.Architecture;
import org.tributary.model.Lora;
import org.tributary.model.Model;
import org.tributary.model.Precision;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.torch.Machine;
import org.tributary.torch.Torch;

/**
 * The cost of Tributary's training steps, on the path of the product: {@code StepCost FOLDER}. It
 * trains as {@link LocalTraining} does, and stops after each turn until {@code bench/run} asks for
 * the next one, so that ours and the peer's steps alternate. See {@code bench/turns.py} for the
 * lines on standard input and output.
 */
public final class StepCost {
  private static final int GEMM = 2048;

  private final StepCase one;
  private final BufferedReader in =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  private final List<Double> seconds = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private int left;
  private long last;

  private StepCost(StepCase one) {
    this.one = one;
    left = one.warmup();
  }

  /** Runs one case. */
  public static void main(String[] args) throws IOException {
    new StepCost(StepCase.read(Path.of(args[0]))).run();
  }

  private void run() throws IOException {
    Torch.prepareThread(one.threads());
    try (NDManager manager = Torch.manager(Device.cpu())) {
      manager.zeros(new Shape(8)).getFloat(0);
      System.gc();
      long before = Machine.residentMemoryBytes();
      train(manager, before);
    }
    try (NDManager manager = Torch.manager(Device.cpu())) {
      while (in.readLine().equals("gemm")) {
        say(Map.of("gflops", gemm(manager)));
      }
    }
  }

  private void train(NDManager manager, long before) throws IOException {
    Architecture architecture = one.architecture();
    Map<String, HostTensor> base = SafeTensors.map(one.model().resolve("model.safetensors"));
    Lora lora = one.lora();
    Map<String, HostTensor> start = new TreeMap<>(base);
    Map<String, Double> scalings = Map.of();
    if (lora != null) {
      start = adapter(architecture);
      base.keySet().removeAll(start.keySet());
      scalings = Lora.scalings(lora.layers(architecture.linearLayers()).keySet(), lora.scaling());
    } else {
      base = Map.of();
    }
    PreparedRows rows = PreparedRows.of(one);
    try (Model model = new Model(architecture, base, scalings, Device.cpu(), Precision.FLOAT32)) {
      Files.writeString(Path.of("/proc/self/clear_refs"), "5");
      RoundPlan plan =
          new RoundPlan(
              start.entrySet().stream()
                  .collect(
                      Collectors.toMap(
                          Map.Entry::getKey,
                          e -> new RoundPlan.Part(e.getValue().shape(), Role.TRAVELS),
                          (a, b) -> a,
                          TreeMap::new)));
      last = System.nanoTime();
      new LocalTraining(model, one.recipe())
          .train(
              new Assignment(one.client(), 0, rows, plan, start, Map.of()),
              manager,
              (step, steps, loss) -> step(step == steps, loss, before));
    }
  }

  /** The start of the trained tensors, under the model's names. */
  private Map<String, HostTensor> adapter(Architecture architecture) throws IOException {
    Map<String, HostTensor> start = new TreeMap<>();
    PeftAdapter.read(
            Store.of(new Configuration()),
            new org.apache.hadoop.fs.Path(one.folder().resolve("adapter").toUri()))
        .tensors()
        .forEach((name, tensor) -> start.put(architecture.nameFromPeft(name), tensor));
    return start;
  }

  private void step(boolean end, double loss, long before) {
    seconds.add((System.nanoTime() - last) / 1e9);
    losses.add(loss);
    left--;
    if (left == 0) {
      Map<String, Object> turn = new TreeMap<>();
      turn.put("seconds", seconds);
      turn.put("losses", losses);
      if (end) {
        turn.put("before", before);
        turn.put("peak", Machine.peakMemoryBytes());
        turn.put("version", Torch.version());
        turn.put("capability", Machine.cpuCapability());
      }
      say(turn);
      seconds.clear();
      losses.clear();
      left = end ? 0 : Integer.parseInt(next());
    }
    last = System.nanoTime();
  }

  private String next() {
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

  private static void say(Map<String, ?> line) {
    try {
      System.out.println("turn " + JSON.writeValueAsString(line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** GFLOP/s of a product of two square float32 matrices. */
  private static double gemm(NDManager manager) {
    try (NDManager own = manager.newSubManager()) {
      NDArray a = own.randomNormal(new Shape(GEMM, GEMM));
      NDArray b = own.randomNormal(new Shape(GEMM, GEMM));
      a.matMul(b).getFloat(0, 0);
      long begin = System.nanoTime();
      a.matMul(b).getFloat(0, 0);
      return 2.0 * GEMM * GEMM * GEMM / (System.nanoTime() - begin);
    }
  }
}
