package org.tributary.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Program;
import org.tributary.torch.Resources;
import org.tributary.torch.Torch;

/**
 * A model in the engine: its program and its frozen weights, which several clients of one JVM may
 * use at once. Trained weights are not part of it: they are passed with every call and replace
 * frozen weights of the same names.
 */
public final class Model implements AutoCloseable {
  private static final String FROZEN = "frozen";

  private static final String TRAIN = "train";

  private static final String INPUTS = "inputs";

  private final Architecture architecture;
  private final NDManager manager;
  private final Program program;
  private final WeightTransfer transfer;
  private final List<NDArray> frozen = new ArrayList<>();
  private final NDArray nothingTrains;
  private final Resources opened;

  /**
   * Loads a program and its weights.
   *
   * @param architecture has the program
   * @param weights by name; direct ones, such as maps of a file, are not copied on a CPU
   * @param scalings the scaling s of every layer with an adapter, by layer
   * @param device where to compute
   * @param precision of weights and activations; weights of another type are converted
   */
  public Model(
      Architecture architecture,
      Map<String, HostTensor> weights,
      Map<String, Double> scalings,
      Device device,
      Precision precision) {
    this.architecture = architecture;
    try (Resources opening = new Resources()) {
      program = opening.add(Program.load(architecture.program(), device));
      transfer = opening.add(new WeightTransfer(device, precision));
      manager = opening.add(Torch.manager(device));
      weights.forEach(
          (name, w) -> frozen.add(Program.name(FROZEN, name, transfer.show(manager, w))));
      scalings.forEach(
          (layer, s) -> frozen.add(scaling(manager, layer + Lora.SCALING, s.floatValue())));
      frozen.add(Program.name(FROZEN, "", manager.create(0f)));
      nothingTrains = Program.name(TRAIN, "", manager.create(0f));
      opened = opening.keep();
    }
  }

  private Model(Model whole, float scaling) {
    architecture = whole.architecture;
    program = whole.program;
    transfer = whole.transfer;
    nothingTrains = whole.nothingTrains;
    try (Resources opening = new Resources()) {
      manager = opening.add(Torch.manager(whole.manager.getDevice()));
      for (NDArray array : whole.frozen) {
        String key = array.getName().substring(FROZEN.length() + 1);
        frozen.add(key.endsWith(Lora.SCALING) ? scaling(manager, key, scaling) : array);
      }
      opened = opening.keep();
    }
  }

  private static NDArray scaling(NDManager owner, String key, float s) {
    return Program.name(FROZEN, key, owner.create(s));
  }

  /**
   * This model with another scaling of B A for all adapters, for a client with another rank.
   *
   * @param scaling s
   * @return a view, to be closed before this
   */
  public Model withScaling(double scaling) {
    return new Model(this, (float) scaling);
  }

  /**
   * Copies a trained tensor into the engine.
   *
   * @param owner of the array
   * @param name of the weight
   * @param value its start; copied, into the model's precision
   * @return an array to be passed to the other methods
   */
  public NDArray trainable(NDManager owner, String name, HostTensor value) {
    return Program.name(TRAIN, name, transfer.copy(owner, value));
  }

  /**
   * Copies a trained tensor into the engine, with stochastic rounding if the precision is bfloat16.
   * With rounding to nearest, mean changes of less than half of the last bit would be lost at the
   * start of every round.
   *
   * @param owner of the array
   * @param name of the weight
   * @param value its start, float32; copied, into the model's precision
   * @param seed of client and round
   * @return an array to be passed to the other methods
   */
  public NDArray trainable(NDManager owner, String name, HostTensor value, long seed) {
    return Program.name(TRAIN, name, transfer.copy(owner, name, value, seed));
  }

  /**
   * Copies a fixed weight of a client into the engine, such as a shared A.
   *
   * @param owner of the array
   * @param name of the weight
   * @param value copied, into the model's precision
   * @return an array to be passed to the other methods, which gets no gradient
   */
  public NDArray fixed(NDManager owner, String name, HostTensor value) {
    return Program.name(FROZEN, name, transfer.copy(owner, value));
  }

  /**
   * Copies an array out of the engine.
   *
   * @param array of any precision
   * @return its numbers in float32, in the host's memory
   */
  public HostTensor host(NDArray array) {
    return transfer.host(manager, array);
  }

  /**
   * Loss and gradients of a batch, in one native call.
   *
   * @param step owns the results
   * @param train arrays made by {@link #trainable}, at least one, and by {@link #fixed}
   * @param inputs the inputs of the family's program, followed by the labels
   * @return {@code loss} (scalar), {@code logits}, and {@code grads.<name>} for each trained weight
   */
  public Map<String, NDArray> gradients(NDManager step, List<NDArray> train, List<NDArray> inputs) {
    return program.call(step, "gradients", withLabels(train, inputs));
  }

