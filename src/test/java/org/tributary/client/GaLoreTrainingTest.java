package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tributary.fixture.MemoryWatch;
import org.tributary.fixture.Slow;
import org.tributary.fixture.TinyBert;
import org.tributary.optim.AdamSettings;
import org.tributary.optim.GaLoreSettings;
import org.tributary.optim.GradientSubspaces;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.Projector;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.torch.Torch;

/**
 * A client's training with GaLore: garbage collection changes no bit, and no memory or state is
 * lost.
 */
@Slow
class GaLoreTrainingTest extends TinyClient {
  private static final int RANK = 4;
  private static final List<String> TARGETS = List.of("query", "key", "value", "dense");

  private static OptimizerSettings galore(Projector projector) {
    GradientSubspaces subspaces =
        new GradientSubspaces(RANK, 3, 1, TARGETS, projector.name().toLowerCase(Locale.ROOT));
    return new OptimizerSettings(
        "galore", new GaLoreSettings(0.9, 0.999, 1e-6, subspaces), 0.01, 7);
  }

  private static Recipe recipe(OptimizerSettings optimizer, int steps) {
    return new Recipe(
        7, 4, steps, 0, 4, 2, 1, optimizer, "constant", 1e-2, 0, true, BackwardMode.WHOLE);
  }

  private static Assignment assignment(
      int round, Map<String, HostTensor> start, Map<String, HostTensor> remembered) {
    return new Assignment(
        "a", round, bert.examples(30, 5), TinyBert.plan(start, Role.TRAVELS), start, remembered);
  }

  @ParameterizedTest
  @EnumSource(Projector.class)
  void garbageCollectionAtAnyMomentChangesNoBit(Projector projector) throws Exception {
    Recipe recipe = recipe(galore(projector), 12);
    TrainingResult calm = train(model, recipe, assignment(0, bert.weights(), Map.of()));
    try (GarbagePressure pressure = new GarbagePressure()) {
      Assignment again = assignment(0, bert.weights(), Map.of());
      TrainingResult pressed = train(model, recipe, again, pressure.afterEachStep());
      assertThat(pressed.tensors()).isEqualTo(calm.tensors());
      assertThat(pressed.optimizerState()).isEqualTo(calm.optimizerState());
      assertThat(pressure.collections()).as("collections while it trained").isGreaterThan(10);
    }
    calm.tensors()
        .forEach((name, t) -> assertThat(t).as(name).isNotEqualTo(bert.weights().get(name)));
    assertThat(calm.facts().lossLast()).isLessThan(calm.facts().lossFirst());
  }

  @ParameterizedTest
  @EnumSource(Projector.class)
  void garbageCollectionBetweenGradientsAndStepChangesNoBit(Projector projector) {
    ManualSteps steps = new ManualSteps(bert, model, galore(projector));
    Map<String, HostTensor> calm = steps.run(7, () -> {});
    Map<String, HostTensor> collected =
        steps.run(
            7,
            () -> {
              System.gc();
              GarbagePressure.scribble(200);
            });
    assertThat(collected).isEqualTo(calm);
  }

  @Test
  void memoryStaysFlatOverManyRenewals() {
    List<MemoryWatch.Reading> readings = new ArrayList<>();
    try (NDManager manager = Torch.manager(Device.cpu())) {
      new LocalTraining(model, recipe(galore(Projector.RANDOMIZED), 400))
          .train(
              assignment(0, bert.weights(), Map.of()),
              manager,
              (step, steps, loss) -> {
                if (step % 100 == 0) {
                  readings.add(MemoryWatch.read(manager));
                }
              });
      assertThat(MemoryWatch.arrays(manager)).as("arrays left behind").isZero();
    }
    assertThat(readings)
        .extracting(MemoryWatch.Reading::arrays)
        .containsOnly(readings.get(0).arrays());
    assertThat(readings.get(3).resident() - readings.get(0).resident())
        .as("growth of %s from step 100 to 400", readings)
        .isLessThan(16L << 20);
  }

  @Test
  void theStateIsSmallerThanAdamWsAsTheFormulaSays() {
    long galore = 0;
    long adamw = 0;
    for (Map.Entry<String, HostTensor> weight : bert.weights().entrySet()) {
      long[] shape = weight.getValue().shape();
      boolean projected =
          TARGETS.stream().anyMatch(t -> weight.getKey().endsWith("." + t + ".weight"));
      long full = 2 * weight.getValue().elements();
      adamw += full;
      galore +=
          projected
              ? RANK * Math.min(shape[0], shape[1]) + 2 * RANK * Math.max(shape[0], shape[1])
              : full;
    }
    assertThat(galore).isLessThan(adamw);
    assertThat(bytes(galore(Projector.EXACT))).isEqualTo(4 * (galore + 1));
    assertThat(bytes(new OptimizerSettings("adamw", new AdamSettings(0.9, 0.999, 1e-8), 0, 7)))
        .isEqualTo(4 * (adamw + 1));
  }

  private static long bytes(OptimizerSettings settings) {
    return train(model, recipe(settings, 1), assignment(0, bert.weights(), Map.of()))
        .facts()
        .optimizerBytes();
  }

  @Test
  void keptStateGoesOnInTheMiddleOfAPeriod() {
    Recipe recipe = recipe(galore(Projector.EXACT), 4);
    TrainingResult first = train(model, recipe, assignment(0, bert.weights(), Map.of()));
    TrainingResult going =
        train(model, recipe, assignment(1, first.tensors(), first.optimizerState()));
    TrainingResult fresh = train(model, recipe, assignment(1, first.tensors(), Map.of()));
    assertThat(going.tensors()).isNotEqualTo(fresh.tensors());
    assertThat(going.optimizerState().get("steps.taken").floats().get(0)).isEqualTo(8);
  }
}
