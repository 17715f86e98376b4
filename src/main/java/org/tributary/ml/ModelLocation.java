package org.tributary.ml;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftConfig;
import org.tributary.checkpoint.Store;
import org.tributary.config.ModelSection;
import org.tributary.error.WrongInput;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;

/**
 * The folders of a model that {@code modelUrl} names. It names a model's folder, the folder of a
 * PEFT adapter, or the folder of a run of {@code train}, whose result counts.
 *
 * @param model the model's folder, with scheme
 * @param adapter the PEFT folder, with scheme; null for none
 * @param maxLength tokens that a text keeps, as the run was trained; null if there is no run
 */
record ModelLocation(Path model, Path adapter, Integer maxLength) {
  private static final String CLIENT = "client=";

  /**
   * Finds the folders.
   *
   * @param store reaches them
   * @param url of the model, the adapter or the run
   * @param base folder of the adapter's model; null for the one that the adapter or the run names
   * @return both folders exist
   * @throws WrongInput if there is no such folder, the run has no result, or the adapter's model is
   *     not found
   * @throws IOException if a file system fails
   */
  static ModelLocation of(Store store, String url, String base) throws IOException {
    Path folder = path(store, "modelUrl", url);
    if (!store.exists(folder)) {
      throw new WrongInput(
          "modelUrl: %s does not exist; name a model's folder, an adapter's folder or a run's folder"
              .formatted(folder));
    }
    RunFolder run = new RunFolder(folder);
    if (store.exists(new Path(folder, PeftAdapter.CONFIG))) {
      return adapter(store, folder, base, null);
    }
    if (!store.exists(new Path(folder, HuggingFaceFolder.CONFIG)) && store.exists(run.config())) {
      return result(store, run, base);
    }
    return whole(folder, base, null);
  }

  private static ModelLocation whole(Path model, String base, Integer maxLength) {
    if (base != null) {
      throw new WrongInput(
          "baseModelUrl: %s is a whole model and no adapter (it has no %s), so it needs no other model; remove baseModelUrl"
              .formatted(model, PeftAdapter.CONFIG));
    }
    return new ModelLocation(model, null, maxLength);
  }

  private static ModelLocation result(Store store, RunFolder run, String base) throws IOException {
    ModelSection settings = RunConfig.config(store, run).model();
    boolean whole = store.exists(run.model());
    Path result = whole ? run.model() : run.adapter();
    if (!store.exists(result)) {
      throw new WrongInput(
          "modelUrl: the run %s has no result yet; end it with train".formatted(run.root()));
    }
    List<String> clients =
        store.list(result).stream()
            .filter(FileStatus::isDirectory)
            .map(file -> file.getPath().getName())
            .filter(name -> name.startsWith(CLIENT))
            .toList();
    if (!clients.isEmpty()) {
      throw new WrongInput(
          "modelUrl: the run %s has one result for each client; name the folder of one, such as %s"
              .formatted(run.root(), new Path(result, clients.get(0))));
    }
    if (whole) {
      return whole(result, base, settings.maxLength());
    }
    return adapter(store, result, base == null ? settings.path() : base, settings.maxLength());
  }

  private static ModelLocation adapter(Store store, Path folder, String base, Integer maxLength)
      throws IOException {
    String name = base == null ? PeftConfig.read(store, folder).baseModel() : base;
    if (name == null || name.isEmpty()) {
      throw new WrongInput(
          "%s: does not name the adapter's model (base_model_name_or_path); name its folder in baseModelUrl"
              .formatted(new Path(folder, PeftAdapter.CONFIG)));
    }
    Path model = path(store, "baseModelUrl", name);
    if (!store.exists(model)) {
      throw new WrongInput(
          "baseModelUrl: the model of the adapter %s is %s, and %s does not exist; name the model's folder in baseModelUrl"
              .formatted(folder, name, model));
    }
    return new ModelLocation(model, folder, maxLength);
  }

  private static Path path(Store store, String param, String url) throws IOException {
    try {
      return store.path(url);
    } catch (WrongInput e) {
      throw new WrongInput(param + ": " + e.getMessage(), e);
    }
  }
}
