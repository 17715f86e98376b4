package org.tributary.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
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
import org.tributary.torch.Torch;

/**
 * The cost of Tributary's training steps, on the path of the product: {@code StepCost FOLDER
 * [PRECISION]}. It trains as {@link LocalTraining} does, and stops after each turn until {@code
 * bench/run} asks for the next one, so that ours and the peer's steps alternate. See {@code
 * bench/turns.py} for the lines on standard input and output.
 */
public final class StepCost {
  private final StepCase one;
  private final Precision precision;
  private final Turns turns;
  private final List<Double> seconds = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private int left;
  private long last;

  private StepCost(StepCase one, Precision precision, Turns turns) {
    this.one = one;
    this.precision = precision;
    this.turns = turns;
    left = one.warmup();
  }

  /** Runs one case. */
  public static void main(String[] args) throws IOException {
    StepCase one = StepCase.read(Path.of(args[0]));
    Precision precision = args.length > 1 ? Precision.named(args[1]) : one.precision();
    Torch.prepareThread(one.threads());
    try (NDManager manager = Torch.manager(Device.cpu())) {
      manager.zeros(new Shape(8)).getFloat(0);
      Turns turns = new Turns();
      new StepCost(one, precision, turns).train(manager);
      turns.answerGemm(manager);
    }
  }

  private void train(NDManager manager) throws IOException {
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
    try (Model model = new Model(architecture, base, scalings, Device.cpu(), precision)) {
      turns.resetPeak();
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
              (step, steps, loss) -> step(step == steps, loss));
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

  private void step(boolean end, double loss) {
    seconds.add((System.nanoTime() - last) / 1e9);
    losses.add(loss);
    left--;
    if (left == 0) {
      turns.say(Map.of("seconds", seconds, "losses", losses));
      seconds.clear();
      losses.clear();
      left = end ? 0 : Integer.parseInt(turns.asked());
    }
    last = System.nanoTime();
  }
}
