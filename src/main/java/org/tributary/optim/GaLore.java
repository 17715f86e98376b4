package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Seeds;
import org.tributary.torch.Products;
import org.tributary.torch.Program;
import org.tributary.torch.ProgramText;

/**
 * AdamW in low-rank subspaces of the gradients (Zhao et al. 2024, arXiv 2403.03507, and their
 * code). For a projected matrix W [m, n] with gradient G, in step t counted from 1:
 *
 * <ol>
 *   <li>when t−1 is a multiple of the gap, P becomes the first r singular vectors of G: [r, n] from
 *       the right if m ≥ n, else [m, r] from the left
 *   <li>R = G Pᵀ, or Pᵀ G; m = β1 m + (1−β1) R; v = β2 v + (1−β2) R²; N = m / (√v + ε)
 *   <li>W −= lr √(1−β2ᵗ)/(1−β1ᵗ) · scale · N P, or P N
 *   <li>W −= lr λ W
 * </ol>
 *
 * For all other weights R = G, N is used without projection, and scale is 1. The moments are kept
 * when P changes, so the signs of singular vectors matter. In each vector the entry of largest
 * absolute value is positive; this choice is ours.
 */
final class GaLore extends ProgramOptimizer {
  private static final String TEXT = text(GaLore.class, "galore.py");

  /** Random columns in addition to the last basis; 5 to 10 are usual (Halko et al. 2011). */
  private static final int OVERSAMPLING = 8;

  /** Power iterations of the randomized projector, q in Halko et al. */
  private static final int PASSES = 1;

  private final GaLoreSettings settings;
  private final OptimizerStart start;
  private final SortedMap<String, ProjectionShape> subspaces;
  private final Set<String> based = new HashSet<>();
  private final NDArray steps;
  private long taken;

  private GaLore(
      GaLoreSettings settings,
      OptimizerStart start,
      OptimizerState state,
      SortedMap<String, ProjectionShape> subspaces) {
    super(
        new StepProgram(text(settings.galore()), state, start, memory(start, state, subspaces)),
        state);
    this.settings = settings;
    this.start = start;
    this.subspaces = subspaces;
    steps = state.arrays().get("steps.taken");
    recall(start.remembered());
  }

  private static SortedMap<String, ProjectionShape> subspaces(
      GradientSubspaces galore, Map<String, NDArray> weights) {
    Map<String, long[]> shapes = new TreeMap<>();
    weights.forEach((name, w) -> shapes.put(name, w.getShape().getShape()));
    SortedMap<String, ProjectionShape> subspaces = new TreeMap<>();
    galore
        .projected(shapes)
        .forEach((name, shape) -> subspaces.put(name, ProjectionShape.of(shape, galore.rank())));
    return subspaces;
  }

  private static List<NDArray> memory(
      OptimizerStart start, OptimizerState state, SortedMap<String, ProjectionShape> subspaces) {
    List<NDArray> memory = new ArrayList<>();
    for (String dict : List.of("m", "v")) {
      start
          .weights()
          .forEach(
              (name, w) -> {
                ProjectionShape subspace = subspaces.get(name);
                memory.add(
                    state.one(dict, name, subspace == null ? w.getShape() : subspace.moments()));
              });
    }
    subspaces.forEach((name, s) -> memory.add(state.one("basis", name, s.basis())));
    memory.add(state.one("steps", "taken", new Shape()));
    return memory;
  }

  private static String text(GradientSubspaces galore) {
    return Products.text()
        + ProgramText.fill(
            TEXT,
            Map.of(
                "projector",
                galore.projector(),
                "rank",
                galore.rank(),
                "oversampling",
                OVERSAMPLING,
                "passes",
                PASSES));
  }

  private void recall(Map<String, HostTensor> remembered) {
    HostTensor steps = remembered.get("steps.taken");
    taken = steps == null ? 0 : (long) steps.floats().get(0);
    for (String name : subspaces.keySet()) {
      HostTensor basis = remembered.get("basis." + name);
      if (basis != null && !isZero(basis.floats())) {
        based.add(name);
      }
    }
  }

  private static boolean isZero(FloatBuffer values) {
    while (values.hasRemaining()) {
      if (values.get() != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void begin() {
    program().begin(steps);
    taken++;
  }

  @Override
  public void update(Map<String, NDArray> gradients, double lr) {
    program()
        .step(
            gradients,
            scratch -> renewals(scratch, gradients.keySet()),
            lr,
            settings.beta1(),
            settings.beta2(),
            settings.eps(),
            start.weightDecay(),
            settings.galore().scale());
  }

  /** The start of the projector, for every matrix whose basis is computed in this step. */
  private List<NDArray> renewals(NDManager scratch, Set<String> withGradient) {
    List<NDArray> renewals = new ArrayList<>();
    renewals.add(Program.name("renew", "", scratch.create(0f)));
    boolean due = (taken - 1) % settings.galore().gap() == 0;
    subspaces.forEach(
        (name, subspace) -> {
          // A weight without a gradient at the time of its first basis gets the basis now.
          if (withGradient.contains(name) && (due || !based.contains(name))) {
            renewals.add(Program.name("renew", name, begin(scratch, name, subspace)));
            based.add(name);
          }
        });
    return renewals;
  }

  private NDArray begin(NDManager scratch, String name, ProjectionShape subspace) {
    GradientSubspaces galore = settings.galore();
    if (Projector.named(galore.projector()) == Projector.EXACT) {
      return scratch.create(0f);
    }
    int columns = OVERSAMPLING + (based.contains(name) ? 0 : galore.rank());
    SplittableRandom random =
        new SplittableRandom(Seeds.of(start.runSeed(), "galore", name, taken - 1));
    float[] normal = new float[Math.multiplyExact(subspace.length(), columns)];
    for (int i = 0; i < normal.length; i++) {
      normal[i] = (float) random.nextGaussian();
    }
    return scratch.create(normal, new Shape(subspace.length(), columns));
  }

  /** Registers it under its name. */
  public static final class Provider extends OptimizerProvider<GaLoreSettings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          "galore",
          "Adam in low-rank subspaces of the gradients; weights stay full-rank",
          "Zhao et al. 2024, arXiv 2403.03507",
          GaLoreSettings.class);
    }

    /** The moments in the subspaces, the bases, whole moments of the rest, and the steps. */
    @Override
    public long stateBytes(GaLoreSettings settings, Map<String, long[]> shapes) {
      Map<String, long[]> whole = new TreeMap<>(shapes);
      long projected = 0;
      for (Map.Entry<String, long[]> w : settings.galore().projected(shapes).entrySet()) {
        whole.remove(w.getKey());
        ProjectionShape subspace = ProjectionShape.of(w.getValue(), settings.galore().rank());
        projected += 2 * subspace.moments().size() + subspace.basis().size();
      }
      return Float.BYTES * (projected + 1) + 2 * bytes(whole);
    }

    /** A projected matrix changes in all its rows. */
    @Override
    public boolean rests(GaLoreSettings settings, double weightDecay, String name, long... shape) {
      return weightDecay == 0 && !settings.galore().names(name, shape);
    }

    @Override
    public Optimizer of(GaLoreSettings settings, OptimizerStart start) {
      return new GaLore(
          settings,
          start,
          new OptimizerState(start.manager(), start.remembered()),
          subspaces(settings.galore(), start.weights()));
    }

    @Override
    public void check(GaLoreSettings settings, Map<String, long[]> shapes) {
      settings.galore().projected(shapes);
    }
  }
}
