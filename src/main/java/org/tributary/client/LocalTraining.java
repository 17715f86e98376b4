package org.tributary.client;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.tributary.batch.Batch;
import org.tributary.batch.TrainingBatches;
import org.tributary.model.Model;
import org.tributary.optim.Gradients;
import org.tributary.optim.Optimizer;
import org.tributary.optim.Optimizers;
import org.tributary.optim.Schedule;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;
import org.tributary.protocol.Seeds;
import org.tributary.torch.Torch;

/**
 * One client's training in one round: a function of the assignment and the recipe, independent of
 * Spark. On a CPU the result is bit-equal wherever it runs, if the threads per operator and the
 * processor's capability are the same.
 */
public final class LocalTraining {
  private static final String GRADIENT = "grads.";

  private final Model model;
  private final Recipe recipe;
  private final LocalRule rule;

  /**
   * A training with a model.
   *
   * @param model frozen weights and program
   * @param recipe how to train
   * @param rule the framework's changes to training
   */
  public LocalTraining(Model model, Recipe recipe, LocalRule rule) {
    this.model = model;
    this.recipe = recipe;
    this.rule = rule;
  }

  /**
   * A training with a model, without a framework's rule.
   *
   * @param model frozen weights and program
   * @param recipe how to train
   */
  public LocalTraining(Model model, Recipe recipe) {
    this(model, recipe, LocalRule.NONE);
  }

  /**
   * Trains. The calling thread must have been prepared by {@link Torch#prepareThread}.
   *
   * @param a the client's assignment
   * @param manager whose device to use; left as it was found
   * @param listener receives every step
   * @return weights and facts
   * @throws ClientFailure if the loss is not finite
   */
  public TrainingResult train(Assignment a, NDManager manager, StepListener listener) {
    Gradients gradients = new Gradients(manager.getDevice());
    try (NDManager memory = manager.newSubManager()) {
      Map<String, NDArray> weights = new TreeMap<>();
      List<NDArray> given = new ArrayList<>();
      long seed = Seeds.of(recipe.seed(), "rounding", a.round(), a.client());
      Map<String, HostTensor> drift = rule.drift(a.start());
      LookedUpRows rows =
          LookedUpRows.of(
              model, recipe, a, drift.keySet(), micro(a) * recipe.batch(), batchSeed(a));
      Map<String, HostTensor> start = rows == null ? a.start() : rows.taken(a.start());
      start.forEach(
          (name, value) -> {
            if (a.plan().trains(name)) {
              weights.put(name, model.trainable(memory, name, value, seed));
            } else if (a.model().contains(name)) {
              given.add(model.fixed(memory, name, value));
            }
          });
      given.addAll(weights.values());
      GradientCorrection correction =
          GradientCorrection.of(rule.proximal(), drift, start, memory, weights, gradients);
      try (Optimizer optimizer =
              Optimizers.of(recipe.optimizer(), memory, weights, a.optimizerState(), seed);
          Prefetch ahead = prefetch(a, rows)) {
        Loop loop = new Loop(a, given, correction, optimizer, ahead);
        TrainingResult.Facts facts = loop.run(memory, listener);
        return new TrainingResult(
            finished(a, rows == null ? host(weights) : rows.put(host(weights), a.start()), facts),
            recipe.keepOptimizer() ? host(optimizer.state()) : Map.of(),
            facts);
      }
    }
  }

  private Map<String, HostTensor> finished(
      Assignment a, Map<String, HostTensor> trained, TrainingResult.Facts facts) {
    Map<String, HostTensor> finished = new TreeMap<>(trained);
    LocalRule.Facts known =
        new LocalRule.Facts(a.client(), a.round(), a.rows().size(), facts.steps(), facts.rates());
    finished.putAll(rule.finish(a.start(), trained, known));
    return finished;
  }

  private Prefetch prefetch(Assignment a, LookedUpRows rows) {
    Supplier<Batch> batches = new TrainingBatches(a.rows(), recipe.batch(), batchSeed(a));
    return new Prefetch(rows == null ? batches : () -> rows.renumbered(batches.get()), micro(a));
  }

  private long batchSeed(Assignment a) {
    return Seeds.of(recipe.seed(), "batches", a.round(), a.client());
  }

  /** The micro-batches of the round. */
  private long micro(Assignment a) {
    return (long) recipe.stepsFor(a.rows().size()) * recipe.accumulate();
  }

  private Map<String, HostTensor> host(Map<String, NDArray> arrays) {
    Map<String, HostTensor> tensors = new TreeMap<>();
    arrays.forEach((name, array) -> tensors.put(name, model.host(array)));
    return tensors;
  }

  /** The steps of one round. */
  private final class Loop {
    private final Assignment a;
    private final List<NDArray> given;
    private final GradientCorrection correction;
    private final Gradients gradients;
    private final Optimizer optimizer;
    private final Prefetch ahead;
    private final int steps;
    private final Schedule schedule;
    private final BlockSteps blockSteps;
    private long tokens;
    private long truncated;

