package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.fixture.TinyBert;
import org.tributary.model.Lora;
import org.tributary.model.Model;
import org.tributary.optim.OptimizerSettings;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.TrainPlan;
import org.tributary.torch.Torch;

/** A client's training is a function of its assignment, alone or beside others. */
class LocalTrainingTest {
  private static final OptimizerSettings ADAMW =
      new OptimizerSettings("adamw", 0, 0.9, 0.95, 1e-8, 0.01);
  private static final OptimizerSettings SGD = new OptimizerSettings("sgd", 0, 0, 0, 0, 0);
  private static final Lora LORA = new Lora(3, 7, false, List.of("query", "dense"));
  private static TinyBert bert;
  private static Model model;

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

  private static Recipe recipe(OptimizerSettings optimizer, double lr, int steps, int batch) {
    return recipe(optimizer, lr, steps, batch, 1);
  }

  private static Recipe recipe(
      OptimizerSettings optimizer, double lr, int steps, int batch, int accumulate) {
    return new Recipe(
        7, 4, steps, 0, batch, accumulate, 1, optimizer, "cosine", lr, 2, optimizer == ADAMW);
  }

  private static Assignment everything(String client, int round, int rows) {
    Map<String, HostTensor> all = bert.weights();
    return new Assignment(
        client,
        round,
        TinyBert.rows(rows, client.hashCode()),
        bert.tokens(),
        TinyBert.plan(all, Role.TRAVELS),
        all,
        Map.of());
  }

