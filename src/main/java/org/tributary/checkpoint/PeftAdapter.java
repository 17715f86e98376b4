package org.tributary.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/**
 * A LoRA adapter in the format of Hugging Face's peft: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}.
 *
 * <p>An adapted module with weight W {@code [out, in]} becomes {@code W + s B A}, A {@code [r, in]}
 * under {@code <module>.lora_A.weight}, B {@code [out, r]} under {@code <module>.lora_B.weight};
 * {@code s} is alpha / r, or alpha / sqrt(r) for rank-stabilised LoRA. Modules that are trained
 * whole, such as a new classifier, keep their names. Names in the file have the prefix {@code
 * base_model.model.}, names in memory do not. Raw state_dicts can be read too, see {@link
 * AdapterNames}.
 *
 * @param config the adapter's configuration
 * @param tensors by name, without the prefix, sorted
 * @param metadata free texts in the header of the tensors' file
 */
public record PeftAdapter(
    PeftConfig config, Map<String, HostTensor> tensors, Map<String, String> metadata) {
  /** The adapter's configuration. */
  public static final String CONFIG = "adapter_config.json";

  /** The adapter's tensors. */
  public static final String WEIGHTS = "adapter_model.safetensors";

  /** The end of the name of an A. */
  public static final String LORA_A = ".lora_A.weight";

  /** The end of the name of a B. */
  public static final String LORA_B = ".lora_B.weight";

  /** The end of the name of an adapted layer's own weight, if the file has it. */
  private static final String BASE = ".base_layer.weight";

  private static final String FORMAT = "format";
  private static final String PREFIX = AdapterNames.PREFIX;

  /** Sorts the tensors. */
  public PeftAdapter {
    tensors = Collections.unmodifiableMap(new TreeMap<>(tensors));
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  /**
   * An adapter without metadata.
   *
   * @param config the adapter's configuration
   * @param tensors by name, without the prefix
   */
  public PeftAdapter(PeftConfig config, Map<String, HostTensor> tensors) {
    this(config, tensors, Map.of());
  }

  /**
   * Writes the adapter's folder. Writing the same adapter again changes nothing.
   *
   * @param store reaches the folder
   * @param folder created if it is missing
   * @return whether a file was written
   * @throws WrongInput if one of the files is there with other content; nothing is written then
   * @throws IllegalArgumentException if a tensor belongs neither to an adapted module nor to a
   *     module that was trained whole
   * @throws IOException if the file system fails
   */
  public boolean write(Store store, Path folder) throws IOException {
    List<String> problems = problems(config, shapes());
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    Map<String, HostTensor> named = new TreeMap<>();
    tensors.forEach((name, tensor) -> named.put(PREFIX + name, tensor));
    Map<String, FileContent> files = new LinkedHashMap<>();
    Map<String, String> texts = new TreeMap<>(metadata);
    texts.put(FORMAT, "pt");
    files.put(WEIGHTS, SafeTensors.content(named, texts));
    files.put(CONFIG, FileContent.of(JsonFiles.content(PeftConfigFile.json(config))));
    return WriteOnceFolder.write(store, folder, files);
  }

  /**
   * Reads an adapter's folder.
   *
   * @param store reaches the folder
   * @param folder written by peft's save_pretrained
   * @return the adapter
   * @throws WrongInput if a file is missing, the two files contradict each other, the adapter is of
   *     a kind that is not supported, or a number is NaN or infinite
   * @throws IOException if the file system fails
   */
  public static PeftAdapter read(Store store, Path folder) throws IOException {
    PeftConfig config = PeftConfig.read(store, folder);
    Path file = new Path(folder, WEIGHTS);
    refusePickle(store, folder, file);
    List<String> problems = new ArrayList<>();
    SafeTensors read = SafeTensors.read(store, file);
    Map<String, HostTensor> weights = new TreeMap<>(read.tensors());
    weights
        .entrySet()
        .removeIf(
            held -> {
              boolean none = !held.getValue().dtype().isFloating();
              if (none) {
                problems.add(
                    "tensor %s is %s, which is not a type of weights"
                        .formatted(held.getKey(), held.getValue().dtype()));
              }
              return none;
            });
    Map<String, HostTensor> tensors = AdapterNames.own(weights, problems);
    Map<String, String> texts = new TreeMap<>(read.metadata());
    texts.remove(FORMAT);
    PeftAdapter adapter = new PeftAdapter(config, tensors, texts);
    problems.addAll(problems(config, adapter.shapes()));
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          ("%s: does not fit %s, or is more than plain LoRA: save the adapter again with peft's"
                  + " save_pretrained, train it without, or %s:")
              .formatted(file, CONFIG, PeftConfigFile.MERGE),
          problems);
    }
    adapter.checkFinite(file);
    return adapter;
  }

  private static void refusePickle(Store store, Path folder, Path file) throws IOException {
    Path pickle = new Path(folder, "adapter_model.bin");
    if (!store.exists(file) && store.exists(pickle)) {
      throw new WrongInput(
          ("%s: is a pickle, which can run code when read: convert it in Python with"
                  + " PeftModel.from_pretrained(model, dir).save_pretrained(dir)")
              .formatted(pickle));
    }
  }

  /** F64 is checked after the conversion for computing. */
  private void checkFinite(Path file) {
    List<String> problems = new ArrayList<>();
    tensors.forEach(
        (name, tensor) -> {
          HostTensor used = tensor.dtype() == DType.F64 ? tensor.to(DType.F32) : tensor;
          if (!used.dtype().allFinite(used.data())) {
            problems.add("tensor " + PREFIX + name);
          }
        });
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          "%s: has weights that are not finite numbers (NaN or infinite); train or download the adapter again:"
              .formatted(file),
          problems);
    }
  }

  private Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new TreeMap<>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return shapes;
  }

  private static List<String> problems(PeftConfig config, Map<String, long[]> shapes) {
    List<String> problems = new ArrayList<>();
    boolean adapts = false;
    for (var tensor : shapes.entrySet()) {
      String name = tensor.getKey();
      boolean isA = name.endsWith(LORA_A);
      if (isA || name.endsWith(LORA_B)) {
        adapts = true;
        String module = name.substring(0, name.length() - LORA_A.length());
        check(config, shapes, module, isA, problems);
      } else if (name.contains(".lora_")) {
        problems.add("tensor %s is of another kind than LoRA of a linear layer".formatted(name));
      } else if (!config.isSaved(own(name))) {
        problems.add(
            "tensor %s is neither a lora_A, a lora_B nor of modules_to_save %s"
                .formatted(name, config.modulesToSave()));
      }
    }
    if (!adapts) {
      problems.add("no tensor is a lora_A or a lora_B");
    }
    return problems;
  }

  private static void check(
      PeftConfig config,
      Map<String, long[]> shapes,
      String module,
      boolean isA,
      List<String> problems) {
    String name = module + (isA ? LORA_A : LORA_B);
    String partner = module + (isA ? LORA_B : LORA_A);
    if (!shapes.containsKey(partner)) {
      problems.add("tensor %s is there without %s".formatted(name, partner));
    }
    if (isA && !config.targets().matches(module)) {
      problems.add("module %s is not of target_modules (%s)".formatted(module, config.targets()));
    }
    long[] whole = shapes.get(module + BASE);
    if (isA && whole != null && shapes.containsKey(partner)) {
      long[] product = {shapes.get(partner)[0], shapes.get(name)[shapes.get(name).length - 1]};
      if (!Arrays.equals(whole, product)) {
        problems.add(
            "tensor %s has shape %s, its product %s"
                .formatted(module + BASE, Arrays.toString(whole), Arrays.toString(product)));
      }
    }
    long[] shape = shapes.get(name);
    int rank = config.rank(module);
    if (shape.length != 2 || shape[isA ? 0 : 1] != rank) {
      problems.add("tensor %s has shape %s, r is %d".formatted(name, Arrays.toString(shape), rank));
    }
  }

  /**
   * The adapted modules.
   *
   * @return their names in the base model, sorted
   */
  public List<String> modules() {
    return tensors.keySet().stream()
        .filter(name -> name.endsWith(LORA_A))
        .map(name -> name.substring(0, name.length() - LORA_A.length()))
        .toList();
  }

  /**
   * The tensors of modules that were trained whole.
   *
   * @return by name in the base model, sorted
   */
  public Map<String, HostTensor> saved() {
    Map<String, HostTensor> saved = new TreeMap<>(tensors);
    saved
        .keySet()
        .removeIf(name -> name.endsWith(LORA_A) || name.endsWith(LORA_B) || name.endsWith(BASE));
    return saved;
  }

  /**
   * The weight of an adapted layer that replaces the model's: peft saves the weight of an embedding
   * or a head with its adapter.
   *
   * @param module one of {@link #modules}
   * @return empty if the model's weight is used
   */
  public Optional<HostTensor> weight(String module) {
    return Optional.ofNullable(tensors.get(module + BASE));
  }

  /**
   * The message that a tensor of a module that was trained whole does not fit.
   *
   * @param name its name
   * @param shape the shape in the model
   * @return a sentence, with the cause and how to fix it if it is an embedding
   */
  public String misfit(String name, long[] shape) {
    return "tensor %s is %s, the model's has shape %s%s"
        .formatted(
            name,
            tensors.get(name),
            Arrays.toString(shape),
            PeftConfig.isEmbedding(name)
                ? ": its rows were resized; do so with the model, too, in Python"
                    + " (resize_token_embeddings, save_pretrained) and name that, or, if the new"
                    + " rows were not trained, save the adapter with save_embedding_layers=False"
                : "");
  }

  /** The tensor's name in the model. */
  private static String own(String name) {
    return name.endsWith(BASE)
        ? name.substring(0, name.length() - BASE.length()) + ".weight"
        : name;
  }
}
