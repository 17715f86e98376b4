package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;

/**
 * The files with a model's weights: one file, or several shards with an index. They are safetensors
 * files; without any, those of {@code torch.save}.
 *
 * @param files sorted by name
 * @param index the index; null if there is only one file
 */
record WeightFiles(List<Path> files, ObjectNode index) {
  /** The key of an index with the file of each tensor. */
  static final String MAP = "weight_map";

  /** The square of a larger number overflows float32. */
  private static final double HUGE = 1e18;

  /** All weights in one file of torch.save. */
  private static final String TORCH = "pytorch_model.bin";

  private static final String TORCH_INDEX = TORCH + ".index.json";

  private static final String PICKLE = ".*\\.(bin|pt|pth|ckpt|pkl)(\\.index\\.json)?";

  /**
   * A file with weights.
   *
   * @param file its path
   * @param header its header
   */
  record Shard(Path file, SafeTensorsHeader header) {}

  /**
   * Finds the files.
   *
   * @throws WrongInput if there are none, or some files of the index are missing
   */
  static WeightFiles find(Store store, Path folder) throws IOException {
    for (String name : List.of(HuggingFaceFolder.WEIGHTS, TORCH)) {
      Path index = new Path(folder, index(name));
      if (store.exists(new Path(folder, name))) {
        return new WeightFiles(List.of(new Path(folder, name)), null);
      } else if (store.exists(index)) {
        return shards(store, folder, index, TorchFile.is(name));
      }
    }
    throw noWeights(store, folder);
  }

  private static String index(String whole) {
    return TorchFile.is(whole) ? TORCH_INDEX : HuggingFaceFolder.INDEX;
  }

