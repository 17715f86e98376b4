package org.tributary.setup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.checkpoint.Store;
import org.tributary.client.BackwardMode;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.model.Lora;
import org.tributary.model.Precision;
import org.tributary.optim.AdamSettings;
import org.tributary.optim.GaLoreSettings;
import org.tributary.optim.GradientSubspaces;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.Optimizers;
import org.tributary.planning.MemoryNeed;

/**
 * Whether a model is supported, and by what: task, classes, layers for adapters, memory of each way
 * of training.
 *
 * @param why the reason why it is not supported; null if it is
 * @param look the model; null if it is not supported
 * @param ways the ways of training
 */
public record ModelFit(String why, ModelLook look, List<Way> ways) {
  private static final int RANK = 8;
  private static final int CLASSES_SHOWN = 20;
  private static final int GAP = 200;

  /** Rows and tokens of a batch for which memory is estimated. */
  private static final int ROWS = 16;

  private static final int TOKENS = 128;
  private static final int ROWS_OF_DECODER = 4;
  private static final int TOKENS_OF_DECODER = 512;

  /**
   * A way of training.
   *
   * @param training which weights and optimizer
   * @param precision of weights and activations
   * @param backward what is kept for the backward pass
   * @param need memory of one client
   */
  public record Way(String training, String precision, BackwardMode backward, MemoryNeed need) {}

  /**
   * Looks at a model.
   *
   * @param store reaches the folder
   * @param path of the folder
   * @return what it is good for
   * @throws IOException if a file system fails
   */
  public static ModelFit of(Store store, String path) throws IOException {
    try {
      ModelLook look = ModelLook.of(store, path);
      return new ModelFit(null, look, ways(look));
    } catch (WrongInput e) {
      return new ModelFit(e.getMessage(), null, List.of());
    }
  }

  private static List<Way> ways(ModelLook look) {
    List<Way> ways = new ArrayList<>();
    Map<String, long[]> full = new TreeMap<>();
    look.base().used().forEach((name, entry) -> full.put(name, entry.shape()));
    AdamSettings adam = new AdamSettings(0.9, 0.999, 1e-8);
    GradientSubspaces subspaces =
        new GradientSubspaces(look.rank(look.all(), RANK), GAP, 1, look.all(), "exact");
    GaLoreSettings galore = new GaLoreSettings(0.9, 0.999, 1e-8, subspaces);
    for (Precision precision : Precision.values()) {
      for (BackwardMode backward : BackwardMode.values()) {
        ways.add(way(look, "all weights, adamw", full, "adamw", adam, precision, backward));
        ways.add(way(look, "all weights, galore", full, "galore", galore, precision, backward));
        ways.add(way(look, "adapters, adamw", adapters(look), "adamw", adam, precision, backward));
      }
    }
    return ways.stream().sorted((a, b) -> a.training().compareTo(b.training())).toList();
  }

  private static Way way(
      ModelLook look,
      String training,
      Map<String, long[]> trained,
      String optimizer,
      Record settings,
      Precision precision,
      BackwardMode backward) {
    long state = Optimizers.stateBytes(new OptimizerSettings(optimizer, settings, 0, 0), trained);
    MemoryNeed need =
        MemoryNeed.of(
            look.architecture(),
            trained,
            new MemoryNeed.Setting(precision, backward, tokens(look), state));
    return new Way(training, precision.name().toLowerCase(Locale.ROOT), backward, need);
  }

  private static Map<String, long[]> adapters(ModelLook look) {
    int rank = look.rank(look.attention(), RANK);
    Map<String, long[]> shapes = new TreeMap<>();
    new Lora(rank, rank, false, look.attention())
        .layers(look.architecture().linearLayers())
        .forEach(
            (layer, shape) -> {
              shapes.put(layer + Lora.A, new long[] {rank, shape[1]});
              shapes.put(layer + Lora.B, new long[] {shape[0], rank});
            });
    return shapes;
  }

  private static int rows(ModelLook look) {
    return look.writes() ? ROWS_OF_DECODER : ROWS;
  }

  private static int length(ModelLook look) {
    Architecture model = look.architecture();
    int wanted = look.writes() ? TOKENS_OF_DECODER : TOKENS;
    return look.seesImages() ? model.maxPositions() : Math.min(wanted, model.maxPositions());
  }

