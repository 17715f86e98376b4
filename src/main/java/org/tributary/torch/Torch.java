package org.tributary.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tributary.error.Trouble;
import org.tributary.host.NativeFolder;

/** The engine's settings of a thread, and copies between host memory and the engine. */
public final class Torch {
  /** Elements copied out of the engine at once: one native buffer of 64 MiB of float32. */
  private static final long CHUNK = 1L << 24;

  private Torch() {}

  /**
   * Prepares the calling thread for programs with gradients. Call this first on every thread that
   * trains or evaluates: gradient mode and the optimizer of the graph executor are settings of a
   * thread.
   *
   * @param threads threads inside one operator; the sums of a product depend on it, so bit-equal
   *     results need the same number. There is one number for the whole JVM, set by the last
   *     caller.
   */
  public static void prepareThread(int threads) {
    engine();
    JniUtils.setNumThreads(threads);
    JniUtils.setGradMode(true);
    JniUtils.setGraphExecutorOptimize(false);
  }

  /**
   * A manager of arrays on a device, the root of one client's memory.
   *
   * @param device the device of the arrays
   * @return the manager; the caller closes it, with all arrays made from it
   */
  public static NDManager manager(Device device) {
    return engine().newBaseManager(device);
  }

  /**
   * The version of libtorch.
   *
   * @return its version, such as {@code 2.7.1}
   */
  public static String version() {
    return engine().getVersion();
  }

  /**
   * How many GPUs this process can use.
   *
   * @return 0 with a CPU build
   */
  public static int gpus() {
    return engine().getGpuCount();
  }

  /**
   * Copies little-endian bytes into a new array.
   *
   * @param manager owns the array
   * @param bytes row-major elements
   * @param type element type
   * @param shape sizes
   * @return the array, with its own memory
   */
  public static NDArray copy(NDManager manager, ByteBuffer bytes, DataType type, long... shape) {
    if (!manager.getDevice().isGpu() && bytes.hasRemaining()) {
      // The engine's own memory is freed with the array; a direct buffer waits for a collection.
      NDArray array = manager.create(new Shape(shape), type);
      array.toByteBuffer(true).put(bytes.duplicate());
      return array;
    }
    ByteBuffer own = ByteBuffer.allocateDirect(bytes.remaining()).order(ByteOrder.nativeOrder());
    own.put(bytes.duplicate()).flip();
    return manager.create(own, new Shape(shape), type);
  }

  /**
   * Makes an array over direct memory, without a copy. Programs must not write to it.
   *
   * @param manager owns the array, which keeps the memory alive
   * @param bytes direct and little-endian; may be a read-only map of a file
   * @param type element type
   * @param shape sizes
   * @return the array over that memory
   */
  public static NDArray view(NDManager manager, ByteBuffer bytes, DataType type, long... shape) {
    // The engine uses a buffer's address and ignores its position; in a slice they are the same.
    return manager.create(bytes.slice().order(ByteOrder.LITTLE_ENDIAN), new Shape(shape), type);
  }

  /**
   * Copies an array into the host's memory, in chunks, because the engine cannot copy a large array
   * at once.
   *
   * @param array of any device
   * @return its bytes, little-endian, row-major
   */
  public static ByteBuffer bytes(NDArray array) {
    long size = array.size();
    int width = array.getDataType().getNumOfBytes();
    ByteBuffer host =
        ByteBuffer.allocate(Math.toIntExact(size * width)).order(ByteOrder.LITTLE_ENDIAN);
    try (NDManager scratch = array.getManager().newSubManager()) {
      NDArray flat = array.flatten();
      flat.attach(scratch);
      for (long from = 0; from < size; from += CHUNK) {
        long to = Math.min(size, from + CHUNK);
        NDArray part = to - from == size ? flat : flat.get(from + ":" + to);
        part.attach(scratch);
        host.put(part.toByteBuffer(true)); // a view, not a copy
      }
    }
    return host.flip();
  }

  /**
   * Loads libtorch if it is not loaded.
   *
   * @throws UncheckedIOException of a {@link Trouble} if it does not load
   */
  static void require() {
    engine();
  }

  private static Engine engine() {
    NativeFolder.prepare();
    try {
      return Engine.getEngine("PyTorch");
    } catch (EngineException | LinkageError e) {
      throw new UncheckedIOException(unloadable(e));
    }
  }

  /** If libtorch does not load, the machine or the path in its configuration is the reason. */
  private static Trouble unloadable(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String given = System.getenv("PYTORCH_LIBRARY_PATH");
    boolean own = given == null || given.isEmpty();
    return new Trouble(
        "libtorch%s does not load: %s; %s and run the same command again"
            .formatted(
                own ? "" : " in PYTORCH_LIBRARY_PATH=" + given,
                String.valueOf(deepest.getMessage()).lines().findFirst().orElse(""),
                own
                    ? "set right what it says"
                    : "name a folder whose libtorch goes with this machine, or none for that of Tributary,"),
        thrown);
  }
}
