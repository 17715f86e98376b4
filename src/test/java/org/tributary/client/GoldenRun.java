package org.tributary.client;

import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import org.apache.hadoop.conf.Configuration;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.Lora;
import org.tributary.model.Model;
import org.tributary.model.Pooling;
import org.tributary.model.Precision;
import org.tributary.optim.AdamSettings;
import org.tributary.optim.GaLoreSettings;
import org.tributary.optim.GradientSubspaces;
import org.tributary.optim.Gradients;
import org.tributary.optim.Optimizer;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.Optimizers;
import org.tributary.optim.Schedule;
import org.tributary.optim.SgdSettings;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** One golden run: takes steps as {@link LocalTraining} does, over the given batches. */
final class GoldenRun implements AutoCloseable {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));
  private static final List<String> LINEAR =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  private final JsonNode hyper;
  private final Lora lora;
  private final Map<String, HostTensor> base;
  private final Set<String> adaptedWeights = new TreeSet<>();
  private final Map<String, HostTensor> batches;
  private final Model model;
  private final Map<String, HostTensor> start;
  private final Map<String, NDArray> arrays = new TreeMap<>();
  private Map<String, HostTensor> afterFirstPeriod;
  private final Map<String, HostTensor> bases = new TreeMap<>();
  private double loss;
  private double norm;
  private double rate;

  GoldenRun(Path folder, JsonNode hyper) throws IOException {
    this(folder, hyper, Precision.FLOAT32);
  }

  GoldenRun(Path folder, JsonNode hyper, Precision precision) throws IOException {
    this.hyper = hyper;
    base = SafeTensors.map(GOLDEN.resolve("llama_gqa/model.safetensors"));
    batches = SafeTensors.map(GOLDEN.resolve("optim/batches.safetensors"));
    Architecture architecture =
        Architectures.of(
            JSON.readTree(GOLDEN.resolve("llama_gqa/config.json").toFile()),
            base.keySet(),
            Pooling.MEAN);
    lora = hyper.has("r") ? lora(hyper) : null;
    Set<String> layers =
        lora == null ? Set.of() : lora.layers(architecture.linearLayers()).keySet();
    layers.forEach(layer -> adaptedWeights.add(layer + ".weight"));
    double s = lora == null ? 1 : lora.scaling();
    model = new Model(architecture, base, Lora.scalings(layers, s), Device.cpu(), precision);
    start = lora == null ? base : adapter(folder.resolve("adapter_init"));
  }

  private static Lora lora(JsonNode hyper) {
    List<String> targets = new ArrayList<>();
    hyper.get("target_modules").forEach(t -> targets.add(t.asText()));
    return new Lora(
        hyper.get("r").asInt(),
        hyper.get("lora_alpha").asDouble(),
        hyper.get("use_rslora").asBoolean(),
        targets);
  }

  /** An adapter under Tributary's names, in float32. */
  static Map<String, HostTensor> adapter(Path folder) throws IOException {
    Store store = Store.of(new Configuration());
    PeftAdapter adapter = PeftAdapter.read(store, new org.apache.hadoop.fs.Path(folder.toUri()));
    Map<String, HostTensor> tensors = new TreeMap<>();
    adapter.tensors().forEach((name, t) -> tensors.put(name, float32(t)));
    return tensors;
  }

  private static HostTensor float32(HostTensor t) {
    if (t.dtype() == DType.F32) {
      return t;
    }
    DoubleBuffer doubles = t.data().asDoubleBuffer();
    float[] values = new float[doubles.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) doubles.get(i);
    }
    return HostTensor.of(values, t.shape());
  }

  private OptimizerSettings settings() {
    String name = hyper.get("optimizer").asText();
    double beta1 = hyper.at("/betas/0").asDouble();
    double beta2 = hyper.at("/betas/1").asDouble();
    double eps = hyper.path("eps").asDouble();
    double decay = hyper.path("weight_decay").asDouble();
    if (gap() > 0) {
      int rank = hyper.get("rank").asInt();
      double scale = hyper.get("scale").asDouble();
      GradientSubspaces subspaces = new GradientSubspaces(rank, gap(), scale, LINEAR, "exact");
      return new OptimizerSettings(
          "galore", new GaLoreSettings(beta1, beta2, eps, subspaces), decay, 0);
    }
    return name.endsWith("SGD")
        ? new OptimizerSettings("sgd", new SgdSettings(hyper.path("momentum").asDouble()), decay, 0)
        : new OptimizerSettings("adamw", new AdamSettings(beta1, beta2, eps), decay, 0);
  }

  private Schedule schedule() {
    double lr = hyper.get("lr").asDouble();
    return hyper.has("schedule")
        ? new Schedule("cosine", lr, 4, steps())
        : new Schedule("constant", lr, 0, steps());
  }

  /** Trains for some steps; the listener can inspect the result of the last step. */
  void train(NDManager manager, int steps, IntConsumer listener) {
    List<NDArray> given = new ArrayList<>();
    Map<String, NDArray> trained = new TreeMap<>();
    start.forEach(
        (name, t) -> {
          if (fixedA() && name.endsWith(Lora.A)) {
            NDArray fixed = model.fixed(manager, name, t);
            given.add(fixed);
            arrays.put(name, fixed);
          } else {
            trained.put(name, model.trainable(manager, name, t));
          }
        });
    given.addAll(trained.values());
    arrays.putAll(trained);
    double clip = hyper.path("clip_global_norm").asDouble(Double.POSITIVE_INFINITY);
    Gradients gradients = new Gradients(manager.getDevice());
    try (Optimizer optimizer = Optimizers.of(settings(), manager, trained, Map.of(), 7)) {
      for (int step = 0; step < steps; step++) {
        try (NDManager scratch = manager.newSubManager()) {
          Map<String, NDArray> results = model.gradients(scratch, given, batch(scratch, step));
          loss = results.get("loss").getFloat();
          Map<String, NDArray> mean = new TreeMap<>();
          trained.keySet().forEach(name -> mean.put(name, results.get("grads." + name)));
          norm = gradients.clip(scratch, mean, clip);
          rate = schedule().at(step);
          optimizer.step(mean, rate);
        }
        remember(optimizer, step);
        listener.accept(step);
      }
    }
  }

  private void remember(Optimizer optimizer, int step) {
    if (gap() > 0 && step % gap() == 0) {
      optimizer
          .state()
          .forEach(
              (name, array) -> {
                if (name.startsWith("basis.")) {
                  bases.put(name.substring("basis.".length()) + "." + step / gap(), host(array));
                }
              });
    }
    if (step + 1 == Math.min(gap(), steps())) {
      afterFirstPeriod = weights();
    }
  }

  private List<NDArray> batch(NDManager owner, int step) {
    List<NDArray> inputs = new ArrayList<>();
    for (String name : List.of("input_ids", "attention_mask", "input_ids", "labels")) {
      HostTensor all = batches.get(name);
      long[] shape = all.shape();
      int bytes = (int) (shape[1] * shape[2] * 8);
      inputs.add(
          Torch.copy(
              owner,
              all.data().slice(step * bytes, bytes).order(all.data().order()),
              DataType.INT64,
              shape[1],
              shape[2]));
    }
    return inputs;
  }

  /** Losses on the first four batches. */
  List<Double> lossesAfter(NDManager manager) {
    List<Double> losses = new ArrayList<>();
    List<NDArray> given = List.copyOf(arrays.values());
    for (int i = 0; i < 4; i++) {
      try (NDManager scratch = manager.newSubManager()) {
        NDArray nll = model.likelihood(scratch, given, batch(scratch, i));
        losses.add((double) nll.mean().getFloat());
      }
    }
    return losses;
  }

  HostTensor logits(NDManager manager, int batch) {
    try (NDManager scratch = manager.newSubManager()) {
      return host(
          model.logits(scratch, List.copyOf(arrays.values()), batch(scratch, batch).subList(0, 3)));
    }
  }

  private static HostTensor host(NDArray array) {
    return new HostTensor(DType.F32, array.getShape().getShape(), Torch.bytes(array));
  }

  Map<String, HostTensor> weights() {
    Map<String, HostTensor> weights = new TreeMap<>();
    arrays.forEach((name, array) -> weights.put(name, host(array)));
    return weights;
  }

  int steps() {
    return (int) batches.get("input_ids").shape()[0];
  }

  /** Steps between GaLore's renewals, 0 for other optimizers. */
  int gap() {
    return hyper.path("update_proj_gap").asInt();
  }

  boolean fixedA() {
    return hyper.path("lora_A_frozen").asBoolean();
  }

  Lora lora() {
    return lora;
  }

  HostTensor base(String weight) {
    return base.get(weight);
  }

  Set<String> adaptedWeights() {
    return adaptedWeights;
  }

  Map<String, HostTensor> afterFirstPeriod() {
    return afterFirstPeriod;
  }

  /** Every period's bases, by {@code <weight>.<period>}. */
  Map<String, HostTensor> bases() {
    return bases;
  }

  double loss() {
    return loss;
  }

  double norm() {
    return norm;
  }

  double rate() {
    return rate;
  }

  @Override
  public void close() {
    model.close();
  }
}
