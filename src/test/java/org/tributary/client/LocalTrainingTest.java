package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tributary.fixture.MemoryWatch;
import org.tributary.fixture.TinyBert;
import org.tributary.model.Lora;
import org.tributary.model.Model;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.torch.Torch;

/** The result of a client's training depends only on its assignment. */
class LocalTrainingTest extends TinyClient {
  private static final Lora LORA = new Lora(3, 7, false, List.of("query", "dense"));

  @Test
  void everythingThatTrainsMovesAndLearns() {
    Assignment a = everything("a", 0, 60);
    TrainingResult trained = train(model, recipe(ADAMW, 3e-3, 60, 8), a);
    trained
        .tensors()
        .forEach((name, t) -> assertThat(t).as(name).isNotEqualTo(a.start().get(name)));
    assertThat(trained.tensors().keySet()).isEqualTo(a.start().keySet());
    assertThat(trained.facts().lossLast()).isLessThan(trained.facts().lossFirst() / 2);
    long elements = a.start().values().stream().mapToLong(HostTensor::elements).sum();
    assertThat(trained.facts().optimizerBytes()).isEqualTo(2 * 4 * elements + 4);
    assertThat(trained.facts().steps()).isEqualTo(60);
  }

  @Test
  void theSameAssignmentGivesTheSameBits() {
    Recipe recipe = recipe(ADAMW, 1e-2, 6, 4);
    TrainingResult first = train(model, recipe, everything("a", 1, 30));
    assertSameBits(train(model, recipe, everything("a", 1, 30)), first);
    assertThat(train(model, recipe, everything("a", 2, 30)).tensors())
        .isNotEqualTo(first.tensors());
    assertThat(train(model, recipe, everything("b", 1, 30)).tensors())
        .isNotEqualTo(first.tensors());
  }

  @Test
  void twoBatchesOfFourAreOneOfEight() {
    TrainingResult two = train(model, recipe(SGD, 0.1, 5, 4, 2), everything("a", 0, 30));
    TrainingResult one = train(model, recipe(SGD, 0.1, 5, 8, 1), everything("a", 0, 30));
    assertThat(one.tensors()).isNotEqualTo(bert.weights());
    assertThat(two.facts().lossLast()).isCloseTo(one.facts().lossLast(), within(1e-5));
    assertThat(two.facts().tokens()).isEqualTo(one.facts().tokens());
    two.tensors()
        .forEach(
            (name, t) -> {
              float[] is = t.toFloats();
              float[] other = one.tensors().get(name).toFloats();
              for (int i = 0; i < is.length; i++) {
                assertThat(is[i]).as(name).isCloseTo(other[i], within(1e-5f));
              }
            });
  }

  @Test
  void aLossThatIsNotFiniteNamesTheKeyAndGivesMemoryBack() {
    LocalTraining wild = new LocalTraining(model, recipe(SGD, 1e30, 9, 4));
    try (NDManager manager = Torch.manager(Device.cpu())) {
      assertThatThrownBy(() -> wild.train(everything("a", 2, 30), manager, StepListener.NONE))
          .isInstanceOf(ClientFailure.class)
          .hasMessageContaining("the loss is NaN at step 2 of round 3")
          .hasMessageContaining("client.optimizer.lr")
          .hasMessageContaining("client.clip");
      assertThat(MemoryWatch.arrays(manager)).isZero();
    }
  }

  @Test
  void theRateGoesOnFromRoundToRound() {
    // One row, so that every batch is the same; one step of SGD, so that a step is lr g.
    Recipe recipe =
        new Recipe(7, 2, 1, 0, 1, 1, 1e9, SGD, "linear", 0.1, 0, false, BackwardMode.WHOLE);
    float[] start = bert.weights().get("classifier.bias").toFloats();
    float[] first = step(recipe, 0);
    float[] second = step(recipe, 1);
    for (int i = 0; i < start.length; i++) {
      assertThat(Math.abs(first[i] - start[i])).isGreaterThan(1e-4f);
      assertThat(second[i] - start[i]).isCloseTo((first[i] - start[i]) / 2, within(1e-6f));
    }
  }

