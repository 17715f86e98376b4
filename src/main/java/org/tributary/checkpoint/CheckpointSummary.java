package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;

/** Describes a checkpoint in words, without reading its weights. */
public final class CheckpointSummary {
  private static final int TENSORS_SHOWN = 40;

  private CheckpointSummary() {}

  /**
   * Describes a safetensors file, a model folder or an adapter folder. The first tensors are listed
   * one by one.
   *
   * @param store reaches the path
   * @param path a file or folder
   * @return lines of text
   * @throws WrongInput if it is not one of these, or invalid
   * @throws IOException if the file system fails
   */
  public static List<String> of(Store store, Path path) throws IOException {
    return of(store, path, TENSORS_SHOWN);
  }

  /**
   * Describes a safetensors file, a model folder or an adapter folder.
   *
   * @param store reaches the path
   * @param path a file or folder
   * @param shown how many tensors are listed one by one
   * @return lines of text
   * @throws WrongInput if it is not one of these, or invalid
   * @throws IOException if the file system fails
   */
  public static List<String> of(Store store, Path path, int shown) throws IOException {
    if (store.exists(new Path(path, PeftAdapter.CONFIG))) {
      return adapter(store, path, shown);
    }
    if (store.exists(new Path(path, HuggingFaceFolder.CONFIG))) {
      return model(store, path, shown);
    }
    if (store.exists(path) && store.status(path).isDirectory()) {
      throw new WrongInput(
          "%s: holds neither %s nor %s: name a safetensors file, a model's or an adapter's folder"
              .formatted(path, HuggingFaceFolder.CONFIG, PeftAdapter.CONFIG));
    }
    List<String> lines = new ArrayList<>();
    lines.add("safetensors file " + path);
    lines.addAll(tensors(store, List.of(path), shown));
    return lines;
  }

  private static List<String> model(Store store, Path folder, int shown) throws IOException {
    HuggingFaceFolder model = HuggingFaceFolder.open(store, folder);
    List<String> lines = new ArrayList<>();
    lines.add("model folder " + folder);
    lines.add("  model_type: " + model.config().path("model_type").asText("not given"));
    for (JsonNode name : model.config().path("architectures")) {
      lines.add("  architecture: " + name.asText());
    }
    lines.add("  tokenizer: " + (model.tokenizer().isPresent() ? "yes" : "none"));
    lines.addAll(tensors(store, model.weightFiles(), shown));
    return lines;
  }

  private static List<String> adapter(Store store, Path folder, int shown) throws IOException {
    PeftConfig config = PeftConfig.read(store, folder);
    List<String> lines = new ArrayList<>();
    lines.add("LoRA adapter " + folder);
    lines.add(
        "  r: %d, lora_alpha: %s, scaling: %s%s"
            .formatted(
                config.rank(),
                number(config.alpha()),
                number(config.scaling("")),
                config.useRslora() ? " (rank-stabilised)" : ""));
    config.rankPattern().forEach((name, r) -> lines.add("  r of %s: %d".formatted(name, r)));
    config
        .alphaPattern()
        .forEach((name, a) -> lines.add("  lora_alpha of %s: %s".formatted(name, number(a))));
    lines.add("  target modules: " + config.targets());
    if (!config.modulesToSave().isEmpty()) {
      lines.add("  modules saved whole: " + String.join(", ", config.modulesToSave()));
    }
    lines.add("  base model: " + config.baseModel());
    lines.addAll(tensors(store, List.of(new Path(folder, PeftAdapter.WEIGHTS)), shown));
    return lines;
  }

  private static List<String> tensors(Store store, List<Path> files, int shown) throws IOException {
    Map<String, SafeTensorsHeader.Entry> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new TreeMap<>();
    for (Path file : files) {
      try (SafeTensors.Reader reader = SafeTensors.open(store, file)) {
        tensors.putAll(reader.header().tensors());
        metadata.putAll(reader.header().metadata());
      }
    }
    Map<DType, Long> bytes = new TreeMap<>();
    long parameters = 0;
    for (SafeTensorsHeader.Entry entry : tensors.values()) {
      bytes.merge(entry.dtype(), entry.bytes(), Long::sum);
      parameters += entry.elements();
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(Locale.ROOT, "  tensors: %,d, parameters: %,d", tensors.size(), parameters));
    bytes.forEach(
        (type, size) -> lines.add(String.format(Locale.ROOT, "  %s: %,d bytes", type, size)));
    metadata.forEach((key, text) -> lines.add("  metadata %s: %s".formatted(key, text)));
    lines.addAll(table(tensors, shown));
    return lines;
  }

  private static List<String> table(Map<String, SafeTensorsHeader.Entry> tensors, int shown) {
    List<String> names = tensors.keySet().stream().sorted().limit(shown).toList();
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

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
