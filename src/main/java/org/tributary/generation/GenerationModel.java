package org.tributary.generation;

import ai.djl.Device;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.checkpoint.Store;
import org.tributary.config.GenerateConfig;
import org.tributary.error.WrongInput;
import org.tributary.executor.Staging;
import org.tributary.model.Model;
import org.tributary.model.ModelTask;
import org.tributary.model.Precision;
import org.tributary.protocol.HostTensor;
import org.tributary.run.AppliedAdapter;
import org.tributary.run.BaseModel;
import org.tributary.text.ChatTemplate;
import org.tributary.text.DecodingDefaults;
import org.tributary.text.Prompt;
import org.tributary.text.SpecialTokens;
import org.tributary.text.Tokenizer;

/**
 * The model of a generation with its adapter, its prompts and its special tokens. The driver, which
 * checks it, and every executor compute it in the same way.
 */
final class GenerationModel {
  private final Store store;
  private final GenerateConfig config;
  private final BaseModel base;
  private final AppliedAdapter adapter;
  private final Prompt prompt;
  private final SpecialTokens special;

  /**
   * Opens and checks the model. Writes nothing.
   *
   * @throws WrongInput if model, adapter and configuration do not fit each other
   */
  GenerationModel(Store store, GenerateConfig config) throws IOException {
    this.store = store;
    this.config = config;
    base = BaseModel.open(store, config.model());
    Path folder = base.files().folder();
    if (base.architecture().task() != ModelTask.GENERATION) {
      throw new WrongInput(
          "model.path: %s writes no text; name the folder of a language model".formatted(folder));
    }
    base.check();
    int most = base.architecture().maxPositions();
    if (config.model().maxLength() > most) {
      throw new WrongInput(
          "model.maxLength: %d is more than the model's %d positions; lower it"
              .formatted(config.model().maxLength(), most));
    }
    adapter = config.adapter() == null ? null : adapter();
    GenerateConfig.Data d = config.data();
    prompt =
        Prompt.of(
            new Prompt.Keys(
                d.prompt(),
                d.shortPrompt(),
                d.message(),
                new Prompt.ChatKeys(d.system(), d.template(), d.date(), d.messages(), false)),
            () -> ChatTemplate.read(store, folder));
    special = SpecialTokens.read(store, folder, base.architecture().vocabulary(), prompt);
  }

  private AppliedAdapter adapter() throws IOException {
    Path folder = store.path(config.adapter());
    return AppliedAdapter.of(config.adapter(), base, PeftAdapter.read(store, folder));
  }

  /**
   * Reads all weights once and checks their values.
   *
   * @throws WrongInput as {@link BaseModel#checkValues}
   */
  void checkValues() throws IOException {
    base.checkValues();
  }

  /** The model in the engine. */
  Model load(Device device) throws IOException {
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    Map<String, SafeTensorsHeader.Entry> used = base.used();
    base.files()
        .map(Staging.folder())
        .forEach(
            (name, tensor) -> {
              if (used.containsKey(name)) {
                weights.put(name, tensor);
              }
            });
    return new Model(
        base.architecture(),
        adapter == null ? weights : adapter.with(weights),
        adapter == null ? Map.of() : adapter.scalings(),
        device,
        Precision.named(config.precision()));
  }

  /** The hashes that identify model and adapter, by key. */
  Map<String, String> hashes() throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    hashes.put("model.path", base.files().hash());
    if (adapter != null) {
      Path folder = store.path(config.adapter());
      hashes.put(
          "adapter",
          store.sha256(new Path(folder, PeftAdapter.CONFIG))
              + store.sha256(new Path(folder, PeftAdapter.WEIGHTS)));
    }
    return hashes;
  }

  Tokenizer tokens() throws IOException {
    return base.tokens(store);
  }

  GenerateConfig config() {
    return config;
  }

  /** The decoding defaults of the model's own files. */
  DecodingDefaults own() throws IOException {
    return DecodingDefaults.read(store, base.files().folder());
  }

  Prompt prompt() {
    return prompt;
  }

  SpecialTokens special() {
    return special;
  }
}
