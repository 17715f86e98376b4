package org.tributary.setup;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tributary.checkpoint.Store;

/**
 * The files {@code partition.yaml}, {@code train.yaml} and {@code compare.yaml} for a model and a
 * raw set, with comments.
 */
public final class StarterFiles {
  private final Starter s;
  private final String modelPath;
  private final String folder;

  private StarterFiles(Starter starter, String modelPath, String folder) {
    this.s = starter;
    this.modelPath = modelPath;
    this.folder = folder;
  }

  /**
   * The files for a model and a raw set.
   *
   * @param store reaches model and data
   * @param model folder of a model
   * @param data file or folder of raw rows or images
   * @param folder where the files will be, for the commands in their comments
   * @return the files, not written yet
   * @throws org.tributary.error.WrongInput if model or data are not supported, or do not fit
   * @throws IOException if a file system fails
   */
  public static StarterFiles of(Store store, String model, String data, String folder)
      throws IOException {
    return new StarterFiles(Starter.of(store, model, data), model, folder);
  }

  /**
   * What was found and guessed, and why.
   *
   * @return sentences
   */
  public List<String> notes() {
    return s.notes();
  }

  /**
   * The texts.
   *
   * @return by file name, in the order in which a user needs them
   */
  public Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("partition.yaml", partition());
    texts.put("train.yaml", train());
    texts.put("compare.yaml", compare());
    return texts;
  }

  private String at(String file) {
    return folder.isEmpty() ? file : folder + "/" + file;
  }

  private String head(String what, String job, String file) {
    return "# %s\n# Run: jobs/submit 'local[*]' %s %s\n# docs/config.md explains every key.\n"
        .formatted(what, job, at(file));
  }

  private String comments() {
    return s.notes().stream()
        .map(note -> "#   " + note + "\n")
        .collect(Collectors.joining("", "# What was found and guessed:\n", ""));
  }

  private String partition() {
    StringBuilder yaml =
        new StringBuilder(head("Splits the rows among clients.", "partition", "partition.yaml"));
    yaml.append(comments());
    yaml.append(
        "source:\n  format: %s\n  train: %s\n"
            .formatted(s.look().format(), Yaml.text(s.look().path())));
    if (s.look().image() != null) {
      yaml.append("  image: %s\n".formatted(Yaml.text(s.look().image())));
    }
    yaml.append(
        "name: %s             # the folder in data-partitions\nseed: 7\n"
            .formatted(Yaml.text(s.look().name())));
    if (s.guess().label() != null) {
      yaml.append("label: %s\n".formatted(Yaml.text(s.guess().label())));
    }
    yaml.append(partitioner());
    if (!s.look().sample().sets().contains("validation")) {
      yaml.append(
          "validation: 0.1          # share of each client's rows; rates are chosen on them\n");
    }
    if (!s.look().sample().sets().contains("test")) {
      yaml.append("test: 0.1                # share of all rows\n");
    }
    return yaml.toString();
  }

  private String partitioner() {
    if (s.guess().owner() != null) {
      return "partitioner:\n  name: natural            # each owner is a client\n  column: %s\n"
          .formatted(Yaml.text(s.guess().owner()));
    }
    long rows = Math.max(s.look().sample().rows().size(), s.look().sample().images());
    return s.guess().label() == null
        ? "clients: 4\npartitioner:\n  name: iid                # every client gets the same mix of rows\n"
        : """
          clients: 4
          partitioner:
            name: dirichlet          # clients differ in their mix of classes
            alpha: 0.5               # the smaller, the more they differ
            minRows: %d
          """
            .formatted(rows >= 400 ? 20 : 1);
  }

  private String train() {
    StringBuilder yaml =
        new StringBuilder(head("Trains adapters (FedIT) on the clients.", "train", "train.yaml"));
    yaml.append("# Before: jobs/submit 'local[*]' partition %s\n".formatted(at("partition.yaml")));
    yaml.append(
        "# jobs/submit 'local[*]' plan %s says what it costs, with --timed how long it takes.\n"
            .formatted(at("train.yaml")));
    yaml.append(comments());
    yaml.append(
        "out: %s\nseed: 7\nrounds: 10\n"
            .formatted(Yaml.text("runs/" + s.look().name() + "/train")));
    yaml.append("model:\n  path: %s\n".formatted(Yaml.text(modelPath)));
    String hub = s.model().base().name().hub();
    yaml.append(
        hub == null
            ? "  # name: ORG/NAME         # on the hub; results then name it as their base model\n"
            : "  name: %s  # on the hub, from the path; results name it as their base model\n"
                .formatted(Yaml.text(hub)));
    if (s.sizes().maxLength() > 0) {
      yaml.append(
          "  maxLength: %d           # tokens; longer rows are cut\n"
              .formatted(s.sizes().maxLength()));
    }
    if (s.sizes().newHead()) {
      yaml.append("  newHead: true            # a new classifier for the classes of the data\n");
    }
    yaml.append("data:\n");
    s.data().forEach((key, value) -> yaml.append("  %s: %s\n".formatted(key, value)));
    yaml.append("framework:\n  name: fedit\n");
    if (!s.pooler().isEmpty()) {
      yaml.append("  train: %s  # learns in full, with the new classifier\n".formatted(pooler()));
    }
    yaml.append(
        "  lora: {rank: %d, alpha: %d, targets: %s}\n"
            .formatted(s.sizes().rank(), 2 * s.sizes().rank(), Yaml.list(s.model().attention())));
    yaml.append(client());
    yaml.append(evaluate());
    return yaml.toString();
  }

  private String pooler() {
    return s.pooler().stream().map(Yaml::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  private String client() {
    return """
        client:
          steps: %d                # optimizer steps a round
          batch: %d
          clip: 1.0
          optimizer:
            name: adamw
            lr: %s            # a starting point; compare.yaml can try several
        """
        .formatted(
            s.model().writes() ? 10 : 20, s.sizes().batch(), Rates.yaml(s.rates().adapters()));
  }

  private String evaluate() {
    return """
        evaluate:
          start: true              # also before training
          rows: %d               # of the test rows; 0 for all
          batch: %d
        """
            .formatted(s.model().writes() ? 500 : 2000, s.model().writes() ? 16 : 64)
        + (s.model().writes()
            ? "  # generate: 50           # rows for which answers are written and scored (BLEU, ROUGE)\n"
            : "");
  }

  private String compare() {
    String head =
        head(
            "Compares frameworks on the same clients, weights, steps and evaluation.",
            "compare",
            "compare.yaml");
    return head
        + """
        # The learning rates are starting points. To choose better ones on validation rows, remove the # before rates and
        # the lines below it.
        out: %s
        train: %s
        seeds: [7]                # more seeds show how much scores vary: [7, 8, 9]
        """
            .formatted(
                Yaml.text("runs/" + s.look().name() + "/compare"), Yaml.text(at("train.yaml")))
        + variants()
        + rates();
  }

  private String variants() {
    String all = s.pooler().isEmpty() ? "" : "    - framework.train=[]\n";
    String full =
        all
            + "    - framework.lora=none\n    - client.optimizer.lr=%s\n"
                .formatted(Rates.yaml(s.rates().full()));
    return "variants:\n"
        + "  fedavg:                  # all weights\n    - framework.name=fedavg\n"
        + full
        + "  fedavg-galore:           # all weights, moments of low rank\n    - framework.name=fedavg\n"
        + all
        + galore()
        + """
          fedit: []                # adapters, as train.yaml
          ffa-lora: [framework.name=ffa-lora]
          flexlora: [framework.name=flexlora]
        """
        + "  local:                   # every client alone: what federation has to beat\n    - framework.name=local\n"
        + full
        + "  central:                 # one client with all rows: the upper bound\n    - framework.name=central\n"
        + full;
  }

  private String galore() {
    return """
            - framework.lora=none
            - client.optimizer.name=galore
            - client.optimizer.lr=%s
            - client.optimizer.eps=1.0e-6
            - "client.optimizer.galore={rank: %d, gap: 200, targets: %s}"
        """
        .formatted(
            Rates.yaml(s.rates().galore()), s.sizes().subspace(), Yaml.list(s.model().all()));
  }

  private String rates() {
    Rates rates = s.rates();
    StringBuilder yaml = new StringBuilder("# rates:\n");
    for (String variant :
        List.of("fedavg", "fedavg-galore", "fedit", "ffa-lora", "flexlora", "local", "central")) {
      double rate =
          variant.equals("fedavg-galore")
              ? rates.galore()
              : variant.matches("fedit|ffa-lora|flexlora") ? rates.adapters() : rates.full();
      yaml.append("#   %s: %s\n".formatted(variant, Rates.around(rate)));
    }
    return yaml.append("# score: loss\n").toString();
  }
}