  private static float[] step(Recipe recipe, int round) {
    TrainingResult trained = train(model, recipe, everything("a", round, 1));
    return trained.tensors().get("classifier.bias").toFloats();
  }

  @Test
  void fixedTensorsAreGivenAndNeverChangeAndThoseThatStayTrain() {
    try (Model adapted = bert.model(LORA)) {
      Map<String, HostTensor> a = adapters(Lora.A, 1);
      Map<String, HostTensor> b = adapters(Lora.B, 1);
      Map<String, HostTensor> head = new TreeMap<>(bert.weights());
      head.keySet().removeIf(name -> !name.startsWith("classifier"));
      RoundPlan plan =
          TinyBert.plan(a, Role.FIXED)
              .with(TinyBert.shapes(b), Role.STAYS)
              .with(TinyBert.shapes(head), Role.TRAVELS);
      Recipe recipe = recipe(ADAMW, 1e-2, 3, 4);
      TrainingResult trained = train(adapted, recipe, start(plan, a, b, head));
      Map<String, HostTensor> changing = new TreeMap<>(b);
      changing.putAll(head);
      assertThat(trained.tensors().keySet()).isEqualTo(changing.keySet());
      trained
          .tensors()
          .forEach((name, t) -> assertThat(t).as(name).isNotEqualTo(changing.get(name)));
      assertThat(a).isEqualTo(adapters(Lora.A, 1));
      assertThat(trained.facts().optimizerBytes())
          .isEqualTo(2 * 4 * plan.trainableParameters() + 4);
      assertThat(ManualSteps.gradients(bert, adapted, start(plan, a, b, head)))
          .isEqualTo(changing.keySet());
      // Another A gives another B: the fixed A is really used.
      Map<String, HostTensor> other = adapters(Lora.A, 2);
      assertThat(train(adapted, recipe, start(plan, other, b, head)).tensors())
          .isNotEqualTo(trained.tensors());
    }
  }

  @Test
  void aFixedTensorTakesThePlaceOfAFrozenWeight() {
    String name = "bert.encoder.layer.0.output.dense.bias";
    Map<String, HostTensor> head = new TreeMap<>(bert.weights());
    head.keySet().removeIf(key -> !key.startsWith("classifier"));
    HostTensor was = bert.weights().get(name);
    float[] values = was.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] += i % 2;
    }
    HostTensor other = HostTensor.of(values, was.shape());
    RoundPlan plan =
        TinyBert.plan(Map.of(name, other), Role.FIXED).with(TinyBert.shapes(head), Role.TRAVELS);
    Recipe recipe = recipe(SGD, 1e-2, 3, 4);
    TrainingResult with = train(model, recipe, start(plan, Map.of(name, other), head));
    TrainingResult without = train(model, recipe, start(plan, Map.of(name, was), head));
    assertThat(with.facts().lossFirst()).isNotEqualTo(without.facts().lossFirst());
  }

  private static Map<String, HostTensor> adapters(String which, long seed) {
    Map<String, HostTensor> all = bert.adapters(LORA, seed);
    all.keySet().removeIf(name -> !name.endsWith(which));
    return all;
  }

  @Test
  void keptOptimizerStateGoesOn() {
    Recipe recipe = recipe(ADAMW, 1e-2, 3, 4);
    TrainingResult first = train(model, recipe, everything("a", 0, 30));
    assertThat(first.optimizerState()).hasSize(2 * bert.weights().size() + 1);
    TrainingResult going = train(model, recipe, second(first, first.optimizerState()));
    TrainingResult fresh = train(model, recipe, second(first, Map.of()));
    assertThat(going.tensors()).isNotEqualTo(fresh.tensors());
    assertThat(going.optimizerState().get("steps.taken").floats().get(0)).isEqualTo(6);
    assertThat(fresh.optimizerState().get("steps.taken").floats().get(0)).isEqualTo(3);
  }

  private static Assignment second(TrainingResult first, Map<String, HostTensor> remembered) {
    Assignment a = everything("a", 1, 30);
    return new Assignment("a", 1, a.rows(), a.plan(), first.tensors(), remembered);
  }
}
