package org.tributary.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;

/**
 * A description of a checkpoint, made without reading its weights.
 *
 * @param kind {@code safetensors file}, {@code model folder} or {@code LoRA adapter}
 * @param path of the file or folder
 * @param facts by name, what its configuration says: texts, numbers, lists
 * @param tensors headers by name, sorted
 * @param metadata of the safetensors files
 */
public record CheckpointSummary(
    String kind,
    Path path,
    Map<String, Object> facts,
    SortedMap<String, SafeTensorsHeader.Entry> tensors,
    SortedMap<String, String> metadata) {
  private static final int TENSORS_SHOWN = 40;
  private static final String MODEL = "model folder";

  /**
   * Reads the headers of a safetensors file, a model folder or an adapter folder.
   *
   * @param store reaches the path
   * @param path a file or folder
   * @return what it holds
   * @throws WrongInput if it is not one of these, or invalid
   * @throws IOException if the file system fails
   */
  public static CheckpointSummary of(Store store, Path path) throws IOException {
    if (store.exists(new Path(path, PeftAdapter.CONFIG))) {
      return with(
          store,
          "LoRA adapter",
          path,
          adapter(PeftConfig.read(store, path)),
          List.of(new Path(path, PeftAdapter.WEIGHTS)));
    }
    if (store.exists(new Path(path, HuggingFaceFolder.CONFIG))) {
      HuggingFaceFolder model = HuggingFaceFolder.open(store, path);
      return with(store, MODEL, path, model(model), model.weightFiles());
    }
    if (store.exists(path) && store.status(path).isDirectory()) {
      throw new WrongInput(
          "%s: holds neither %s nor %s: name a safetensors file, a model's or an adapter's folder"
              .formatted(path, HuggingFaceFolder.CONFIG, PeftAdapter.CONFIG));
    }
    return with(store, "safetensors file", path, Map.of(), List.of(path));
  }

  private static CheckpointSummary with(
      Store store, String kind, Path path, Map<String, Object> facts, List<Path> files)
      throws IOException {
    SortedMap<String, SafeTensorsHeader.Entry> tensors = new TreeMap<>();
    SortedMap<String, String> metadata = new TreeMap<>();
    for (Path file : files) {
      try (SafeTensors.Reader reader = SafeTensors.open(store, file)) {
        tensors.putAll(reader.header().tensors());
        metadata.putAll(reader.header().metadata());
      }
    }
    return new CheckpointSummary(kind, path, facts, tensors, metadata);
  }

  private static Map<String, Object> model(HuggingFaceFolder model) throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("model_type", model.config().path("model_type").asText("not given"));
    List<String> architectures = new ArrayList<>();
    model.config().path("architectures").forEach(name -> architectures.add(name.asText()));
    if (!architectures.isEmpty()) {
      facts.put("architecture", String.join(", ", architectures));
    }
    facts.put("tokenizer", model.hasTokenizer() ? "yes" : "none");
    return facts;
  }

  private static Map<String, Object> adapter(PeftConfig config) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("r", config.rank());
    facts.put("lora_alpha", number(config.alpha()));
    facts.put(
        "scaling", number(config.scaling("")) + (config.useRslora() ? " (rank-stabilised)" : ""));
    config.rankPattern().forEach((name, r) -> facts.put("r of " + name, r));
    config.alphaPattern().forEach((name, a) -> facts.put("lora_alpha of " + name, number(a)));
    facts.put("target modules", "" + config.targets());
    if (!config.modulesToSave().isEmpty()) {
      facts.put("modules saved whole", String.join(", ", config.modulesToSave()));
    }
    facts.put("base model", "" + config.baseModel());
    return facts;
  }

  /** Whether it is the folder of a model. */
  public boolean isModel() {
    return kind.equals(MODEL);
  }

  /**
   * The facts as text.
   *
   * @return lines, the first with kind and path
   */
  public List<String> head() {
    List<String> lines = new ArrayList<>();
    lines.add(kind + " " + path);
    facts.forEach((name, value) -> lines.add("  %s: %s".formatted(name, value)));
    lines.add(
        String.format(
            Locale.ROOT, "  tensors: %,d, parameters: %,d", tensors.size(), parameters()));
    bytes()
        .forEach(
            (type, size) -> lines.add(String.format(Locale.ROOT, "  %s: %,d bytes", type, size)));
    metadata.forEach((key, text) -> lines.add("  metadata %s: %s".formatted(key, text)));
    return lines;
  }

  /**
   * The first tensors as text, one a line.
   *
   * @return lines
   */
  public List<String> table() {
    return table(TENSORS_SHOWN);
  }

  /**
   * The first tensors as text.
   *
   * @param shown how many are listed one by one
   * @return lines
   */
  List<String> table(int shown) {
    List<String> names = tensors.keySet().stream().limit(shown).toList();
    int width = names.stream().mapToInt(String::length).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (String name : names) {
      SafeTensorsHeader.Entry entry = tensors.get(name);
      lines.add(
          "  %s%s  %s %s"
              .formatted(
                  name,
                  " ".repeat(width - name.length()),
                  entry.dtype(),
                  Arrays.toString(entry.shape())));
    }
    if (tensors.size() > names.size()) {
      lines.add("  and %d more".formatted(tensors.size() - names.size()));
    }
    return lines;
  }

  /**
   * Everything as a tree, with all tensors.
   *
   * @return for a JSON writer
   */
  public Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("kind", kind);
    tree.put("path", path.toString());
    tree.putAll(facts);
    tree.put("parameters", parameters());
    tree.put("bytes", bytes());
    tree.put("metadata", metadata);
    Map<String, Object> all = new LinkedHashMap<>();
    tensors.forEach(
        (name, entry) ->
            all.put(name, Map.of("dtype", entry.dtype().toString(), "shape", entry.shape())));
    tree.put("tensors", all);
    return tree;
  }

  private long parameters() {
    return tensors.values().stream().mapToLong(SafeTensorsHeader.Entry::elements).sum();
  }

  private SortedMap<DType, Long> bytes() {
    SortedMap<DType, Long> bytes = new TreeMap<>();
    tensors.values().forEach(entry -> bytes.merge(entry.dtype(), entry.bytes(), Long::sum));
    return bytes;
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
