package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.fixture.MemoryWatch;
import org.tributary.fixture.Slow;
import org.tributary.fixture.TinyBert;
import org.tributary.optim.OptimizerSettings;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.torch.Torch;

/** Neither garbage collection nor another client changes a bit, and no memory leaks. */
@Slow
class LocalTrainingMemoryTest extends TinyClient {
  @Test
  void garbageCollectionAtAnyMomentChangesNoBit() throws Exception {
    Recipe recipe = recipe(ADAMW, 1e-2, 25, 4, 2);
    TrainingResult calm = train(model, recipe, everything("a", 0, 30));
    try (GarbagePressure pressure = new GarbagePressure()) {
      Assignment again = everything("a", 0, 30);
      assertSameBits(train(model, recipe, again, pressure.afterEachStep()), calm);
      assertThat(pressure.collections()).as("collections while it trained").isGreaterThan(10);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "sgd"})
  void garbageCollectionBetweenGradientsAndStepChangesNoBit(String optimizer) {
    OptimizerSettings settings = optimizer.equals("sgd") ? SGD : ADAMW;
    ManualSteps steps = new ManualSteps(bert, model, settings);
    Map<String, HostTensor> calm = steps.run(5, () -> {});
    Map<String, HostTensor> collected =
        steps.run(
            5,
            () -> {
              System.gc();
              GarbagePressure.scribble(200);
            });
    assertThat(collected).isEqualTo(calm);
    assertThat(calm).isNotEqualTo(bert.weights());
  }

  @Test
  void memoryStaysFlatOverManySteps() {
    List<MemoryWatch.Reading> readings = new ArrayList<>();
    Recipe recipe = recipe(ADAMW, 1e-3, 2000, 1, 2);
    Map<String, HostTensor> some = new TreeMap<>(bert.weights());
    some.keySet().removeIf(name -> !name.matches("classifier.*|.*query.*"));
    Assignment assignment = start(TinyBert.plan(some, Role.TRAVELS), some);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      new LocalTraining(model, recipe)
          .train(
              assignment,
              manager,
              (step, steps, loss) -> {
                if (step % 500 == 0) {
                  readings.add(MemoryWatch.read(manager));
                }
              });
      assertThat(MemoryWatch.arrays(manager)).as("arrays left behind").isZero();
    }
    assertThat(readings).hasSize(4);
    assertThat(readings.get(0).arrays())
        .as("weights and moments")
        .isGreaterThanOrEqualTo(6 * 3 + 1);
    assertThat(readings)
        .extracting(MemoryWatch.Reading::arrays)
        .containsOnly(readings.get(0).arrays());
    assertThat(readings.get(3).resident() - readings.get(0).resident())
        .as("growth of %s from step 500 to 2000", readings)
        .isLessThan(16L << 20);
  }

  @Test
  void twoClientsAtOnceGiveTheBitsOfOneAfterTheOther() throws Exception {
    Recipe recipe = recipe(ADAMW, 1e-2, 30, 4);
    TrainingResult a = train(model, recipe, everything("a", 0, 30));
    TrainingResult b = train(model, recipe, everything("b", 0, 30));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      CyclicBarrier together = new CyclicBarrier(2);
      List<Future<TrainingResult>> running = new ArrayList<>();
      for (String client : List.of("a", "b")) {
        Callable<TrainingResult> work =
            () -> {
              Torch.prepareThread(1);
              together.await();
              return train(model, recipe, everything(client, 0, 30));
            };
        running.add(threads.submit(work));
      }
      assertSameBits(running.get(0).get(), a);
      assertSameBits(running.get(1).get(), b);
    } finally {
      threads.shutdownNow();
    }
  }
}
