package org.tributary.assessment;

import ai.djl.Device;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tributary.batch.Examples;
import org.tributary.checkpoint.Store;
import org.tributary.executor.JvmCache;
import org.tributary.executor.Staging;
import org.tributary.model.Model;
import org.tributary.run.SkippedRows;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Resources;

/**
 * What a JVM loads to score one model on one device: the weights, the program, the tokenizer and
 * the rows. Its tasks share them.
 */
final class LoadedAssessment implements AutoCloseable {
  private static final JvmCache<LoadedAssessment> LOADED =
      new JvmCache<>(loaded -> loaded.opened.close());

  private final Store store;
  private final AssessedModel described;
  private final SkippedRows skipped;
  private final Model model;
  private final Tokenizer tokens;
  private final String key;
  private final Map<String, SoftReference<Examples>> rows = new HashMap<>();
  private final Map<String, SoftReference<List<String>>> keys = new HashMap<>();
  private final Resources opened;

  private LoadedAssessment(AssessmentSpec spec, Target target, Device device) throws IOException {
    store = spec.store();
    described =
        AssessedModel.of(store, spec.config(), target, target.isState() ? spec.run() : null);
    skipped = spec.rowsLeftOut();
    key = spec.config().key();
    try (Resources opening = new Resources()) {
      tokens = opening.add(described.tokens());
      model = opening.add(described.load(device, Staging.folder()));
      opened = opening.keep();
    }
  }

  /** Takes the model of this JVM, and loads it if there is none. {@link #close} returns it. */
  static LoadedAssessment take(AssessmentSpec spec, Target target, Device device)
      throws IOException {
    String key = device + "\n" + target + "\n" + spec.yaml();
    return LOADED.take(key, () -> new LoadedAssessment(spec, target, device));
  }

  /** Closes every unused model. */
  static void clear() {
    LOADED.clear();
  }

  @Override
  public void close() {
    LOADED.giveBack(this);
  }

  /** Ends the task between two steps if its driver stops or its JVM ends. */
  void checkGoesOn() {
    LOADED.checkGoesOn();
  }

  AssessedModel described() {
    return described;
  }

  SkippedRows skipped() {
    return skipped;
  }

  Model model() {
    return model;
  }

  Tokenizer tokens() {
    return tokens;
  }

  /** The values of the column that identifies a row, of all rows of a part; null for none. */
  synchronized List<String> keys(String part) throws IOException {
    if (key == null) {
      return null;
    }
    SoftReference<List<String>> kept = keys.get(part);
    List<String> all = kept == null ? null : kept.get();
    if (all == null) {
      all = described.rows().values(store, described.rows().evaluationParts(part), key, skipped);
      keys.put(part, new SoftReference<>(all));
    }
    return all;
  }

  /** All rows of a part. Their files are compared with the manifest when they are read. */
  synchronized Examples rows(String part) throws IOException {
    SoftReference<Examples> kept = rows.get(part);
    Examples all = kept == null ? null : kept.get();
    if (all == null) {
      all = described.rows().rows(store, described.rows().evaluationParts(part), tokens, skipped);
      rows.put(part, new SoftReference<>(all));
    }
    return all;
  }
}
