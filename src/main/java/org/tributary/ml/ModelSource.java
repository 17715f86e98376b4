package org.tributary.ml;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.Store;
import org.tributary.config.ModelSection;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.CheckpointModel;
import org.tributary.model.Architecture;
import org.tributary.model.ModelTask;
import org.tributary.model.Pooling;
import org.tributary.run.AppliedAdapter;
import org.tributary.run.BaseModel;

/**
 * The model of a Transformer, as its tasks get it: folders that the driver has resolved. The
 * driver, which checks the model, and every executor open it in the same way.
 *
 * @param model the model's folder, with scheme
 * @param adapter the PEFT folder, with scheme; null for none
 * @param settings what it is used for
 * @param state names, sizes and times of all files, so that a JVM does not keep an old model
 * @param hadoop settings for access to file systems
 */
record ModelSource(
    String model, String adapter, Settings settings, String state, SerializableConfiguration hadoop)
    implements Serializable {
  /** Tokens that a text keeps if neither the user nor a run says otherwise. */
  private static final int MOST_BY_DEFAULT = 512;

  /**
   * What a model is used for.
   *
   * @param use decides which part of the model is needed
   * @param maxLength tokens that a text keeps; 0 for the run's number, else 512 or, if there are
   *     fewer, the model's positions
   * @param precision of weights and activations, {@code float32} or {@code bfloat16}
   */
  record Settings(ModelUse use, int maxLength, String precision) implements Serializable {}

  /**
   * Opens and checks a model in the driver. Reads no weights.
   *
   * @param hadoop settings for access to file systems
   * @param located its folders
   * @param asked what it is used for
   * @return the model, with a length
   * @throws WrongInput if the folders are not such a model
   * @throws IOException if a file system fails
   */
  static ModelSource of(Configuration hadoop, ModelLocation located, Settings asked)
      throws IOException {
    Store store = Store.of(hadoop);
    String adapter = located.adapter() == null ? null : located.adapter().toString();
    ModelSource found =
        new ModelSource(
            located.model().toString(),
            adapter,
            new Settings(asked.use(), 4, asked.precision()),
            state(store, located),
            new SerializableConfiguration(hadoop));
    BaseModel base = found.open().base();
    int length = length(base, located, asked.maxLength());
    ModelSource source =
        new ModelSource(
            found.model(),
            adapter,
            new Settings(asked.use(), length, asked.precision()),
            found.state(),
            found.hadoop());
    if (base.architecture().image() == null) {
      source.open().base().tokens(store).close();
    }
    return source;
  }

  private static int length(BaseModel base, ModelLocation located, int asked) {
    Architecture architecture = base.architecture();
    if (architecture.image() != null) {
      return MOST_BY_DEFAULT;
    }
    int most = architecture.maxPositions();
    if (asked > most) {
      throw new WrongInput(
          "maxLength: %d is more than the model's %d positions (%s in its config.json); lower it"
              .formatted(asked, most, architecture.positionsKey()));
    }
    int given = located.maxLength() == null ? MOST_BY_DEFAULT : located.maxLength();
    return asked > 0 ? asked : Math.min(most, given);
  }

  private static String state(Store store, ModelLocation located) throws IOException {
    StringBuilder state = new StringBuilder();
    for (Path folder :
        located.adapter() == null
            ? List.of(located.model())
            : List.of(located.model(), located.adapter())) {
      for (FileStatus file : store.list(folder)) {
        state
            .append(file.getPath().getName())
            .append(':')
            .append(file.getLen())
            .append(':')
            .append(file.getModificationTime())
            .append(' ');
      }
    }
    return state.toString();
  }

  /**
   * Opens the model. Reads its files, not its weights.
   *
   * @return the model with its adapter
   * @throws WrongInput if the folders are not such a model
   * @throws IOException if a file system fails
   */
  CheckpointModel open() throws IOException {
    CheckpointModel opened =
        settings.use() == ModelUse.EMBED
            ? withoutHead()
            : CheckpointModel.open(
                store(), new ModelSection(model, null, null, settings.maxLength(), false), adapter);
    checkUse(opened.base());
    return opened;
  }

  /** An encoder or decoder whose hidden states count, whatever head it has. */
  private CheckpointModel withoutHead() throws IOException {
    Store store = store();
    BaseModel any =
        BaseModel.open(store, new ModelSection(model, null, null, settings.maxLength(), true));
    boolean encodes = any.architecture().task() == ModelTask.CLASSIFICATION;
    // The mean needs no pooler, which a base model may lack.
    String pooling = encodes && any.architecture().image() == null ? Pooling.MEAN.key() : null;
    BaseModel base =
        BaseModel.open(
            store, new ModelSection(model, null, pooling, settings.maxLength(), encodes));
    base.check();
    AppliedAdapter applied =
        adapter == null
            ? null
            : AppliedAdapter.of(adapter, base, PeftAdapter.read(store, store.path(adapter)));
    return new CheckpointModel(base, applied, List.of());
  }

  private void checkUse(BaseModel base) {
    boolean images = base.architecture().image() != null;
    boolean writes = base.architecture().task() == ModelTask.GENERATION;
    String is = images ? "classifies images" : writes ? "writes text" : "classifies or embeds text";
    boolean fits =
        switch (settings.use()) {
          case CLASSIFY_TEXT -> !images && !writes;
          case CLASSIFY_IMAGE -> images;
          case EMBED -> !images;
          case WRITE -> writes;
        };
    if (!fits) {
      throw new WrongInput(
          "modelUrl: the model %s %s; use %s for it, or name another model"
              .formatted(
                  model,
                  is,
                  images
                      ? "ImageClassifier"
                      : writes ? "TextGenerator" : "TextClassifier or TextEmbedder"));
    }
  }

  /** The folders that every executor reads: the model's, and the adapter's if there is one. */
  List<String> folders() {
    return adapter == null ? List.of(model) : List.of(model, adapter);
  }

  /** The store of the JVM that calls this. */
  Store store() {
    return Store.of(hadoop.value());
  }

  /** What decides whether a loaded model can be used. */
  String key() {
    return String.join("\n", model, "" + adapter, settings.toString(), state);
  }
}