  /**
   * Like {@link #gradients}, with activation checkpointing (Chen et al. 2016): only the inputs of
   * blocks are kept, and each block is computed a second time in the backward pass.
   *
   * @param step owns the results
   * @param train as for {@link #gradients}
   * @param inputs as for {@link #gradients}
   * @return as for {@link #gradients}
   */
  public Map<String, NDArray> checkpointed(
      NDManager step, List<NDArray> train, List<NDArray> inputs) {
    return program.call(step, "checkpointed", withLabels(train, inputs));
  }

  /**
   * Begins a computation of gradients part by part.
   *
   * @param step owns the arrays that are kept until the result is closed
   * @param train as for {@link #gradients}
   * @param inputs as for {@link #gradients}
   * @return the computation after its forward pass, to be closed
   */
  public BlockwiseBackward blockwise(NDManager step, List<NDArray> train, List<NDArray> inputs) {
    return new BlockwiseBackward(this, step, train, inputs);
  }

  /**
   * The weights that are used both before and after the blocks.
   *
   * @return such as a tied embedding
   */
  public Set<String> sharedWeights() {
    return Set.copyOf(architecture.tiedWeights().values());
  }

  /**
   * The matrix of which a step reads only the rows of its tokens.
   *
   * @return its name; null if there is none
   */
  public String lookedUp() {
    return architecture.lookedUp();
  }

  /**
   * The ids that the program reads for something else than the token embedding.
   *
   * @return how many, from 0
   */
  public int fixedIds() {
    return architecture.fixedIds();
  }

  /**
   * Whether trained weights are exactly what they were set to.
   *
   * @return false if they are rounded
   */
  public boolean isExact() {
    return transfer.isExact();
  }

  Program program() {
    return program;
  }

  /**
   * The model's output, without a graph.
   *
   * @param step owns the results
   * @param train as for {@link #gradients}; may be empty
   * @param inputs what the family's program reads
   * @return logits [rows, labels]
   */
  public NDArray logits(NDManager step, List<NDArray> train, List<NDArray> inputs) {
    return program.infer(step, "forward", arguments(train, inputs)).get("logits");
  }

  /**
   * The likelihood of the counted tokens, without a graph.
   *
   * @param step owns the results
   * @param train as for {@link #gradients}; may be empty
   * @param inputs as for {@link #gradients}
   * @return -log p of every token that counts, row after row [n]
   */
  public NDArray likelihood(NDManager step, List<NDArray> train, List<NDArray> inputs) {
    return program.infer(step, "likelihood", withLabels(train, inputs)).get("nll");
  }

  /**
   * Generates tokens after prompts, without a graph. The tokens of a row depend only on the row and
   * its random numbers, not on the other rows of the batch.
   *
   * @param step owns the results
   * @param train as for {@link #gradients}; may be empty
   * @param ids prompts [p, t], padded on the right
   * @param lengths of the prompts [p]
   * @param seats how many rows are generated at once; when a row ends, the next prompt takes its
   *     place
   * @param how the next token is chosen
   * @param uniform a random number in [0, 1) for every row and new token, float32 [p, n]; n is the
   *     most new tokens; greedy decoding uses only the shape
   * @return tokens [p, n]; tokens after the end token of a row have no meaning
   */
  public NDArray generate(
      NDManager step,
      List<NDArray> train,
      NDArray ids,
      NDArray lengths,
      int seats,
      Decoding how,
      NDArray uniform) {
    List<NDArray> inputs =
        List.of(
            ids,
            lengths,
            how.ends(step),
            how.sampling(step),
            uniform,
            step.create(new long[] {seats}));
    return program.infer(step, "generate", arguments(train, inputs)).get("tokens");
  }

  /**
   * The task of the model's head.
   *
   * @return the task
   */
  public ModelTask task() {
    return architecture.task();
  }

  /**
   * The hidden states, without a graph.
   *
   * @param step owns the results
   * @param train as for {@link #gradients}; may be empty
   * @param inputs what the family's program reads
   * @return {@code hidden_states.i} (0 after the embeddings, i after block i), and {@code pooled}
   *     if the model has the weights for it
   */
  public Map<String, NDArray> states(NDManager step, List<NDArray> train, List<NDArray> inputs) {
    return program.infer(step, "states", arguments(train, inputs));
  }

  List<NDArray> arguments(List<NDArray> train, List<NDArray> inputs) {
    List<NDArray> arguments = new ArrayList<>(frozen);
    arguments.add(nothingTrains);
    arguments.addAll(train);
    inputs.forEach(input -> arguments.add(Program.entry(INPUTS, input)));
    return arguments;
  }

  private List<NDArray> withLabels(List<NDArray> train, List<NDArray> inputs) {
    int last = inputs.size() - 1;
    List<NDArray> arguments = arguments(train, inputs.subList(0, last));
    arguments.add(inputs.get(last));
    return arguments;
  }

  /**
   * The padding token.
   *
   * @return its id
   */
  public long padToken() {
    return architecture.padToken();
  }

  @Override
  public void close() {
    opened.close();
  }
}