    Loop(
        Assignment a,
        List<NDArray> given,
        GradientCorrection correction,
        Optimizer optimizer,
        Prefetch ahead) {
      this.a = a;
      this.given = given;
      this.correction = correction;
      gradients = correction.gradients();
      this.optimizer = optimizer;
      this.ahead = ahead;
      steps = recipe.stepsFor(a.rows().size());
      schedule = recipe.scheduleFor(steps);
      blockSteps = new BlockSteps(model, correction, optimizer);
    }

    TrainingResult.Facts run(NDManager memory, StepListener listener) {
      long begin = System.nanoTime();
      double first = 0;
      double last = 0;
      double sum = 0;
      double norms = 0;
      double rates = 0;
      List<ClientReport.StepLoss> losses = new ArrayList<>();
      for (int i = 0; i < steps; i++) {
        try (NDManager scratch = memory.newSubManager()) {
          double lr = schedule.at((long) a.round() * steps + i);
          BlockSteps.StepResult found = step(scratch, lr, i);
          rates += lr;
          last = found.loss();
          first = i == 0 ? last : first;
          sum += last;
          norms += found.norm();
        }
        if (TrainingResult.Facts.isReported(i + 1, steps)) {
          losses.add(new ClientReport.StepLoss(i + 1, last));
        }
        listener.step(i + 1, steps, last);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      return new TrainingResult.Facts(
          steps,
          tokens,
          truncated,
          first,
          last,
          sum / steps,
          norms / steps,
          optimizer.stateBytes(),
          seconds,
          rates,
          losses);
    }

    private BlockSteps.StepResult step(NDManager scratch, double lr, int i) {
      if (recipe.backward() == BackwardMode.UPDATING) {
        BlockSteps.StepResult found =
            blockSteps.step(
                scratch, given, ModelInputs.withLabels(scratch, counted(ahead.next())), lr);
        checkFinite("loss", found.loss(), i);
        checkFinite("gradients' norm", found.norm(), i);
        return found;
      }
      Map<String, NDArray> mean = new LinkedHashMap<>();
      double loss = accumulate(scratch, mean);
      checkFinite("loss", loss, i);
      correction.add(scratch, mean);
      double norm = gradients.clip(scratch, mean, recipe.clip());
      checkFinite("gradients' norm", norm, i);
      optimizer.step(mean, lr);
      return new BlockSteps.StepResult(loss, norm);
    }

    private Batch counted(Batch batch) {
      tokens += batch.tokens();
      truncated += batch.truncated();
      return batch;
    }

    /**
     * Puts the mean gradient over the step's micro-batches into {@code mean}, and returns their
     * mean loss.
     */
    private double accumulate(NDManager scratch, Map<String, NDArray> mean) {
      List<Batch> batches = new ArrayList<>();
      for (int j = 0; j < recipe.accumulate(); j++) {
        batches.add(ahead.next());
      }
      double targets = batches.stream().mapToLong(Batch::targets).sum();
      double loss = 0;
      for (Batch batch : batches) {
        double factor = batch.targets() / targets;
        // The arrays of a micro-batch are freed before the next one is computed.
        try (NDManager own = scratch.newSubManager()) {
          NDManager owner = recipe.accumulate() == 1 ? scratch : own;
          Map<String, NDArray> results = results(owner, counted(batch));
          loss += results.get("loss").getFloat() * factor;
          add(scratch, mean, gradientsOf(results), factor);
        }
      }
      return loss;
    }

    private Map<String, NDArray> results(NDManager owner, Batch batch) {
      List<NDArray> inputs = ModelInputs.withLabels(owner, batch);
      return recipe.backward() == BackwardMode.WHOLE
          ? model.gradients(owner, given, inputs)
          : model.checkpointed(owner, given, inputs);
    }

    private void add(
        NDManager scratch, Map<String, NDArray> mean, Map<String, NDArray> one, double factor) {
      if (recipe.accumulate() == 1) {
        mean.putAll(one);
        return;
      }
      if (mean.isEmpty()) {
        one.forEach((name, g) -> mean.put(name, scratch.zeros(g.getShape())));
      }
      gradients.add(scratch, mean, one, factor);
    }

    private Map<String, NDArray> gradientsOf(Map<String, NDArray> results) {
      Map<String, NDArray> one = new TreeMap<>();
      results.forEach(
          (key, array) -> {
            if (key.startsWith(GRADIENT)) {
              one.put(key.substring(GRADIENT.length()), array);
            }
          });
      return one;
    }

    private void checkFinite(String what, double value, int step) {
      if (!Double.isFinite(value) && step == 0 && a.round() == 0) {
        throw new ClientFailure(
            "the %s is %s at the first step of all, before anything has changed: numbers of the model that it begins with overflow float32; begin with another checkpoint"
                .formatted(what, value));
      }
      if (!Double.isFinite(value)) {
        throw new ClientFailure(
            "the %s is %s at step %d of round %d; in another out, lower client.optimizer.lr or bound the gradients"
                    .formatted(what, value, step + 1, a.round() + 1)
                + " with client.clip");
      }
    }
  }
}
