package org.tributary.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.checkpoint.Store;
import org.tributary.config.ModelSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.image.ImageProcessor;
import org.tributary.image.ImageProcessorConfig;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.ImageShape;
import org.tributary.model.ModelTask;
import org.tributary.model.Pooling;
import org.tributary.model.WeightNames;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.text.ChatTemplate;
import org.tributary.text.Tokenizer;

/** The model from which a run starts: its files, its architecture and its classifier. */
public final class BaseModel {
  private static final Set<DType> TYPES = EnumSet.of(DType.F32, DType.F16, DType.BF16);

  private final HuggingFaceFolder files;
  private final Map<String, SafeTensorsHeader.Entry> tensors;
  private final CheckpointHead head;
  private final Architecture architecture;
  private final ModelSection settings;

  private BaseModel(
      HuggingFaceFolder files,
      Map<String, SafeTensorsHeader.Entry> tensors,
      ModelSection settings,
      Pooling ofTask,
      int[] images) {
    this.files = files;
    this.tensors = tensors;
    this.settings = settings;
    if (settings.newHead()) {
      Architecture family = Architectures.of(files.config(), tensors.keySet(), ofTask);
      tensors.keySet().removeAll(family.head(1).keySet());
    }
    head = new CheckpointHead(files, tensors, settings.newHead());
    Architecture family = Architectures.of(files.config(), tensors.keySet(), pooling(ofTask));
    architecture =
        family.image() == null || images == null ? family : family.forImages(images[0], images[1]);
    checkPooling();
  }

  /**
   * That of the task; otherwise as configured; otherwise the pooling of the checkpoint's
   * classifier, or the family's default.
   */
  private Pooling pooling(Pooling ofTask) {
    if (ofTask != null) {
      return ofTask;
    }
    return settings.pooling() == null
        ? head.trainedPooling().orElse(null)
        : Pooling.named(settings.pooling());
  }

  /** A decoder classifies by the last token only. */
  private void checkPooling() {
    if (settings.pooling() != null && architecture.pooling() != null) {
      String type = files.config().path("model_type").asText();
      Pooling.choose(Pooling.named(settings.pooling()), type, architecture.pooling());
    }
  }

  /**
   * Opens a model's folder and reads the headers of its weights.
   *
   * @param store reaches the folder
   * @param settings path and pooling
   * @return the model, not yet checked
   * @throws WrongInput if it is not a model folder, or its family is not supported
   * @throws IOException if a file system fails
   */
  public static BaseModel open(Store store, ModelSection settings) throws IOException {
    return open(store, settings, null);
  }

  /**
   * Opens a model's folder for the classification of texts: a language model gets a classifier.
   *
   * @param store reaches the folder
   * @param settings path and pooling
   * @return the model, not yet checked
   * @throws WrongInput if it is not a model folder, or its family is not supported
   * @throws IOException if a file system fails
   */
  public static BaseModel classifier(Store store, ModelSection settings) throws IOException {
    BaseModel base = open(store, settings);
    return base.architecture.task() == ModelTask.GENERATION
        ? open(store, settings, Pooling.LAST)
        : base;
  }

  private static BaseModel open(Store store, ModelSection settings, Pooling ofTask)
      throws IOException {
    HuggingFaceFolder files = HuggingFaceFolder.open(store, store.path(settings.path()));
    int[] images = ImageProcessorConfig.size(store, files.folder());
    return new BaseModel(files, files.tensors(), settings, ofTask, images);
  }

  /**
   * Opens the model of a run. A language model whose rows have a class and no answer gets a
   * classifier.
   *
   * @param store reaches the folder
   * @param config of the run
   * @param rows of the run
   * @return the model, not yet checked
   * @throws WrongInput if it is not a model folder, or its family is not supported
   * @throws IOException if a file system fails
   */
  static BaseModel of(Store store, TrainConfig config, PlannedRows rows) throws IOException {
    BaseModel base = open(store, config.model());
    boolean writes = base.architecture.task() == ModelTask.GENERATION;
    return writes && RowsTask.classifies(config.data(), rows)
        ? open(store, config.model(), Pooling.LAST)
        : base;
  }

  /**
   * How results name it.
   *
   * @return its name on the hub or its folder
   */
  public BaseName name() {
    return BaseName.of(settings, files.folder());
  }

