package org.tributary.run;

import java.util.ArrayList;
import java.util.List;
import org.tributary.config.DataSection;
import org.tributary.config.ModelSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.model.ImageShape;
import org.tributary.rows.Manifest;

/** Checks that model, data and configuration are all for text or all for images. */
final class ModalityCheck {
  private ModalityCheck() {}

  /** The most pixel values of the images of a step, which are in the JVM's heap: 2 GiB. */
  private static final long MOST_PIXELS = 1L << 29;

  /**
   * Refuses batches of images that are too large for memory.
   *
   * @param images of a training step; 0 if nothing trains
   * @param evaluated images of a forward pass of an evaluation
   */
  private static List<String> tooLarge(ImageShape image, long images, int evaluated, String key) {
    double one = (double) image.channels() * image.height() * image.width();
    double step = one * images;
    double pass = one * evaluated;
    List<String> problems = new ArrayList<>();
    if (step > MOST_PIXELS) {
      problems.add(
          "client.batch x client.accumulate: images of %.0f numbers each make %.0f in memory at once, at most %d are possible; lower one of them"
              .formatted(one, step, MOST_PIXELS));
    }
    if (pass > MOST_PIXELS) {
      problems.add(
          "%s: images of %.0f numbers each make %.0f in memory at once, at most %d are possible; lower it"
              .formatted(key, one, pass, MOST_PIXELS));
    }
    return problems;
  }

  /**
   * Checks the parts of a run.
   *
   * @throws WrongInput naming everything that is for the other kind
   */
  static void check(BaseModel base, TrainConfig config, Manifest manifest) {
    List<String> problems = new ArrayList<>();
    ImageShape image = base.architecture().image();
    compare(base, config.model(), config.data(), manifest, problems);
    checkAugment(image, config.data().augment(), problems);
    if (image != null) {
      long step = (long) config.client().batch() * config.client().accumulate();
      problems.addAll(tooLarge(image, step, config.evaluate().batch(), "evaluate.batch"));
    }
    tell("The run's parts do not fit each other:", problems);
  }

  /**
   * Checks a model and the rows that it is evaluated on.
   *
   * @param batch rows of a forward pass, the key of the same name
   * @throws WrongInput naming everything that is for the other kind
   */
  static void check(
      BaseModel base, ModelSection model, DataSection data, int batch, Manifest manifest) {
    List<String> problems = new ArrayList<>();
    compare(base, model, data, manifest, problems);
    if (base.architecture().image() != null) {
      problems.addAll(tooLarge(base.architecture().image(), 0, batch, "batch"));
    }
    tell("The model and the data do not fit each other:", problems);
  }

  private static void tell(String head, List<String> problems) {
    if (problems.size() == 1) {
      throw new WrongInput(problems.get(0));
    } else if (!problems.isEmpty()) {
      throw WrongInput.all(head, problems);
    }
  }

  private static void compare(
      BaseModel base,
      ModelSection model,
      DataSection data,
      Manifest manifest,
      List<String> problems) {
    ImageShape image = base.architecture().image();
    boolean images = manifest.inputs().image() != null;
    if (image != null && !images) {
      problems.add(
          "model.path: %s takes images, but data.path %s holds none; take a model of text, or partition images"
              .formatted(model.path(), data.path()));
    } else if (image == null && images) {
      problems.add(
          "model.path: %s takes text, but data.path %s holds images; take a model of images, such as a ViT"
              .formatted(model.path(), data.path()));
    }
    checkClassifier(base, model, data, problems);
  }

  /** Keys about a classifier are for a model that has one, and fit how it was trained. */
  private static void checkClassifier(
      BaseModel base, ModelSection model, DataSection data, List<String> problems) {
    if (model.newHead() && base.architecture().head(1).isEmpty()) {
      problems.add(
          "model.newHead: %s is not a classifier and cannot get a new one; remove the key"
              .formatted(model.path()));
    }
    base.head()
        .trainedPooling()
        .filter(trained -> trained != base.architecture().pooling())
        .ifPresent(
            trained ->
                problems.add(
                    "model.pooling: the classifier of %s was trained with %s; leave the key out, or start a new classifier with model.newHead=true"
                        .formatted(model.path(), trained.key())));
    boolean binds = !data.classes().isEmpty() || data.classNumbers();
    if (binds && base.architecture().head(1).isEmpty()) {
      problems.add(
          "data.classes, data.classNumbers: %s is not a classifier; remove them"
              .formatted(model.path()));
    }
  }

  private static void checkAugment(
      ImageShape image, DataSection.Augment augment, List<String> problems) {
    boolean augments = augment.flip() || augment.crop() > 0;
    if (image == null && augments) {
      problems.add("data.augment: is for images; remove it");
    } else if (image != null && augment.crop() >= Math.min(image.height(), image.width())) {
      problems.add(
          "data.augment.crop: %d pixels move images of %d x %d out of sight; lower it"
              .formatted(augment.crop(), image.height(), image.width()));
    }
  }
}
