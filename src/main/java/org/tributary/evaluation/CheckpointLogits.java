package org.tributary.evaluation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tributary.checkpoint.Store;
import org.tributary.config.ModelSection;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.model.ImageShape;
import org.tributary.model.Model;
import org.tributary.model.Precision;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.run.BaseModel;
import org.tributary.torch.Torch;

/**
 * The logits of a model for given token ids or pixels, without training, data or Spark. Use it to
 * compare a checkpoint with another program, such as transformers. Inputs and outputs have the
 * names that transformers gives them.
 */
public final class CheckpointLogits {
  /** Token ids, I64 [b, t], padded on the right. */
  public static final String IDS = "input_ids";

  /** 1 for a real id and 0 for padding, I64 [b, t]; all ones if it is left out. */
  public static final String MASK = "attention_mask";

  /** Segments of BERT, I64 [b, t]; zeros if they are left out. */
  public static final String TYPES = "token_type_ids";

  /** Images, ready for the model, F32 [b, channels, height, width]. */
  public static final String PIXELS = "pixel_values";

  /** The output: F32 [b, classes]; F32 [b, t, vocabulary] for language models. */
  public static final String LOGITS = "logits";

  private final CheckpointModel checkpoint;
  private final BaseModel base;

  private CheckpointLogits(CheckpointModel checkpoint) {
    this.checkpoint = checkpoint;
    base = checkpoint.base();
  }

  /**
   * Opens a model, with an adapter if one is given.
   *
   * @param store access to both folders
   * @param model Hugging Face folder
   * @param adapter PEFT folder; null for none
   * @param pooling of a classifier's tokens; null for the value that Tributary wrote into the model
   *     or the adapter, or, without one, the default of transformers
   * @return ready to compute
   * @throws WrongInput if the two do not fit, the model has no head, or one of them has a NaN or an
   *     infinite number
   * @throws IOException if a file system fails
   */
  public static CheckpointLogits open(Store store, String model, String adapter, String pooling)
      throws IOException {
    CheckpointModel checkpoint =
        CheckpointModel.open(store, new ModelSection(model, null, pooling, 128, false), adapter);
    checkpoint.base().checkValues();
    return new CheckpointLogits(checkpoint);
  }

  /**
   * Computes on the CPU.
   *
   * @param where name of the inputs' file, for messages
   * @param inputs by their names in transformers; others, such as labels, are ignored
   * @param staging a folder on a local disk for copies of weights that are not on a local disk
   * @param precision of weights and activations
   * @return the logits; those of padded positions have no meaning
   * @throws WrongInput if the inputs are not those of the model
   * @throws IOException if a file system fails
   */
  public HostTensor of(
      String where, Map<String, HostTensor> inputs, Path staging, Precision precision)
      throws IOException {
    List<HostTensor> given =
        base.architecture().image() == null ? text(where, inputs) : images(where, inputs);
    Torch.prepareThread(1);
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model = checkpoint.load(Device.cpu(), staging, precision)) {
      List<NDArray> arrays = new ArrayList<>();
      for (HostTensor x : given) {
        DataType type = x.dtype() == DType.I64 ? DataType.INT64 : DataType.FLOAT32;
        arrays.add(Torch.copy(manager, x.data(), type, x.shape()));
      }
      return model.host(model.logits(manager, List.of(), arrays));
    }
  }

  private static HostTensor take(
      String where, Map<String, HostTensor> inputs, String name, DType type, long... shape) {
    HostTensor x = inputs.get(name);
    boolean fits = x != null && x.dtype() == type && x.shape().length == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = x.shape()[i] > 0 && (shape[i] < 0 || shape[i] == x.shape()[i]);
    }
    if (!fits) {
      throw new WrongInput(
          "%s: tensor %s must be %s%s (-1: any), and is %s; write it so"
              .formatted(where, name, type, Arrays.toString(shape), x == null ? "not there" : x));
    }
    return x;
  }

  private List<HostTensor> images(String where, Map<String, HostTensor> inputs) {
    ImageShape s = base.architecture().image();
    return List.of(take(where, inputs, PIXELS, DType.F32, -1, s.channels(), s.height(), s.width()));
  }

  private List<HostTensor> text(String where, Map<String, HostTensor> inputs) {
    HostTensor ids = take(where, inputs, IDS, DType.I64, -1, -1);
    int rows = Math.toIntExact(ids.shape()[0]);
    int length = Math.toIntExact(ids.shape()[1]);
    Architecture architecture = base.architecture();
    if (length > architecture.maxPositions()) {
      throw new WrongInput(
          "%s: rows of %s have %d ids, the model has %d positions; cut them"
              .formatted(where, IDS, length, architecture.maxPositions()));
    }
    for (long id : longs(ids)) {
      if (id < 0 || id >= architecture.vocabulary()) {
        throw new WrongInput(
            "%s: %s has id %d, the model knows 0 to %d; use the tokenizer of this model"
                .formatted(where, IDS, id, architecture.vocabulary() - 1));
      }
    }
    HostTensor mask =
        inputs.containsKey(MASK)
            ? take(where, inputs, MASK, DType.I64, rows, length)
            : filled(1, rows, length);
    checkMask(where, longs(mask), length);
    HostTensor types =
        inputs.containsKey(TYPES)
            ? take(where, inputs, TYPES, DType.I64, rows, length)
            : filled(0, rows, length);
    return List.of(ids, mask, types);
  }

  private static void checkMask(String where, long[] mask, int length) {
    for (int i = 0; i < mask.length; i++) {
      boolean begins = i % length == 0;
      if (mask[i] < 0 || mask[i] > (begins ? 1 : mask[i - 1]) || begins && mask[i] == 0) {
        throw new WrongInput(
            "%s: row %d of %s is not ones followed by zeros; pad on the right"
                .formatted(where, i / length, MASK));
      }
    }
  }

  private static long[] longs(HostTensor t) {
    long[] values = new long[Math.toIntExact(t.elements())];
    t.data().asLongBuffer().get(values);
    return values;
  }

  private static HostTensor filled(long value, int rows, int length) {
    ByteBuffer bytes =
        ByteBuffer.allocate(rows * length * DType.I64.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putLong(value);
    }
    return new HostTensor(DType.I64, new long[] {rows, length}, bytes.flip());
  }
}
