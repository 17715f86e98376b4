package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.tributary.fixture.TinyBert;
import org.tributary.model.Model;
import org.tributary.optim.AdamSettings;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.SgdSettings;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.torch.Torch;

/**
 * Shared by the tests of a client's training: the tiny model, and assignments and recipes to train
 * it with.
 */
abstract class TinyClient {
  static final OptimizerSettings ADAMW =
      new OptimizerSettings("adamw", new AdamSettings(0.9, 0.95, 1e-8), 0.01, 0);
  static final OptimizerSettings SGD = new OptimizerSettings("sgd", new SgdSettings(0), 0, 0);
  static TinyBert bert;
  static Model model;

  @BeforeAll
  static void open() throws IOException {
    Torch.prepareThread(1);
    bert = new TinyBert();
    model = bert.model();
  }

  @AfterAll
  static void close() {
    model.close();
    bert.close();
  }

  @BeforeEach
  void prepare() {
    Torch.prepareThread(1);
  }

  static Recipe recipe(OptimizerSettings optimizer, double lr, int steps, int batch) {
    return recipe(optimizer, lr, steps, batch, 1);
  }

  static Recipe recipe(
      OptimizerSettings optimizer, double lr, int steps, int batch, int accumulate) {
    return new Recipe(
        7,
        4,
        steps,
        0,
        batch,
        accumulate,
        1,
        optimizer,
        "cosine",
        lr,
        2,
        optimizer == ADAMW,
        BackwardMode.WHOLE);
  }

  static Assignment everything(String client, int round, int rows) {
    Map<String, HostTensor> all = bert.weights();
    return new Assignment(
        client,
        round,
        bert.examples(rows, client.hashCode()),
        TinyBert.plan(all, Role.TRAVELS),
        all,
        Map.of());
  }

  static TrainingResult train(Model with, Recipe recipe, Assignment assignment) {
    return train(with, recipe, assignment, StepListener.NONE);
  }

  static TrainingResult train(
      Model with, Recipe recipe, Assignment assignment, StepListener listener) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      return new LocalTraining(with, recipe).train(assignment, manager, listener);
    }
  }

  static void assertSameBits(TrainingResult actual, TrainingResult expected) {
    assertThat(actual.tensors()).isEqualTo(expected.tensors());
    assertThat(actual.optimizerState()).isEqualTo(expected.optimizerState());
    assertThat(actual.facts().lossMean()).isEqualTo(expected.facts().lossMean());
    assertThat(actual.facts().gradientNorm()).isEqualTo(expected.facts().gradientNorm());
  }

  @SafeVarargs
  static Assignment start(RoundPlan plan, Map<String, HostTensor>... parts) {
    Map<String, HostTensor> start = new TreeMap<>();
    for (Map<String, HostTensor> part : parts) {
      start.putAll(part);
    }
    return new Assignment("a", 0, bert.examples(30, 5), plan, start, Map.of());
  }
}
