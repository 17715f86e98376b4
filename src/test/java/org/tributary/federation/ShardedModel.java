package org.tributary.federation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.protocol.HostTensor;

/** A text model whose weights are in two files. */
final class ShardedModel {
  private ShardedModel() {}

  /** Splits the tensors of a one-file model into two files in another folder. */
  static void write(Path model, Path to) throws IOException {
    List<Map<String, HostTensor>> shards = List.of(new TreeMap<>(), new TreeMap<>());
    List<String> map = new ArrayList<>();
    SafeTensors.map(model.resolve("model.safetensors"))
        .forEach(
            (name, tensor) -> {
              int k = map.size() % 2;
              shards.get(k).put(name, tensor);
              map.add("\"%s\": \"part-%d.safetensors\"".formatted(name, k));
            });
    for (int k = 0; k < 2; k++) {
      Tiny.STORE.commit(
          Tiny.hadoop(to.resolve("part-%d.safetensors".formatted(k))),
          SafeTensors.content(shards.get(k), Map.of("format", "pt")));
    }
    Files.writeString(
        to.resolve(HuggingFaceFolder.INDEX), "{\"weight_map\": {" + String.join(",", map) + "}}");
    for (String file : List.of("config.json", "tokenizer.json")) {
      Files.copy(model.resolve(file), to.resolve(file));
    }
  }
}