  /**
   * Checks the model's class, and names, shapes and types of the weights.
   *
   * @throws WrongInput if the class is a different one, or the weights do not match config.json
   */
  public void check() {
    checkClass();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    tensors.forEach((name, entry) -> shapes.put(name, entry.shape()));
    WeightNames.check(files.folder().toString(), architecture, shapes);
    List<String> problems = new ArrayList<>();
    used()
        .forEach(
            (name, entry) -> {
              if (!TYPES.contains(entry.dtype())) {
                problems.add("tensor %s is %s".formatted(name, entry.dtype()));
              } else if (entry.bytes() > HostTensor.MAX_BYTES) {
                problems.add("tensor %s has %d bytes".formatted(name, entry.bytes()));
              }
            });
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          "%s: weights must be F32, F16 or BF16, and of less than 2 GiB a tensor; save it so:"
              .formatted(files.folder()),
          problems);
    }
  }

  /**
   * Checks the model's class: classes for other tasks may have tensors with the same names and
   * shapes but another meaning.
   *
   * @throws WrongInput if the class is not the one with which the run began
   */
  void checkClass() {
    String name = files.config().path("architectures").path(0).asText("");
    boolean writes = architecture.task() == ModelTask.GENERATION;
    String wanted = writes ? architecture.writingClass() : architecture.headedClass();
    boolean counts = writes || head.isKept();
    if (counts && name.contains("For") && !name.endsWith(wanted)) {
      throw new WrongInput(
          "%s: config.json says that it is a %s; %s"
              .formatted(
                  files.folder(),
                  name,
                  writes
                      ? "to write text name a language model, of a class that ends in %s; to classify texts train on rows with a text and a label, without an answer"
                          .formatted(wanted)
                      : "continue with one that ends in %s, or start a new classifier with model.newHead=true"
                          .formatted(wanted)));
    }
  }

  /**
   * Checks that the trained tensors can be stored in float32.
   *
   * @param names of trained tensors
   * @throws WrongInput if one of them has 2 GiB or more in float32
   */
  void checkTrainable(Set<String> names) {
    List<String> problems = new ArrayList<>();
    tensors.forEach(
        (name, entry) -> {
          long bytes = entry.elements() * DType.F32.bytes();
          if (names.contains(name) && bytes > HostTensor.MAX_BYTES) {
            problems.add("tensor %s would take %d bytes".formatted(name, bytes));
          }
        });
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          ("%s: what trains is held in float32, of less than 2 GiB a tensor; leave these out in"
                  + " framework.train, or train adapters:")
              .formatted(files.folder()),
          problems);
    }
  }

  /**
   * Reads all weights once and checks their values.
   *
   * @throws WrongInput if weights have NaN or infinite numbers, or tied matrices are not equal;
   *     names them
   * @throws IOException if a file system fails
   */
  public void checkValues() throws IOException {
    files.checkFinite(used().keySet());
    for (Map.Entry<String, String> tie : architecture.tiedWeights().entrySet()) {
      if (tensors.containsKey(tie.getKey())
          && !files.tensor(tie.getKey()).equals(files.tensor(tie.getValue()))) {
        throw new WrongInput(
            "%s: config.json ties %s to %s, but the two differ; set tie_word_embeddings to false, as transformers 5 reads it, or remove %s, as transformers 4 did"
                .formatted(files.folder(), tie.getKey(), tie.getValue(), tie.getKey()));
      }
    }
  }

  /**
   * The tensors that the program uses, without others such as a pooler that mean pooling does not
   * use.
   *
   * @return headers by name
   */
  public Map<String, SafeTensorsHeader.Entry> used() {
    // Architectures compute these maps anew at each call.
    Set<String> read = new HashSet<>(architecture.weights().keySet());
    read.addAll(architecture.poolerWeights().keySet());
    read.addAll(architecture.head(1).keySet());
    Map<String, SafeTensorsHeader.Entry> used = new LinkedHashMap<>(tensors);
    used.keySet().retainAll(read);
    return used;
  }

  /**
   * Opens the tokenizer and checks that the model knows all its ids.
   *
   * @param store reaches the model folder
   * @return the tokenizer, to be closed; null for image models
   * @throws WrongInput if it is missing or does not fit the embedding
   */
  public Tokenizer tokens(Store store) throws IOException {
    if (architecture.image() != null) {
      return null;
    }
    Path file = new Path(files.folder(), HuggingFaceFolder.TOKENIZER);
    // A row of prompt and answer is cut at the start of its prompt, so the tokenizer does not cut.
    int longest =
        architecture.task() == ModelTask.GENERATION ? Integer.MAX_VALUE : settings.maxLength();
    Tokenizer tokens = Tokenizer.open(store, file, longest);
    if (tokens.size() > architecture.vocabulary()) {
      int size = tokens.size();
      tokens.close();
      throw new WrongInput(
          "%s: has ids up to %d, but the embedding in %s has %d rows; use the tokenizer of this model"
              .formatted(file, size - 1, files.folder(), architecture.vocabulary()));
    }
    return tokens;
  }

  /**
   * The preprocessing of images.
   *
   * @param store reaches the model folder
   * @return null for text models
   * @throws WrongInput if the folder's processor is not supported or does not fit the model
   * @throws IOException if a file system fails
   */
  public ImageProcessor imageProcessor(Store store) throws IOException {
    ImageShape shape = architecture.image();
    return shape == null
        ? null
        : ImageProcessorConfig.read(
            store, files.folder(), shape.channels(), shape.height(), shape.width());
  }

  /**
   * Whether the folder has a chat template that can be read.
   *
   * @param store reaches the model folder
   * @return false without one, and for one with a syntax that is not supported
   * @throws IOException if a file system fails
   */
  public boolean hasChat(Store store) throws IOException {
    try {
      ChatTemplate.read(store, files.folder());
      return true;
    } catch (WrongInput e) {
      return false;
    }
  }

  /** The file that describes the preprocessing of images. */
  public Path imageProcessorFile() {
    return new Path(files.folder(), ImageProcessor.FILE);
  }

  /** The most tokens of a text, with special ones. */
  public int maxLength() {
    return settings.maxLength();
  }

  /** The folder and its files. */
  public HuggingFaceFolder files() {
    return files;
  }

  /** The checkpoint's classifier. */
  public CheckpointHead head() {
    return head;
  }

  /** The family and its sizes. */
  public Architecture architecture() {
    return architecture;
  }
}
