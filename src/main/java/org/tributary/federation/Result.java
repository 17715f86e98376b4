package org.tributary.federation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.data.ImageProcessor;
import org.tributary.model.Task;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;

/** Writes what a run ends with: a model, or an adapter for the base model. */
final class Result {
  private final Store store;
  private final RunFolder folder;
  private final Blueprint blueprint;

  Result(Store store, RunFolder folder, Blueprint blueprint) {
    this.store = store;
    this.folder = folder;
    this.blueprint = blueprint;
  }

  /**
   * Writes the global result; with personal models, one result a client.
   *
   * @param states every client's own state
   * @return the folders written
   */
  List<Path> write(Map<String, Path> states) throws IOException {
    int last = blueprint.config().rounds() - 1;
    Map<String, HostTensor> global =
        new TreeMap<>(SafeTensors.read(store, folder.start()).tensors());
    global.putAll(SafeTensors.read(store, folder.global(last)).tensors());
    Path root = blueprint.lora() == null ? folder.model() : folder.adapter();
    List<Path> written = new ArrayList<>();
    if (blueprint.plan().of(Role.STAYS).isEmpty()) {
      write(root, global);
      written.add(root);
      return written;
    }
    for (Map.Entry<String, Path> state : states.entrySet()) {
      Map<String, HostTensor> own = new TreeMap<>(global);
      own.putAll(SafeTensors.read(store, state.getValue()).tensors());
      own.keySet().retainAll(blueprint.plan().parts().keySet());
      Path target = new Path(root, "client=" + state.getKey());
      write(target, own);
      written.add(target);
    }
    return written;
  }

  private void write(Path target, Map<String, HostTensor> tensors) throws IOException {
    if (blueprint.lora() == null) {
      Map<String, HostTensor> weights = new TreeMap<>(blueprint.base().files().weights());
      weights.putAll(tensors);
      HuggingFaceFolder.write(store, target, config(), named(weights), otherFiles());
      return;
    }
    Map<String, HostTensor> adapter = named(tensors);
    List<String> saved =
        adapter.keySet().stream()
            .filter(name -> !name.contains(".lora_"))
            .map(name -> name.substring(0, name.lastIndexOf('.')))
            .distinct()
            .toList();
    PeftAdapter.Config config =
        new PeftAdapter.Config(
            blueprint.lora().rank(),
            blueprint.lora().alpha(),
            blueprint.lora().rslora(),
            targets(),
            saved,
            blueprint.base().files().folder().toString(),
            blueprint.architecture().task() == Task.GENERATION ? "CAUSAL_LM" : "SEQ_CLS");
    new PeftAdapter(config, adapter).write(store, target);
  }

  /** Tensors under the names that transformers and peft look for. */
  private Map<String, HostTensor> named(Map<String, HostTensor> tensors) {
    if (blueprint.newHead().isEmpty()) {
      return tensors;
    }
    Map<String, HostTensor> named = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> named.put(blueprint.architecture().nameWithHead(name), tensor));
    return named;
  }

  /** Short names where they say it all, as peft takes them; else the layers one by one. */
  private List<String> targets() {
    List<String> asked = blueprint.lora().targets();
    return asked.stream().anyMatch(t -> t.contains("*"))
        ? blueprint.adapted().keySet().stream().map(blueprint.architecture()::nameWithHead).toList()
        : asked;
  }

  private ObjectNode config() {
    ObjectNode config = blueprint.base().files().config();
    if (!blueprint.newHead().isEmpty()) {
      ObjectNode names = config.putObject("id2label");
      ObjectNode ids = config.putObject("label2id");
      for (int i = 0; i < blueprint.labels().size(); i++) {
        names.put(Integer.toString(i), blueprint.labels().get(i));
        ids.put(blueprint.labels().get(i), i);
      }
      String family = config.path("architectures").path(0).asText("BertModel");
      config
          .putArray("architectures")
          .add(family.replaceFirst("(Model|For.*)$", "") + blueprint.architecture().headedClass());
      config.put("tributary_pooling", blueprint.architecture().pooling().key());
      return blueprint.architecture().configWithHead(config);
    }
    return config;
  }

  private Map<String, byte[]> otherFiles() throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    for (String name :
        List.of(HuggingFaceFolder.TOKENIZER, "tokenizer_config.json", ImageProcessor.FILE)) {
      Path file = new Path(blueprint.base().files().folder(), name);
      if (store.exists(file)) {
        files.put(name, store.readAll(file));
      }
    }
    return files;
  }
}
