package org.tributary.run;

import java.io.IOException;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.config.ModelSection;
import org.tributary.error.WrongInput;

/**
 * How a result names its base model. Others load an adapter on the model of that name, so only a
 * certain name is taken: {@code model.name}, or the one in the path of the Hugging Face hub's
 * cache, {@code models--org--name/snapshots/<commit>} (source: huggingface_hub, {@code
 * repo_folder_name}). Names in config.json are not taken: {@code _name_or_path} is often the model
 * from which this one was trained.
 *
 * @param hub the name on the hub; null if it is not known
 * @param revision the commit on the hub; null if it is not known
 * @param folder the folder of the model
 * @param path the folder as it is configured
 */
public record BaseName(String hub, String revision, Path folder, String path) {
  private static final Pattern CACHED = Pattern.compile("models--(.+)/snapshots/([^/]+)");

  /**
   * The name of a base model.
   *
   * @param settings path and name
   * @param folder the folder of the model
   * @return its name
   */
  public static BaseName of(ModelSection settings, Path folder) {
    Path above = folder.getParent();
    String end =
        above == null || above.getParent() == null
            ? folder.getName()
            : above.getParent().getName() + "/" + above.getName() + "/" + folder.getName();
    Matcher cached = CACHED.matcher(end);
    String hub = cached.matches() ? cached.group(1).replace("--", "/") : null;
    String name = settings.name() == null ? hub : settings.name();
    String revision = name != null && name.equals(hub) ? cached.group(2) : null;
    return new BaseName(name, revision, folder, settings.path());
  }

  /**
   * Refuses a name that is a folder of the working directory, which loads there and nowhere else.
   *
   * @param store reaches the folder
   * @param settings path and name
   * @throws WrongInput if {@code model.name} is a folder
   * @throws IOException if a file system fails
   */
  public static void check(Store store, ModelSection settings) throws IOException {
    if (settings.name() != null && store.exists(store.path(settings.name()))) {
      throw new WrongInput(
          "model.name: %s is a folder here; give the model's name on the hub, such as google-bert/bert-base-uncased, or leave the key out"
              .formatted(settings.name()));
    }
  }

  /** The name for people: that on the hub, else the folder's. */
  public String title() {
    return hub == null ? folder.getName() : hub;
  }

  /**
   * The name from which programs load the model: that on the hub, else the folder as it is
   * configured. A relative path stays relative, as in adapters that peft writes: it does not show
   * where a person keeps models, and it does not change when the working directory moves. Peft
   * expects a plain path for a local folder, and takes a URI for a name on the hub.
   */
  public String source() {
    if (hub != null) {
      return hub;
    }
    URI uri = new Path(path).toUri();
    return "file".equals(uri.getScheme()) ? uri.getPath() : path;
  }
}
