package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.protocol.HostTensor;

/**
 * A model in the format of Hugging Face's libraries: {@code config.json}, the weights in {@code
 * model.safetensors} (or in several files that {@code model.safetensors.index.json} lists), or
 * without them in {@code pytorch_model.bin} (or those of its index), and {@code tokenizer.json} for
 * text models.
 */
public final class HuggingFaceFolder {
  /** The architecture and its sizes. */
  public static final String CONFIG = "config.json";

  /** All weights in one file. */
  public static final String WEIGHTS = "model.safetensors";

  /** The index of the weights' files, if there are several. */
  public static final String INDEX = "model.safetensors.index.json";

  /** The tokenizer of a text model. */
  public static final String TOKENIZER = "tokenizer.json";

  /** The vocabulary of a WordPiece tokenizer, one token a line. */
  public static final String WORDS = "vocab.txt";

  /** The vocabulary of a byte-level BPE tokenizer. */
  public static final String VOCABULARY = "vocab.json";

  /** The merges of a byte-level BPE tokenizer. */
  public static final String MERGES = "merges.txt";

  /** The files that say what a tokenizer is if there is no tokenizer.json. */
  private static final List<String> VOCABULARIES =
      List.of(WORDS, VOCABULARY, MERGES, "special_tokens_map.json", "added_tokens.json");

  /** The image preprocessing of an image model. */
  public static final String PREPROCESSOR = "preprocessor_config.json";

  /** Other files that describe the preprocessing of inputs. */
  private static final List<String> INPUTS =
      List.of(
          PREPROCESSOR, "tokenizer_config.json", "generation_config.json", "chat_template.jinja");

  private final Store store;
  private final Path folder;
  private final ObjectNode config;
  private final WeightFiles weights;

  private HuggingFaceFolder(Store store, Path folder, ObjectNode config, WeightFiles weights) {
    this.store = store;
    this.folder = folder;
    this.config = config;
    this.weights = weights;
  }

  /**
   * Opens a model folder: reads its configuration and finds its weights.
   *
   * @param store reaches the folder
   * @param folder the model's folder
   * @return the folder; no weights are read yet
   * @throws WrongInput if config.json or the weights are missing or not valid
   * @throws IOException if the file system fails
   */
  public static HuggingFaceFolder open(Store store, Path folder) throws IOException {
    String wayOut = "name the folder of a model as save_pretrained of transformers writes it";
    if (!store.exists(new Path(folder, CONFIG))
        && store.exists(new Path(folder, PeftAdapter.CONFIG))) {
      wayOut = adapter(store, folder);
    }
    ObjectNode config = JsonFiles.object(store, new Path(folder, CONFIG), wayOut);
    return new HuggingFaceFolder(store, folder, config, WeightFiles.find(store, folder));
  }

  /** The message for an adapter's folder, of any kind. */
  private static String adapter(Store store, Path folder) throws IOException {
    JsonNode base =
        JsonFiles.object(store, new Path(folder, PeftAdapter.CONFIG), "")
            .path("base_model_name_or_path");
    return ("it is a PEFT adapter and no model; name the model that it belongs to%s, and the adapter"
            + " as framework.lora.start (train), adapter (generate) or --adapter (logits,"
            + " merge-adapter)")
        .formatted(base.isTextual() ? " (its configuration says " + base.asText() + ")" : "");
  }

  /**
   * Writes a model folder. Writing the same model again changes nothing.
   *
   * @param store reaches the folder
   * @param folder created if it is missing
   * @param config the architecture and its sizes
   * @param weights by the names of Hugging Face's hub
   * @param otherFiles content by name, such as tokenizer.json
   * @return whether a file was written
   * @throws WrongInput if one of the files exists with other content; then nothing is written
   * @throws IOException if the file system fails
   */
  public static boolean write(
      Store store,
      Path folder,
      JsonNode config,
      Map<String, HostTensor> weights,
      Map<String, byte[]> otherFiles)
      throws IOException {
    Map<String, FileContent> files = new LinkedHashMap<>();
    otherFiles.forEach((name, bytes) -> files.put(name, FileContent.of(bytes)));
    // transformers refuses weights whose header does not name a framework.
    files.put(WEIGHTS, SafeTensors.content(weights, Map.of("format", "pt")));
    // Written last, so that a folder with a configuration is complete.
    files.put(CONFIG, FileContent.of(JsonFiles.content(config)));
    return WriteOnceFolder.write(store, folder, files);
  }

  /**
   * The folder of the model.
   *
   * @return the folder
   */
  public Path folder() {
    return folder;
  }

  /**
   * The architecture and its sizes.
   *
   * @return a copy of config.json
   */
  public ObjectNode config() {
    return config.deepCopy();
  }

