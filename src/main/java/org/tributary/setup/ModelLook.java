package org.tributary.setup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.checkpoint.Store;
import org.tributary.config.ModelSection;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.model.ModelTask;
import org.tributary.run.BaseModel;

/**
 * What a model folder is good for.
 *
 * @param base the checked model
 * @param family {@code model_type} of config.json
 * @param parameters of the weights that are used
 * @param layers linear layers that can have adapters, shape [out, in], by the last part of their
 *     name
 */
public record ModelLook(
    BaseModel base, String family, long parameters, Map<String, List<long[]>> layers) {
  private static final int MAX_LENGTH = 128;

  /**
   * Looks at a model.
   *
   * @param store reaches the folder
   * @param path of the folder
   * @return what it is
   * @throws WrongInput if it is not supported, naming the key that is the reason
   * @throws IOException if a file system fails
   */
  public static ModelLook of(Store store, String path) throws IOException {
    return of(BaseModel.open(store, section(path)));
  }

  /**
   * Looks at a model that classifies texts; a language model gets a new classifier.
   *
   * @param store reaches the folder
   * @param path of the folder
   * @return what it is
   * @throws WrongInput if it is not supported, naming the key that is the reason
   * @throws IOException if a file system fails
   */
  static ModelLook classifier(Store store, String path) throws IOException {
    return of(BaseModel.classifier(store, section(path)));
  }

  private static ModelSection section(String path) {
    return new ModelSection(path, null, null, MAX_LENGTH, false);
  }

  private static ModelLook of(BaseModel base) throws IOException {
    base.check();
    long parameters =
        base.used().values().stream().mapToLong(SafeTensorsHeader.Entry::elements).sum();
    Map<String, List<long[]>> layers = new TreeMap<>();
    base.architecture()
        .linearLayers()
        .forEach((name, shape) -> layers.merge(last(name), List.of(shape), ModelLook::joined));
    String family = base.files().config().path("model_type").asText();
    return new ModelLook(base, family, parameters, layers);
  }

  private static List<long[]> joined(List<long[]> one, List<long[]> other) {
    List<long[]> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  static String last(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** The family and sizes. */
  public Architecture architecture() {
    return base.architecture();
  }

  /** Whether it writes text. */
  public boolean writes() {
    return architecture().task() == ModelTask.GENERATION;
  }

  /** Whether it classifies images. */
  public boolean seesImages() {
    return architecture().image() != null;
  }

  /** The task in words. */
  public String task() {
    return writes()
        ? "language model (writes text)"
        : seesImages() ? "classifier of images" : "classifier of texts";
  }

  /**
   * The projections of the attention: last parts of names that only layers of attention have.
   *
   * @return such as {@code [query, key, value]}; all layers if no name tells
   */
  public List<String> attention() {
    Map<String, Boolean> only = new LinkedHashMap<>();
    for (String name : architecture().linearLayers().keySet()) {
      boolean within = name.matches(".*(attn|attention).*");
      only.merge(last(name), within, Boolean::logicalAnd);
    }
    List<String> names =
        only.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
    return names.isEmpty() ? all() : names;
  }

  /** The last parts of the names of all linear layers. */
  public List<String> all() {
    Set<String> names = new LinkedHashSet<>();
    architecture().linearLayers().keySet().forEach(name -> names.add(last(name)));
    return List.copyOf(names);
  }

  /**
   * The parameters of adapters.
   *
   * @param names last parts of layers' names
   * @param rank of the adapters
   * @return r (m + n) for each layer
   */
  public long adapterParameters(List<String> names, int rank) {
    return names.stream()
        .flatMap(name -> layers.get(name).stream())
        .mapToLong(shape -> rank * (shape[0] + shape[1]))
        .sum();
  }

  /** The largest rank, up to a wanted one, that all these layers allow. */
  public int rank(List<String> names, int wanted) {
    long most =
        names.stream()
            .flatMap(name -> layers.get(name).stream())
            .mapToLong(shape -> Math.min(shape[0], shape[1]))
            .min()
            .orElse(wanted);
    return (int) Math.min(wanted, most);
  }

  /** The names of a classifier that the checkpoint has; empty if it has none. */
  public List<String> classes() {
    return !writes() && base.head().isKept() ? base.head().names() : List.of();
  }

  /** Whether the checkpoint has a classifier. */
  public boolean hasClassifier() {
    return !writes() && base.head().isKept();
  }

  /** Whether the folder has a chat template that Tributary can read. */
  public boolean hasChat(Store store) throws IOException {
    return base.hasChat(store);
  }
}
