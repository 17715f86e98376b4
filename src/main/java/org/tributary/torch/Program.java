package org.tributary.torch;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A TorchScript program in the engine: it is loaded from text, and its methods take and return
 * tensors by name.
 *
 * <p>A method's arguments are {@code Dict[str, Tensor]}s, {@code List[Tensor]}s and plain {@code
 * Tensor}s, in the order in which they are passed. Arrays of a dict are named {@code <dict>.<key>},
 * once, by {@link #name}: an array keeps its name, so that several threads may pass the same frozen
 * weights. Arrays of a list are named by {@link #entry}. A dict or list must not be empty, because
 * the engine would leave it out of the call.
 *
 * <p>One program may be called by several threads at once.
 */
public final class Program implements AutoCloseable {
  private final Model model;
  private final PtSymbolBlock block;

  private Program(Model model) {
    this.model = model;
    this.block = (PtSymbolBlock) model.getBlock();
  }

  /**
   * Loads a program.
   *
   * @param text TorchScript with one {@code class Program(Module)}
   * @param device the device of its constants
   * @return the program, to be closed by the caller
   * @throws IllegalArgumentException if the engine refuses the text; the message says at which
   *     place
   */
  public static Program load(String text, Device device) {
    Torch.require();
    Model model = Model.newInstance("program", device, "PyTorch");
    try {
      model.load(new ByteArrayInputStream(ProgramArchive.of(text)));
      // DJL makes an empty folder in the temporary directory for each model, and a killed JVM
      // leaves it there.
      Files.deleteIfExists(model.getModelPath());
      return new Program(model);
    } catch (IOException | ai.djl.MalformedModelException | RuntimeException e) {
      model.close();
      throw new IllegalArgumentException("the engine refuses the program: " + e.getMessage(), e);
    }
  }

  /**
   * Names an array as an entry of a dict argument.
   *
   * @param dict the argument
   * @param key the entry
   * @param array to be named
   * @return the same array
   */
  public static NDArray name(String dict, String key, NDArray array) {
    array.setName(dict + "." + key);
    return array;
  }

  /**
   * Names an array as an entry of a list argument; entries come in the order of the arguments.
   *
   * @param list the argument
   * @param array to be named
   * @return the same array
   */
  public static NDArray entry(String list, NDArray array) {
    array.setName(list + "[]");
    return array;
  }

  /**
   * Calls a method with gradient mode on.
   *
   * @param manager owns the results
   * @param method of the program
   * @param arguments in the order of its signature; those of one dict next to each other
   * @return the method's {@code Dict[str, Tensor]}
   */
  public Map<String, NDArray> call(NDManager manager, String method, List<NDArray> arguments) {
    return call(manager, method, arguments, true);
  }

  /**
   * Calls a method in inference mode: no graph is kept.
   *
   * @param manager owns the results
   * @param method of the program
   * @param arguments as for {@link #call(NDManager, String, List)}
   * @return the method's {@code Dict[str, Tensor]}
   */
  public Map<String, NDArray> infer(NDManager manager, String method, List<NDArray> arguments) {
    return call(manager, method, arguments, false);
  }

  private Map<String, NDArray> call(
      NDManager manager, String method, List<NDArray> arguments, boolean gradients) {
    // Results belong to the manager of the first input, which is the name of the method.
    try (NDArray selector = manager.create(0f)) {
      selector.setName("module_method:" + method);
      NDList inputs = new NDList(arguments.size() + 1);
      inputs.add(selector);
      inputs.addAll(arguments);
      Map<String, NDArray> results = new LinkedHashMap<>();
      for (NDArray result : IValueUtils.forward(block, inputs, gradients)) {
        results.put(result.getName(), result);
        // A result that becomes an argument must not look like an entry of a dict.
        result.setName(null);
      }
      return results;
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