  private static long tokens(ModelLook look) {
    return (long) rows(look) * length(look);
  }

  /** The layers for adapters with their parameters, in the order of the blocks. */
  private Map<String, Long> targets() {
    Map<String, Long> targets = new LinkedHashMap<>();
    for (String name : look.all()) {
      int rank = look.rank(List.of(name), RANK);
      targets.put(name, look.adapterParameters(List.of(name), rank));
    }
    return targets;
  }

  /**
   * As text.
   *
   * @return lines, indented as those of the summary
   */
  public List<String> lines() {
    if (why != null) {
      return why.lines().map(line -> "  not supported: " + line).toList();
    }
    List<String> lines = new ArrayList<>();
    lines.add("  supported: %s, a %s".formatted(look.family(), look.task()));
    if (!look.writes()) {
      lines.add("  classes: " + classes());
    }
    lines.add(
        look.seesImages()
            ? "  images: %d x %d pixels, %d channels"
                .formatted(
                    look.architecture().image().height(),
                    look.architecture().image().width(),
                    look.architecture().image().channels())
            : "  tokens of a row: at most %,d".formatted(look.architecture().maxPositions()));
    lines.add(
        "  names for framework.lora.targets, with the parameters of all their adapters of rank 8:");
    targets().forEach((name, size) -> lines.add("    %s: %,d".formatted(name, size)));
    lines.add(
        "    projections of the attention: [%s]".formatted(String.join(", ", look.attention())));
    lines.add(
        "  native memory of a client (estimate), batch of %d %s%s:"
            .formatted(
                rows(look),
                look.seesImages() ? "images of " : "rows of ",
                "%d tokens".formatted(length(look))));
    for (Way way : ways) {
      lines.add(
          "    %s, %s%s: %s MB in use, up to %s MB"
              .formatted(
                  way.training(),
                  way.precision(),
                  backward(way.backward()),
                  mb(way.need().inUse()),
                  mb(way.need().peak())));
    }
    return lines;
  }

  private String classes() {
    if (!look.hasClassifier()) {
      return "none; a new classifier learns those of the data";
    }
    List<String> names = look.classes();
    String more =
        names.size() > CLASSES_SHOWN ? ", %d more".formatted(names.size() - CLASSES_SHOWN) : "";
    return "%d: %s%s"
        .formatted(
            names.size(),
            String.join(", ", names.subList(0, Math.min(names.size(), CLASSES_SHOWN))),
            more);
  }

  private static String backward(BackwardMode mode) {
    return switch (mode) {
      case WHOLE -> "";
      case CHECKPOINTED -> ", checkpointing";
      case UPDATING -> ", perBlock";
    };
  }

  private static String mb(long bytes) {
    return String.format(Locale.ROOT, bytes < 10_000_000 ? "%,.1f" : "%,.0f", bytes / 1e6);
  }

  /**
   * As a tree.
   *
   * @return for a JSON writer
   */
  public Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("supported", why == null);
    if (why != null) {
      tree.put("why", why);
      return tree;
    }
    tree.put("task", look.writes() ? "generation" : "classification");
    tree.put("input", look.seesImages() ? "images" : "text");
    tree.put("classes", look.classes());
    tree.put("max_tokens", look.architecture().maxPositions());
    Map<String, Object> lora = new LinkedHashMap<>();
    lora.put("targets", targets());
    lora.put("attention", look.attention());
    lora.put("rank", RANK);
    tree.put("lora", lora);
    Map<String, Object> memory = new LinkedHashMap<>();
    memory.put("rows", rows(look));
    memory.put("tokens", length(look));
    memory.put("ways", ways.stream().map(ModelFit::tree).toList());
    tree.put("memory", memory);
    return tree;
  }

  private static Map<String, Object> tree(Way way) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("training", way.training());
    tree.put("precision", way.precision());
    tree.put("checkpointing", way.backward() == BackwardMode.CHECKPOINTED);
    tree.put("per_block", way.backward() == BackwardMode.UPDATING);
    tree.put("in_use_bytes", way.need().inUse());
    tree.put("peak_bytes", way.need().peak());
    return tree;
  }
}
