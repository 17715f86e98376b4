package org.tributary.run;

import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;

/**
 * Checks that the model has positions for the longest texts, and that prompts have room before
 * answers.
 */
final class LengthCheck {
  private LengthCheck() {}

  /**
   * Checks the lengths.
   *
   * @throws WrongInput naming the key that is too large
   */
  static void check(BaseModel base, TrainConfig config) {
    if (base.architecture().image() != null) {
      return;
    }
    int most = base.architecture().maxPositions();
    if (config.model().maxLength() > most) {
      throw new WrongInput(
          "model.maxLength: %d is more than the model's %d positions (%s in its config.json); lower it"
              .formatted(config.model().maxLength(), most, base.architecture().positionsKey()));
    }
    TrainConfig.Evaluate e = config.evaluate();
    if (e.generate() > 0 && e.newTokens() >= config.model().maxLength()) {
      throw new WrongInput(
          "evaluate.newTokens: %d leave no room for a prompt within model.maxLength %d; lower it"
              .formatted(e.newTokens(), config.model().maxLength()));
    }
  }
}
