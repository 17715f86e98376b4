package org.tributary.evaluation;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftNotes;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.checkpoint.Store;
import org.tributary.config.ModelSection;
import org.tributary.error.WrongInput;
import org.tributary.model.Architectures;
import org.tributary.model.Model;
import org.tributary.model.Pooling;
import org.tributary.model.Precision;
import org.tributary.protocol.HostTensor;
import org.tributary.run.AppliedAdapter;
import org.tributary.run.BaseModel;

/**
 * A model's folder, with an adapter if one is named, from which predictions can be computed.
 *
 * @param base the model
 * @param adapter applied to it; null for none
 * @param classes of a classifier that the adapter brings, in the order of its rows; empty if the
 *     model's own names count, or if the adapter says nothing
 */
public record CheckpointModel(BaseModel base, AppliedAdapter adapter, List<String> classes) {
  /** Copies. */
  public CheckpointModel {
    classes = List.copyOf(classes);
  }

  /**
   * Opens a model.
   *
   * @param store access to both folders
   * @param settings the model's; without a pooling it is the one that Tributary wrote into the
   *     model or the adapter, or, without one, the default of transformers
   * @param adapter PEFT folder; null for none
   * @return the values of its weights are not yet checked
   * @throws WrongInput if the two do not fit, or the model has no head
   * @throws IOException if a file system fails
   */
  public static CheckpointModel open(Store store, ModelSection settings, String adapter)
      throws IOException {
    PeftAdapter lora = adapter == null ? null : PeftAdapter.read(store, store.path(adapter));
    List<String> noted = lora == null ? List.of() : PeftNotes.labels(lora);
    String pooling =
        settings.pooling() == null ? pooling(store, settings.path(), lora) : settings.pooling();
    BaseModel base = BaseModel.open(store, with(settings, pooling, false));
    boolean brings =
        !noted.isEmpty() && !(base.head().isKept() && base.head().names().equals(noted));
    if (brings) {
      base = BaseModel.open(store, with(settings, pooling, true));
    }
    base.check();
    AppliedAdapter applied = lora == null ? null : AppliedAdapter.of(adapter, base, lora);
    Set<String> head = new TreeSet<>(base.architecture().head(1).keySet());
    head.addAll(base.architecture().poolerWeights().keySet());
    head.removeAll(base.used().keySet());
    if (applied != null) {
      head.removeAll(applied.tensors().keySet());
    }
    if (!head.isEmpty()) {
      throw new WrongInput(
          "%s: has no %s, and so no logits; name a model with a head, or the adapter that has it"
              .formatted(base.files().folder(), String.join(", ", head)));
    }
    return new CheckpointModel(base, applied, brings ? noted : List.of());
  }

  private static ModelSection with(ModelSection settings, String pooling, boolean newHead) {
    return new ModelSection(
        settings.path(), settings.name(), pooling, settings.maxLength(), newHead);
  }

  /**
   * The pooling that the adapter's classifier was trained with, if the adapter has one; null for
   * the model's own pooling.
   */
  private static String pooling(Store store, String model, PeftAdapter adapter) throws IOException {
    if (adapter == null || adapter.saved().isEmpty()) {
      return null;
    }
    HuggingFaceFolder files = HuggingFaceFolder.open(store, store.path(model));
    Pooling family =
        Architectures.adapted(files.config(), files.tensors().keySet(), adapter.saved().keySet())
            .classifierPooling();
    return PeftNotes.pooling(adapter).orElse(family == null ? null : family.key());
  }

  /**
   * The number of the classifier's rows, one for each class.
   *
   * @return 0 for a language model
   */
  public int rows() {
    String name = base.architecture().classWeight().orElse(null);
    if (name == null) {
      return 0;
    }
    HostTensor own = adapter == null ? null : adapter.tensors().get(name);
    long[] shape = own == null ? base.used().get(name).shape() : own.shape();
    return Math.toIntExact(shape[0]);
  }

  /**
   * The model in the engine.
   *
   * @param device to compute on
   * @param staging a folder on a local disk for copies of weights that are not on a local disk
   * @param precision of weights and activations
   * @return to be closed
   * @throws IOException if a file system fails
   */
  public Model load(Device device, Path staging, Precision precision) throws IOException {
    return new Model(
        base.architecture(),
        weights(staging),
        adapter == null ? Map.of() : adapter.scalings(),
        device,
        precision);
  }

  private Map<String, HostTensor> weights(Path staging) throws IOException {
    Map<String, SafeTensorsHeader.Entry> used = base.used();
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    base.files()
        .map(staging)
        .forEach(
            (name, tensor) -> {
              if (used.containsKey(name)) {
                weights.put(name, tensor);
              }
            });
    return adapter == null ? weights : adapter.with(weights);
  }
}