  /** The files that an index lists. */
  private static WeightFiles shards(Store store, Path folder, Path path, boolean isTorch)
      throws IOException {
    ObjectNode index = JsonFiles.object(store, path, "copy it again");
    TreeSet<String> names = new TreeSet<>();
    index.path(MAP).forEach(file -> names.add(file.asText()));
    if (names.isEmpty()) {
      throw new WrongInput(path + ": its weight_map names no file: copy the model again");
    }
    List<String> missing = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      if (name.matches(PICKLE) && !(isTorch && TorchFile.is(name))) {
        throw pickle(folder, List.of(name));
      }
      if (name.isEmpty() || name.contains("/") || !store.exists(PathNames.child(folder, name))) {
        missing.add(name);
      } else {
        files.add(PathNames.child(folder, name));
      }
    }
    if (!missing.isEmpty()) {
      throw new WrongInput(
          "%s: lists files that are not there: %s: copy the model again"
              .formatted(path, HeaderFormat.some(missing)));
    }
    return new WeightFiles(files, index);
  }

  private static WrongInput noWeights(Store store, Path folder) throws IOException {
    List<String> names = store.list(folder).stream().map(file -> file.getPath().getName()).toList();
    List<String> pickles = names.stream().filter(name -> name.matches(PICKLE)).toList();
    if (!pickles.isEmpty()) {
      return pickle(folder, pickles);
    }
    if (names.contains(PeftAdapter.WEIGHTS)) {
      return new WrongInput(
          "%s: is an adapter, no model: name the folder of the model it belongs to"
              .formatted(folder));
    }
    return new WrongInput(
        "%s: has no %s: name a folder as save_pretrained of transformers writes it"
            .formatted(folder, HuggingFaceFolder.WEIGHTS));
  }

  private static WrongInput pickle(Path folder, List<String> names) {
    return new WrongInput(
        ("%s: has neither %s nor pytorch_model.bin, but %s, a pickle, which can run code when read: convert it in Python with"
                + " transformers.CLASS.from_pretrained(dir).save_pretrained(newDir), where CLASS is"
                + " what architectures in config.json says (AutoModel would leave its head out), and"
                + " copy the tokenizer's files")
            .formatted(folder, HuggingFaceFolder.WEIGHTS, HeaderFormat.some(names)));
  }

  /**
   * Reads the headers.
   *
   * @return one for each of the files, in their order
   * @throws WrongInput if a file is not a valid safetensors file, two files have the same tensor,
   *     or index and files do not name the same tensors
   */
  List<Shard> shards(Store store) throws IOException {
    List<Shard> shards = new ArrayList<>();
    Map<String, String> found = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    for (Path file : files) {
      try (SafeTensors.Reader reader = SafeTensors.open(store, file)) {
        shards.add(new Shard(file, reader.header()));
      }
      for (String name : shards.get(shards.size() - 1).header().tensors().keySet()) {
        String before = found.put(name, file.getName());
        if (before != null) {
          problems.add("tensor %s is in %s and in %s".formatted(name, before, file.getName()));
        }
      }
    }
    if (index != null) {
      compare(found, problems);
    }
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          "%s: its weight files do not fit together; copy or save the model again:"
              .formatted(files.get(0).getParent()),
          problems);
    }
    return shards;
  }

  private void compare(Map<String, String> found, List<String> problems) {
    Map<String, String> listed = new HashMap<>();
    index.path(MAP).fields().forEachRemaining(e -> listed.put(e.getKey(), e.getValue().asText()));
    found.forEach(
        (name, file) -> {
          if (!listed.containsKey(name)) {
            problems.add(
                "tensor %s is in %s, but the index does not name it".formatted(name, file));
          }
        });
    new TreeMap<>(listed)
        .forEach(
            (name, file) -> {
              if (!found.containsKey(name)) {
                problems.add("tensor %s is not in %s, as the index says".formatted(name, file));
              } else if (!found.get(name).equals(file)) {
                problems.add(
                    "tensor %s is in %s, not in %s, as the index says"
                        .formatted(name, found.get(name), file));
              }
            });
  }

  /** Checks every number of some tensors, see {@link HuggingFaceFolder#checkFinite}. */
  void checkFinite(Store store, Set<String> names) throws IOException {
    List<String> problems = new ArrayList<>();
    List<String> huge = new ArrayList<>();
    for (Shard shard : shards(store)) {
      try (SafeTensors.Reader reader = SafeTensors.open(store, shard.file())) {
        for (String name : shard.header().tensors().keySet()) {
          double largest = names.contains(name) ? reader.largest(name) : 0;
          String tensor = "tensor %s of %s".formatted(name, shard.file().getName());
          if (!Double.isFinite(largest)) {
            problems.add(tensor);
          } else if (largest > HUGE) {
            huge.add("%s has %s".formatted(tensor, largest));
          }
        }
      }
    }
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          "%s: has weights that are not finite numbers (NaN or infinite); save or download it again:"
              .formatted(files.get(0).getParent()),
          problems);
    }
    if (!huge.isEmpty()) {
      throw WrongInput.some(
          "%s: has weights above %s, whose products overflow float32 to NaN; save or download it again:"
              .formatted(files.get(0).getParent(), HUGE),
          huge);
    }
  }

  /** Files on a local disk, see {@link HuggingFaceFolder#local}. */
  List<java.nio.file.Path> local(Store store, java.nio.file.Path staging) throws IOException {
    List<java.nio.file.Path> local = new ArrayList<>();
    for (Path file : files) {
      if (!TorchFile.is(file.getName())
          && store.fileSystem(file) instanceof RawLocalFileSystem disk) {
        local.add(disk.pathToFile(file).toPath());
      } else {
        local.add(stage(store, file, staging));
      }
    }
    return local;
  }

  private static java.nio.file.Path stage(Store store, Path file, java.nio.file.Path staging)
      throws IOException {
    FileStatus status = store.status(file);
    String version =
        "%s-%s-%s-%s"
            .formatted(
                Sha256.of(status.getPath().toString()).substring(0, 16),
                status.getLen(),
                status.getModificationTime(),
                TorchFile.written(file.getName()));
    java.nio.file.Path copy = staging.resolve(version).toAbsolutePath();
    store.commit(
        new Path(copy.toUri()),
        out -> {
          if (TorchFile.is(file.getName())) {
            TorchFile.copy(store, file, out);
          } else {
            try (InputStream in = store.open(file)) {
              in.transferTo(out);
            }
          }
        });
    return copy;
  }

  /**
   * The index for new files, perhaps with other tensors; its other keys do not change.
   *
   * @param written headers by file name
   * @return an index with the current sizes
   */
  ObjectNode index(Map<String, SafeTensorsHeader> written) {
    TreeMap<String, String> places = new TreeMap<>();
    long bytes = 0;
    long elements = 0;
    for (var file : written.entrySet()) {
      for (var tensor : file.getValue().tensors().entrySet()) {
        places.put(tensor.getKey(), file.getKey());
        bytes += tensor.getValue().bytes();
        elements += tensor.getValue().elements();
      }
    }
    ObjectNode made = Json.object();
    JsonNode before = index.path("metadata");
    ObjectNode metadata = before.isObject() ? before.deepCopy() : Json.object();
    if (metadata.has("total_parameters")) {
      metadata.put("total_parameters", elements);
    }
    metadata.put("total_size", bytes);
    made.set("metadata", metadata);
    ObjectNode map = made.putObject(MAP);
    places.forEach(map::put);
    return made;
  }

  /** All tensors of several files. */
  static Map<String, SafeTensorsHeader.Entry> tensors(List<Shard> shards) {
    Map<String, SafeTensorsHeader.Entry> all = new LinkedHashMap<>();
    shards.forEach(shard -> all.putAll(shard.header().tensors()));
    return all;
  }
}