  /**
   * The licence that the folder's README.md names for the hub: the field {@code license} of its
   * head.
   *
   * @return empty if there is none
   * @throws IOException if the file system fails
   */
  public Optional<String> license() throws IOException {
    Path card = new Path(folder, "README.md");
    if (!store.exists(card)) {
      return Optional.empty();
    }
    List<String> lines =
        new String(store.readAll(card), StandardCharsets.UTF_8).lines().map(String::strip).toList();
    if (lines.isEmpty() || !lines.get(0).equals("---")) {
      return Optional.empty();
    }
    return lines.stream()
        .skip(1)
        .takeWhile(line -> !line.equals("---"))
        .filter(line -> line.matches("license: *[\\w.-]+"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  /**
   * The files with weights.
   *
   * @return one file, or several sorted by name
   */
  public List<Path> weightFiles() {
    return weights.files();
  }

  /**
   * The headers of all weights, without reading the weights.
   *
   * @return names, types and shapes, file by file
   * @throws WrongInput if a file is not a valid safetensors file, two files have the same tensor,
   *     or index and files do not name the same tensors
   * @throws IOException if the file system fails
   */
  public Map<String, SafeTensorsHeader.Entry> tensors() throws IOException {
    return WeightFiles.tensors(shards());
  }

  /**
   * One weight in memory.
   *
   * @param name as in {@link #tensors}
   * @return a copy
   * @throws WrongInput if there is no weight with that name, or it has 2 GiB or more
   * @throws IOException if the file system fails
   */
  public HostTensor tensor(String name) throws IOException {
    for (WeightFiles.Shard shard : shards()) {
      if (shard.header().tensors().containsKey(name)) {
        try (SafeTensors.Reader reader = SafeTensors.open(store, shard.file())) {
          return reader.tensor(name);
        }
      }
    }
    throw new WrongInput("%s: has no tensor %s: copy the model again".formatted(folder, name));
  }

  /** The weights' files with their headers. */
  List<WeightFiles.Shard> shards() throws IOException {
    return weights.shards(store);
  }

  /** The bytes of an index for files with these headers; empty if this folder has no index. */
  Optional<byte[]> index(Map<String, SafeTensorsHeader> written) throws IOException {
    return weights.index() == null
        ? Optional.empty()
        : Optional.of(JsonFiles.content(weights.index(written)));
  }

  /**
   * Checks every number, one piece of a tensor at a time.
   *
   * @param names of the tensors to check
   * @throws WrongInput if tensors have NaN or infinite numbers; names at most ten of them
   * @throws IOException if the file system fails
   */
  public void checkFinite(Set<String> names) throws IOException {
    weights.checkFinite(store, names);
  }

  /**
   * The tokenizer's file.
   *
   * @return the path of tokenizer.json if the folder has one
   * @throws IOException if the file system fails
   */
  public Optional<Path> tokenizer() throws IOException {
    Path path = new Path(folder, TOKENIZER);
    return store.exists(path) ? Optional.of(path) : Optional.empty();
  }

  /**
   * Whether the folder has a tokenizer.
   *
   * @return true for tokenizer.json, and for the files of a vocabulary
   * @throws IOException if the file system fails
   */
  public boolean hasTokenizer() throws IOException {
    return has(TOKENIZER) || has(WORDS) || has(VOCABULARY) && has(MERGES);
  }

  private boolean has(String name) throws IOException {
    return store.exists(new Path(folder, name));
  }

  /**
   * All weights in memory.
   *
   * @return by name
   * @throws WrongInput if a file is not a valid safetensors file, or two files have the same name
   * @throws IOException if the file system fails
   */
  public Map<String, HostTensor> weights() throws IOException {
    Map<String, HostTensor> all = new LinkedHashMap<>();
    for (Path file : weights.files()) {
      add(all, SafeTensors.read(store, file).tensors(), file.toString());
    }
    return all;
  }

  /**
   * All weights as read-only maps of local files.
   *
   * @param staging a folder on a local disk, see {@link #local}
   * @return by name
   * @throws WrongInput if a file is not a valid safetensors file, or two files have the same name
   * @throws IOException if a file system fails
   */
  public Map<String, HostTensor> map(java.nio.file.Path staging) throws IOException {
    Map<String, HostTensor> all = new LinkedHashMap<>();
    for (java.nio.file.Path file : local(staging)) {
      add(all, SafeTensors.map(file), file.toString());
    }
    return all;
  }

  private static void add(Map<String, HostTensor> all, Map<String, HostTensor> more, String file) {
    more.forEach(
        (name, tensor) -> {
          if (all.put(name, tensor) != null) {
            throw new WrongInput(
                "%s: tensor %s is in another file of this model, too: save the model again"
                    .formatted(file, name));
          }
        });
  }

  /**
   * The weights on a local disk: the files themselves if they are on one, else copies. A copy is
   * made once per staging folder and file version; its name contains the length and time of the
   * file.
   *
   * @param staging the folder of the copies
   * @return one file for each of {@link #weightFiles}, in that order
   * @throws IOException if a file system fails
   */
  public List<java.nio.file.Path> local(java.nio.file.Path staging) throws IOException {
    return weights.local(store, staging);
  }

  /**
   * A hash that identifies the model: SHA-256 over the names and hashes of config.json, the weights
   * and, if they exist, tokenizer.json (or the files that stand for it) and the other files that
   * describe the preprocessing of inputs.
   *
   * @return hex
   * @throws IOException if the file system fails
   */
  public String hash() throws IOException {
    List<Path> files = new ArrayList<>();
    files.add(new Path(folder, CONFIG));
    files.addAll(weights.files());
    List<String> inputs = new ArrayList<>(has(TOKENIZER) ? List.of(TOKENIZER) : VOCABULARIES);
    inputs.addAll(INPUTS);
    for (String name : inputs) {
      if (has(name)) {
        files.add(new Path(folder, name));
      }
    }
    StringBuilder lines = new StringBuilder();
    for (Path file : files) {
      lines.append(file.getName()).append(' ').append(store.sha256(file)).append('\n');
    }
    return Sha256.of(lines.toString());
  }
}
