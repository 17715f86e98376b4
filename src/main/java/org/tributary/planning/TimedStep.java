package org.tributary.planning;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.tributary.batch.Batch;
import org.tributary.batch.Examples;
import org.tributary.checkpoint.Store;
import org.tributary.client.Assignment;
import org.tributary.client.LocalTraining;
import org.tributary.client.ModelInputs;
import org.tributary.executor.LoadedRun;
import org.tributary.federation.StartState;
import org.tributary.model.Model;
import org.tributary.model.ModelTask;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.rows.Manifest;
import org.tributary.run.Blueprint;
import org.tributary.run.SkippedRows;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Machine;
import org.tributary.torch.Torch;

/**
 * Real steps of a run's first client in this JVM, without Spark, and a batch of its evaluation.
 * Nothing is written. The first two steps compile the program, so the third is timed, or the last
 * one if the client takes fewer.
 *
 * @param step seconds of an optimizer step
 * @param evaluated seconds of a row of the evaluation; 0 without an evaluation
 * @param peak largest resident memory of this JVM, in bytes
 */
public record TimedStep(double step, double evaluated, long peak) {
  private static final int STEPS = 3;

  /** Ends the training after the timed step. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;

    Enough() {
      super(null, null, false, false);
    }
  }

  /**
   * Trains and evaluates a little.
   *
   * @param store reaches model and data
   * @param blueprint of a run that was checked
   * @param skipped the rows that it leaves out
   * @param staging a folder on a local disk, for copies of weights that are not on one
   * @return the times
   * @throws IOException if a file system fails
   * @throws org.tributary.client.ClientFailure if the loss is not finite
   */
  public static TimedStep of(Store store, Blueprint blueprint, SkippedRows skipped, Path staging)
      throws IOException {
    Torch.prepareThread(blueprint.config().client().threads());
    try (Tokenizer tokens = blueprint.base().tokens(store);
        NDManager manager = Torch.manager(Device.cpu());
        Model base = LoadedRun.model(blueprint, Device.cpu(), staging)) {
      String client = blueprint.cohort(0).get(0);
      Examples rows = blueprint.data().rows(store, blueprint.trainParts(client), tokens, skipped);
      Map<String, HostTensor> given = given(store, blueprint);
      double step = step(blueprint, client, rows, given, base, manager);
      List<Manifest.Part> held =
          blueprint.config().evaluate().parts().stream()
              .map(blueprint.data()::evaluationParts)
              .filter(parts -> !parts.isEmpty())
              .findFirst()
              .orElse(List.of());
      double evaluated =
          held.isEmpty()
              ? 0
              : evaluated(
                  blueprint, blueprint.data().rows(store, held, tokens, skipped), given, base);
      return new TimedStep(step, evaluated, Machine.peakMemoryBytes());
    }
  }

  /** What the server gives to clients in the first round. */
  private static Map<String, HostTensor> given(Store store, Blueprint blueprint)
      throws IOException {
    Map<String, HostTensor> start = StartState.of(store, blueprint);
    RoundPlan plan = blueprint.plan(0);
    Map<String, HostTensor> given = new TreeMap<>();
    for (String name : plan.where(role -> role.goesDown() || role.isTrained()).keySet()) {
      given.put(name, start.containsKey(name) ? start.get(name) : plan.start(name));
    }
    return given;
  }

  private static double step(
      Blueprint blueprint,
      String client,
      Examples rows,
      Map<String, HostTensor> given,
      Model base,
      NDManager manager) {
    RoundPlan plan = blueprint.ranks().plan(client, blueprint.plan(0));
    Map<String, HostTensor> start = new TreeMap<>(blueprint.start(client, 0, given));
    plan.of(Role.OWN).keySet().forEach(name -> start.put(name, plan.start(name)));
    Assignment assignment =
        new Assignment(client, 0, rows, plan, blueprint.modelTensors(), start, Map.of());
    List<Long> moments = new ArrayList<>(List.of(System.nanoTime()));
    try (Model model = base.withScaling(blueprint.ranks().scaling(client))) {
      new LocalTraining(model, blueprint.recipe(), blueprint.framework().local())
          .train(
              assignment,
              manager,
              (step, of, loss) -> {
                moments.add(System.nanoTime());
                if (step == STEPS) {
                  throw new Enough();
                }
              });
    } catch (Enough e) {
      // The timed step is done.
    }
    int last = moments.size() - 1;
    return (moments.get(last) - moments.get(last - 1)) / 1e9;
  }

  private static double evaluated(
      Blueprint blueprint, Examples rows, Map<String, HostTensor> given, Model model) {
    int batch = Math.min(blueprint.config().evaluate().batch(), rows.size());
    Batch first = rows.batch(IntStream.range(0, batch).toArray());
    double seconds = 0;
    for (int i = 0; i < 2; i++) {
      try (NDManager scratch = Torch.manager(Device.cpu())) {
        List<NDArray> weights = new ArrayList<>();
        given.forEach(
            (name, tensor) -> {
              if (blueprint.modelTensors().contains(name)) {
                weights.add(model.trainable(scratch, name, tensor));
              }
            });
        long begin = System.nanoTime();
        boolean writes = blueprint.architecture().task() == ModelTask.GENERATION;
        (writes
                ? model.likelihood(scratch, weights, ModelInputs.withLabels(scratch, first))
                : model.logits(scratch, weights, ModelInputs.of(scratch, first)))
            .toFloatArray();
        seconds = (System.nanoTime() - begin) / 1e9;
      }
    }
    return seconds / batch;
  }
}
