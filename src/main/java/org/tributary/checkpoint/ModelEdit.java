package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/**
 * Makes a model folder from another one: the same files with the same tensors, types and places,
 * but some tensors have new values. Files of {@code torch.save} become safetensors files. Unchanged
 * tensors are copied byte by byte, and only one tensor at a time is in memory.
 *
 * @param config the new config.json; null if it does not change
 * @param names converts a tensor's old name to its new name; null for a tensor that is left out
 * @param changed new values, by the old names
 * @param replaced tensors with other shapes and types that replace those of the base, by the old
 *     names
 * @param added tensors that the base does not have, by their new names; they are written to the
 *     last file in their own type
 */
public record ModelEdit(
    ObjectNode config,
    UnaryOperator<String> names,
    Map<String, Change> changed,
    Map<String, HostTensor> replaced,
    Map<String, HostTensor> added) {
  private static final int CHUNK = 1 << 20;

  /** Other files that a loader needs. */
  private static final Set<String> COMPANIONS =
      Set.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "chat_template.jinja",
          "chat_template.json",
          "generation_config.json",
          "preprocessor_config.json",
          "processor_config.json");

  /**
   * An edit that keeps every shape.
   *
   * @param config as above
   * @param names as above
   * @param changed as above
   * @param added as above
   */
  public ModelEdit(
      ObjectNode config,
      UnaryOperator<String> names,
      Map<String, Change> changed,
      Map<String, HostTensor> added) {
    this(config, names, changed, Map.of(), added);
  }

  /** A tensor's new value. */
  @FunctionalInterface
  public interface Change {
    /**
     * Makes the value.
     *
     * @param before the value in the base
     * @return a value of the same shape in any floating-point type; it is rounded to the type of
     *     before
     * @throws IOException if something needed cannot be read
     */
    HostTensor apply(HostTensor before) throws IOException;
  }

  /**
   * An edit that changes nothing.
   *
   * @return an edit that copies
   */
  public static ModelEdit none() {
    return new ModelEdit(null, UnaryOperator.identity(), Map.of(), Map.of());
  }

  /**
   * Writes the folder. Writing the same again changes nothing.
   *
   * @param store reaches both folders
   * @param base the source folder, which does not change
   * @param target created if it is missing
   * @return whether a file was written
   * @throws WrongInput if the base's files are not valid, a new value is too large for the base's
   *     type, or one of the target's files exists with other content; then nothing is written
   * @throws IllegalArgumentException if a change names no tensor of the base, has another shape, or
   *     two tensors get the same name
   * @throws IOException if a file system fails
   */
  public boolean write(Store store, HuggingFaceFolder base, Path target) throws IOException {
    List<WeightFiles.Shard> shards = base.shards();
    check(base.folder(), WeightFiles.tensors(shards).keySet());
    checkRange(store, base.folder(), shards);
    Map<String, FileContent> files = new LinkedHashMap<>();
    for (FileStatus file : store.list(base.folder())) {
      if (file.isFile() && isCompanion(file.getPath().getName())) {
        files.put(file.getPath().getName(), copy(store, file.getPath()));
      }
    }
    Map<String, SafeTensorsHeader> headers = new TreeMap<>();
    for (WeightFiles.Shard shard : shards) {
      boolean last = shard == shards.get(shards.size() - 1);
      SafeTensorsHeader header = header(shard, last);
      String name = TorchFile.written(shard.file().getName());
      headers.put(name, header);
      files.put(name, out -> write(store, shard, header, out));
    }
    base.index(headers)
        .ifPresent(index -> files.put(HuggingFaceFolder.INDEX, out -> out.write(index)));
    // Written last, so that a folder with a configuration is complete.
    files.put(
        HuggingFaceFolder.CONFIG,
        config == null
            ? copy(store, new Path(base.folder(), HuggingFaceFolder.CONFIG))
            : FileContent.of(JsonFiles.content(config)));
    return WriteOnceFolder.write(store, target, files);
  }

  private void check(Path folder, Set<String> before) {
    Set<String> unknown = new TreeSet<>(changed.keySet());
    unknown.addAll(replaced.keySet());
    unknown.removeAll(before);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("no tensors of " + folder + ": " + unknown);
    }
    Set<String> after = new HashSet<>(added.keySet());
    for (String name : before) {
      String now = names.apply(name);
      if (now != null && !after.add(now)) {
        throw new IllegalArgumentException("tensor name taken: " + now);
      }
    }
  }

  /** Only the largest number of F16, 65504, is small enough for weights to exceed it. */
  private void checkRange(Store store, Path folder, List<WeightFiles.Shard> shards)
      throws IOException {
    List<String> problems = new ArrayList<>();
    for (WeightFiles.Shard shard : shards) {
      try (SafeTensors.Reader reader = SafeTensors.open(store, shard.file())) {
        for (var tensor : shard.header().tensors().entrySet()) {
          String name = tensor.getKey();
          if (tensor.getValue().dtype() == DType.F16 && changed.containsKey(name)) {
            HostTensor after = changed(reader.tensor(name), changed.get(name), name);
            if (!after.dtype().allFinite(after.data())) {
              problems.add("tensor " + name);
            }
          }
        }
      }
    }
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          "%s: is F16, whose largest number is 65504, and new values are larger (or no numbers); save the base in bfloat16 or float32 and begin with that:"
              .formatted(folder),
          problems);
    }
  }

  private static boolean isCompanion(String name) {
    return COMPANIONS.contains(name)
        || name.endsWith(".model")
        || name.startsWith("tokenizer.model");
  }

  private static FileContent copy(Store store, Path file) {
    return out -> {
      try (InputStream in = store.open(file)) {
        in.transferTo(out);
      }
    };
  }

  private SafeTensorsHeader header(WeightFiles.Shard shard, boolean last) {
    Map<String, String> metadata = new TreeMap<>(shard.header().metadata());
    // transformers refuses weights whose header does not name a framework.
    metadata.putIfAbsent("format", "pt");
    SafeTensorsHeader.Builder builder = new SafeTensorsHeader.Builder().metadata(metadata);
    shard
        .header()
        .tensors()
        .forEach(
            (name, entry) -> {
              HostTensor instead = replaced.get(name);
              if (names.apply(name) == null) {
                return;
              }
              builder.tensor(
                  names.apply(name),
                  instead == null ? entry.dtype() : instead.dtype(),
                  instead == null ? entry.shape() : instead.shape());
            });
    if (last) {
      added.forEach((name, tensor) -> builder.tensor(name, tensor.dtype(), tensor.shape()));
    }
    return builder.build();
  }

  private void write(
      Store store, WeightFiles.Shard shard, SafeTensorsHeader header, OutputStream out)
      throws IOException {
    Map<String, String> before = new HashMap<>();
    for (String name : shard.header().tensors().keySet()) {
      if (names.apply(name) != null) {
        before.put(names.apply(name), name);
      }
    }
    SafeTensorsWriter writer = new SafeTensorsWriter(out, header);
    try (SafeTensors.Reader reader = SafeTensors.open(store, shard.file())) {
      for (var tensor : header.tensors().entrySet()) {
        String name = tensor.getKey();
        String old = before.get(name);
        if (old == null) {
          writer.write(name, added.get(name).data());
        } else if (replaced.containsKey(old)) {
          writer.write(name, replaced.get(old).data());
        } else if (changed.containsKey(old)) {
          writer.write(name, changed(reader.tensor(old), changed.get(old), old).data());
        } else {
          long elements = tensor.getValue().elements();
          for (long at = 0; at < elements; at += CHUNK) {
            writer.write(name, reader.range(old, at, Math.min(elements, at + CHUNK)));
          }
        }
      }
    }
    writer.finish();
  }

  private static HostTensor changed(HostTensor before, Change change, String name)
      throws IOException {
    HostTensor after = change.apply(before);
    if (!Arrays.equals(after.shape(), before.shape())) {
      throw new IllegalArgumentException(
          "tensor %s is %s and cannot become %s".formatted(name, before, after));
    }
    return after.to(before.dtype());
  }
}
