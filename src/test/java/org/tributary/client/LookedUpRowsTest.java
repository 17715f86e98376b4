package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tributary.optim.AdamSettings;
import org.tributary.optim.GaLoreSettings;
import org.tributary.optim.GradientSubspaces;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.SgdSettings;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;
import org.tributary.torch.Torch;

/**
 * Training only the rows of the token embedding that a client uses gives the bits of training all.
 */
class LookedUpRowsTest extends TinyClient {
  private static final String NAME = "bert.embeddings.word_embeddings.weight";

  private static Recipe recipe(OptimizerSettings optimizer, boolean keepOptimizer) {
    return new Recipe(
        7,
        1,
        6,
        0,
        4,
        2,
        Double.POSITIVE_INFINITY,
        optimizer,
        "constant",
        1e-2,
        0,
        keepOptimizer,
        BackwardMode.WHOLE);
  }

  private static OptimizerSettings settings(String name, Record own, double decay) {
    return new OptimizerSettings(name, own, decay, 7);
  }

  private static OptimizerSettings galore(String... targets) {
    GradientSubspaces subspaces = new GradientSubspaces(2, 3, 1, List.of(targets), "exact");
    return settings("galore", new GaLoreSettings(0.9, 0.95, 1e-8, subspaces), 0);
  }

  /** A rule that adds zero to the gradient of the whole matrix, so that all of it is trained. */
  private static LocalRule whole() {
    return new LocalRule() {
      @Override
      public Map<String, HostTensor> drift(Map<String, HostTensor> start) {
        long[] shape = start.get(NAME).shape();
        return Map.of(NAME, HostTensor.of(new float[(int) HostTensor.elements(shape)], shape));
      }
    };
  }

  private static TrainingResult train(Recipe recipe, LocalRule rule) {
    Map<String, HostTensor> all = bert.weights();
    assertThat(all).containsKey(NAME);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      return new LocalTraining(model, recipe, rule)
          .train(everything("a", 0, 12), manager, StepListener.NONE);
    }
  }

  private static void check(OptimizerSettings optimizer) {
    Recipe recipe = recipe(optimizer, false);
    TrainingResult few = train(recipe, LocalRule.NONE);
    TrainingResult all = train(recipe, whole());
    assertThat(few.tensors()).isEqualTo(all.tensors());
    assertThat(few.facts().lossMean()).isEqualTo(all.facts().lossMean());
    assertThat(few.tensors().get(NAME)).isNotEqualTo(bert.weights().get(NAME));
    long state = all.facts().optimizerBytes();
    assertThat(few.facts().optimizerBytes()).isLessThanOrEqualTo(state);
    if (state > 4) {
      assertThat(few.facts().optimizerBytes()).isLessThan(state);
    }
  }

  @Test
  void theBitsAreThoseOfTheWholeMatrix() {
    check(settings("adamw", new AdamSettings(0.9, 0.95, 1e-8), 0));
    check(settings("sgd", new SgdSettings(0), 0));
    check(settings("sgd", new SgdSettings(0.9), 0));
    check(galore("query", "value"));
  }

  @Test
  void aProximalTermPullsOnlyTheUsedRows() {
    LocalRule near =
        new LocalRule() {
          @Override
          public double proximal() {
            return 0.5;
          }
        };
    LocalRule both =
        new LocalRule() {
          @Override
          public double proximal() {
            return 0.5;
          }

          @Override
          public Map<String, HostTensor> drift(Map<String, HostTensor> start) {
            return whole().drift(start);
          }
        };
    Recipe recipe = recipe(settings("adamw", new AdamSettings(0.9, 0.95, 1e-8), 0), false);
    assertThat(train(recipe, near).tensors()).isEqualTo(train(recipe, both).tensors());
  }

  /** Weight decay, a projection and a state that is kept change rows without a gradient. */
  @Test
  void otherwiseTheWholeMatrixIsTrained() {
    AdamSettings adam = new AdamSettings(0.9, 0.95, 1e-8);
    long elements = bert.weights().values().stream().mapToLong(HostTensor::elements).sum();
    long state = 8 * elements + 4;
    assertThat(train(recipe(settings("adamw", adam, 0.01), false), LocalRule.NONE).facts())
        .returns(state, TrainingResult.Facts::optimizerBytes);
    assertThat(train(recipe(settings("adamw", adam, 0), true), LocalRule.NONE).facts())
        .returns(state, TrainingResult.Facts::optimizerBytes);
    Recipe projected = recipe(galore("word_embeddings"), false);
    assertThat(train(projected, LocalRule.NONE).facts().optimizerBytes())
        .isEqualTo(train(projected, whole()).facts().optimizerBytes());
  }

  @Test
  void rowsThatNoTokenUsesStayBitByBit() {
    Recipe recipe = recipe(settings("adamw", new AdamSettings(0.9, 0.95, 1e-8), 0), false);
    Map<String, HostTensor> trained = new TreeMap<>(train(recipe, LocalRule.NONE).tensors());
    HostTensor before = bert.weights().get(NAME);
    HostTensor after = trained.get(NAME);
    int rows = (int) before.shape()[0];
    int width = 4 * (int) before.shape()[1];
    int same = 0;
    for (int row = 0; row < rows; row++) {
      ByteBuffer was = before.data().slice(row * width, width);
      same += was.equals(after.data().slice(row * width, width)) ? 1 : 0;
    }
    assertThat(same).isBetween(rows / 2, rows - 5);
    assertThat(after.shape()).isEqualTo(before.shape());
  }
}