  private static Trained train(Model with, Recipe recipe, Assignment assignment) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      return new LocalTraining(with, recipe).train(assignment, manager, StepListener.NONE);
    }
  }

  private static void assertSameBits(Trained actual, Trained expected) {
    assertThat(actual.tensors()).isEqualTo(expected.tensors());
    assertThat(actual.optimizerState()).isEqualTo(expected.optimizerState());
    assertThat(actual.facts().lossMean()).isEqualTo(expected.facts().lossMean());
    assertThat(actual.facts().gradientNorm()).isEqualTo(expected.facts().gradientNorm());
  }

  @Test
  void everythingThatTrainsMovesAndLearns() {
    Assignment a = everything("a", 0, 60);
    Trained trained = train(model, recipe(ADAMW, 3e-3, 60, 8), a);
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
    Trained first = train(model, recipe, everything("a", 1, 30));
    assertSameBits(train(model, recipe, everything("a", 1, 30)), first);
    assertThat(train(model, recipe, everything("a", 2, 30)).tensors())
        .isNotEqualTo(first.tensors());
    assertThat(train(model, recipe, everything("b", 1, 30)).tensors())
        .isNotEqualTo(first.tensors());
  }

  @Test
  void garbageCollectionAtAnyMomentChangesNoBit() throws Exception {
    Recipe recipe = recipe(ADAMW, 1e-2, 25, 4, 2);
    Trained calm = train(model, recipe, everything("a", 0, 30));
    try (GarbagePressure pressure = new GarbagePressure()) {
      assertSameBits(train(model, recipe, everything("a", 0, 30)), calm);
      assertThat(pressure.collections()).as("collections while it trained").isGreaterThan(10);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "sgd"})
  void garbageCollectionBetweenGradientsAndStepChangesNoBit(String optimizer) {
    OptimizerSettings settings = optimizer.equals("sgd") ? SGD : ADAMW;
    Steps steps = new Steps(bert, model, settings);
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
    Recipe recipe = recipe(ADAMW, 1e-3, 2000, 4, 2);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      new LocalTraining(model, recipe)
          .train(
              everything("a", 0, 30),
              manager,
              (step, steps, loss) -> {
                if (step % 500 == 0) {
                  readings.add(MemoryWatch.read(manager));
                }
              });
      assertThat(MemoryWatch.arrays(manager)).as("arrays left behind").isZero();
    }
    assertThat(readings).hasSize(4);
    assertThat(readings.get(0).arrays()).as("weights and moments").isGreaterThan(100);
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
    Trained a = train(model, recipe, everything("a", 0, 30));
    Trained b = train(model, recipe, everything("b", 0, 30));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      CyclicBarrier together = new CyclicBarrier(2);
      List<Future<Trained>> running = new ArrayList<>();
      for (String client : List.of("a", "b")) {
        Callable<Trained> work =
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

  @Test
  void twoBatchesOfFourAreOneOfEight() {
    Trained two = train(model, recipe(SGD, 0.1, 5, 4, 2), everything("a", 0, 30));
    Trained one = train(model, recipe(SGD, 0.1, 5, 8, 1), everything("a", 0, 30));
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
          .hasMessageContaining("the loss is NaN at step 2 of round 2")
          .hasMessageContaining("client.optimizer.lr")
          .hasMessageContaining("client.clip");
      assertThat(MemoryWatch.arrays(manager)).isZero();
    }
  }

  @Test
  void theRateGoesOnFromRoundToRound() {
    // One row, so that every batch is the same; one step of SGD, so that a step is lr g.
    Recipe recipe = new Recipe(7, 2, 1, 0, 1, 1, 1e9, SGD, "linear", 0.1, 0, false);
    float[] start = bert.weights().get("classifier.bias").toFloats();
    float[] first = step(recipe, 0);
    float[] second = step(recipe, 1);
    for (int i = 0; i < start.length; i++) {
      assertThat(Math.abs(first[i] - start[i])).isGreaterThan(1e-4f);
      assertThat(second[i] - start[i]).isCloseTo((first[i] - start[i]) / 2, within(1e-6f));
    }
  }

  private static float[] step(Recipe recipe, int round) {
    Trained trained = train(model, recipe, everything("a", round, 1));
    return trained.tensors().get("classifier.bias").toFloats();
  }

  @Test
  void fixedTensorsAreGivenAndNeverChangeAndThoseThatStayTrain() {
    try (Model adapted = bert.model(LORA)) {
      Map<String, HostTensor> a = adapters(Lora.A, 1);
      Map<String, HostTensor> b = adapters(Lora.B, 1);
      Map<String, HostTensor> head = new TreeMap<>(bert.weights());
      head.keySet().removeIf(name -> !name.startsWith("classifier"));
      TrainPlan plan =
          TinyBert.plan(a, Role.FIXED)
              .with(TinyBert.shapes(b), Role.STAYS)
              .with(TinyBert.shapes(head), Role.TRAVELS);
      Recipe recipe = recipe(ADAMW, 1e-2, 3, 4);
      Trained trained = train(adapted, recipe, start(plan, a, b, head));
      Map<String, HostTensor> changing = new TreeMap<>(b);
      changing.putAll(head);
      assertThat(trained.tensors().keySet()).isEqualTo(changing.keySet());
      trained
          .tensors()
          .forEach((name, t) -> assertThat(t).as(name).isNotEqualTo(changing.get(name)));
      assertThat(a).isEqualTo(adapters(Lora.A, 1));
      assertThat(trained.facts().optimizerBytes())
          .isEqualTo(2 * 4 * plan.trainableParameters() + 4);
      assertThat(Steps.gradients(bert, adapted, start(plan, a, b, head)))
          .isEqualTo(changing.keySet());
      // Another A gives another B: the fixed one is really used.
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
    TrainPlan plan =
        TinyBert.plan(Map.of(name, other), Role.FIXED).with(TinyBert.shapes(head), Role.TRAVELS);
    Recipe recipe = recipe(SGD, 1e-2, 3, 4);
    Trained with = train(model, recipe, start(plan, Map.of(name, other), head));
    Trained without = train(model, recipe, start(plan, Map.of(name, was), head));
    assertThat(with.facts().lossFirst()).isNotEqualTo(without.facts().lossFirst());
  }

  private static Map<String, HostTensor> adapters(String which, long seed) {
    Map<String, HostTensor> all = bert.adapters(LORA, seed);
    all.keySet().removeIf(name -> !name.endsWith(which));
    return all;
  }

  @SafeVarargs
  private static Assignment start(TrainPlan plan, Map<String, HostTensor>... parts) {
    Map<String, HostTensor> start = new TreeMap<>();
    for (Map<String, HostTensor> part : parts) {
      start.putAll(part);
    }
    return new Assignment("a", 0, TinyBert.rows(30, 5), bert.tokens(), plan, start, Map.of());
  }

  @Test
  void keptOptimizerStateGoesOn() {
    Recipe recipe = recipe(ADAMW, 1e-2, 3, 4);
    Trained first = train(model, recipe, everything("a", 0, 30));
    assertThat(first.optimizerState()).hasSize(2 * bert.weights().size() + 1);
    Trained going = train(model, recipe, second(first, first.optimizerState()));
    Trained fresh = train(model, recipe, second(first, Map.of()));
    assertThat(going.tensors()).isNotEqualTo(fresh.tensors());
    assertThat(going.optimizerState().get("steps.taken").floats().get(0)).isEqualTo(6);
    assertThat(fresh.optimizerState().get("steps.taken").floats().get(0)).isEqualTo(3);
  }

  private static Assignment second(Trained first, Map<String, HostTensor> remembered) {
    Assignment a = everything("a", 1, 30);
    return new Assignment("a", 1, a.rows(), a.tokens(), a.plan(), first.tensors(), remembered);
  }
}
