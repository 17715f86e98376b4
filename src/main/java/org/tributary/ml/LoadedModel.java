package org.tributary.ml;

import ai.djl.Device;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.tributary.checkpoint.Store;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.CheckpointModel;
import org.tributary.executor.JvmCache;
import org.tributary.executor.Staging;
import org.tributary.image.ImageProcessor;
import org.tributary.model.Model;
import org.tributary.model.Precision;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Resources;

/**
 * What a JVM loads to score rows with one model on one device: the weights, the program and the
 * tokenizer. The weights are mapped once and the JVM's tasks share them.
 */
final class LoadedModel implements AutoCloseable {
  private static final JvmCache<LoadedModel> LOADED =
      new JvmCache<>(loaded -> loaded.opened.close());

  private final Store store;
  private final CheckpointModel described;
  private final Model model;
  private final Tokenizer tokens;
  private final ImageProcessor images;
  private final Map<String, Object> kept = new ConcurrentHashMap<>();
  private final Resources opened;

  private LoadedModel(ModelSource source, Device device) throws IOException {
    store = source.store();
    described = source.open();
    described.base().checkValues();
    images = described.base().imageProcessor(store);
    try (Resources opening = new Resources()) {
      tokens = opening.add(described.base().tokens(store));
      model =
          opening.add(
              described.load(
                  device, Staging.folder(), Precision.named(source.settings().precision())));
      opened = opening.keep();
    }
  }

  /**
   * Takes the model of this JVM, and loads it if there is none. {@link #close} returns it.
   *
   * @param source the model
   * @param device to compute on
   * @return shared with other tasks
   * @throws WrongInput if this executor cannot use the folders that the driver could use
   * @throws IOException if a file system fails
   */
  static LoadedModel take(ModelSource source, Device device) throws IOException {
    try {
      return LOADED.take(device + "\n" + source.key(), () -> new LoadedModel(source, device));
    } catch (Trouble e) {
      throw e;
    } catch (IOException | WrongInput e) {
      throw new WrongInput(where() + ": " + cause(source, e), e);
    }
  }

  private static String where() throws UnknownHostException {
    return "executor %s on %s"
        .formatted(SparkEnv.get().executorId(), InetAddress.getLocalHost().getHostName());
  }

  private static String cause(ModelSource source, Exception e) throws IOException {
    for (String folder : source.folders()) {
      if (!source.store().exists(source.store().path(folder))) {
        return "%s does not exist there; put it on a file system that all executors read"
            .formatted(folder);
      }
    }
    return "%s cannot be loaded: %s"
        .formatted(String.join(" with the adapter ", source.folders()), e.getMessage());
  }

  @Override
  public void close() {
    LOADED.giveBack(this);
  }

  /** Ends the task between two batches if its driver stops or its JVM ends. */
  static void checkGoesOn() {
    LOADED.checkGoesOn();
  }

  /**
   * Something that is made once for this model, such as its chat template.
   *
   * @param key what it is, with all that it depends on
   * @param maker makes it
   * @return the same for all tasks
   */
  @SuppressWarnings("unchecked")
  <V> V kept(String key, Supplier<V> maker) {
    return (V) kept.computeIfAbsent(key, name -> maker.get());
  }

  /** Reaches the model's files. */
  Store store() {
    return store;
  }

  /** The model's files and family. */
  CheckpointModel described() {
    return described;
  }

  /** The program with its weights. */
  Model model() {
    return model;
  }

  /** The tokenizer; null for images. */
  Tokenizer tokens() {
    return tokens;
  }

  /** The preprocessing of images; null for text. */
  ImageProcessor images() {
    return images;
  }
}
