package org.tributary.run;

import java.util.ArrayList;
import java.util.List;
import org.tributary.config.DataSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.model.ImageShape;
import org.tributary.rows.Manifest;

/** Checks that model, data and configuration are all for text or all for images. */
final class ModalityCheck {
  private ModalityCheck() {}

  /** The most pixel values of the images of a step, which are in the JVM's heap: 2 GiB. */
  private static final long MOST_PIXELS = 1L << 29;

  /** Refuses batches of images that are too large for memory. */
  private static List<String> tooLarge(ImageShape image, TrainConfig config) {
    double one = (double) image.channels() * image.height() * image.width();
    double step = one * config.client().batch() * config.client().accumulate();
    double pass = one * config.evaluate().batch();
    List<String> problems = new ArrayList<>();
    if (step > MOST_PIXELS) {
      problems.add(
          "client.batch x client.accumulate: images of %.0f numbers each make %.0f in memory at once, at most %d are possible; lower one of them"
              .formatted(one, step, MOST_PIXELS));
    }
    if (pass > MOST_PIXELS) {
      problems.add(
          "evaluate.batch: images of %.0f numbers each make %.0f in memory at once, at most %d are possible; lower it"
              .formatted(one, pass, MOST_PIXELS));
    }
    return problems;
  }

  /**
   * Checks them.
   *
   * @throws WrongInput naming everything that is for the other kind
   */
  static void check(BaseModel base, TrainConfig config, Manifest manifest) {
    List<String> problems = new ArrayList<>();
    ImageShape image = base.architecture().image();
    boolean images = manifest.inputs().image() != null;
    if (image != null && !images) {
      problems.add(
          "model.path: %s takes images, but data.path %s holds none; take a model of text, or partition images"
              .formatted(config.model().path(), config.data().path()));
    } else if (image == null && images) {
      problems.add(
          "model.path: %s takes text, but data.path %s holds images; take a model of images, such as a ViT"
              .formatted(config.model().path(), config.data().path()));
    }
    checkClassifier(base, config, problems);
    checkAugment(image, config.data().augment(), problems);
    if (image != null) {
      problems.addAll(tooLarge(image, config));
    }
    if (problems.size() == 1) {
      throw new WrongInput(problems.get(0));
    } else if (!problems.isEmpty()) {
      throw WrongInput.all("The run's parts do not fit each other:", problems);
    }
  }

  /** Keys about a classifier are for a model that has one, and fit how it was trained. */
  private static void checkClassifier(BaseModel base, TrainConfig config, List<String> problems) {
    if (config.model().newHead() && base.architecture().head(1).isEmpty()) {
      problems.add(
          "model.newHead: %s is not a classifier and cannot get a new one; remove the key"
              .formatted(config.model().path()));
    }
    base.head()
        .trainedPooling()
        .filter(trained -> trained != base.architecture().pooling())
        .ifPresent(
            trained ->
                problems.add(
                    "model.pooling: the classifier of %s was trained with %s; leave the key out, or start a new classifier with model.newHead=true"
                        .formatted(config.model().path(), trained.key())));
    boolean binds = !config.data().classes().isEmpty() || config.data().classNumbers();
    if (binds && base.architecture().head(1).isEmpty()) {
      problems.add(
          "data.classes, data.classNumbers: %s is not a classifier; remove them"
              .formatted(config.model().path()));
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
