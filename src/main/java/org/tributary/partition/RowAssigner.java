package org.tributary.partition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.partition.RawSet.Key;
import org.tributary.protocol.Seeds;

/**
 * Assigns each row in the driver, using only the keys. All lists of keys are in canonical order, so
 * equal rows are next to each other. Equal rows always go to the same part: train, validation or
 * test.
 */
final class RowAssigner {
  private static final Logger LOG = LoggerFactory.getLogger(RowAssigner.class);

  private final PartitionConfig config;
  private final List<String> labels;

  /**
   * Creates the assigner.
   *
   * @param config of the partition
   * @param labels the classes, empty without a label
   */
  RowAssigner(PartitionConfig config, List<String> labels) {
    this.config = config;
    this.labels = labels;
  }

  /**
   * Takes the global test rows out of train. It takes whole runs of equal rows, beginning at the
   * first, as long as the share is not exceeded and every owner keeps the rows that it needs for
   * training.
   *
   * @param train all rows except those of owners that are left out
   * @param owners the owners of the rows
   * @return true for test rows
   * @throws WrongInput if the share is too small for one row
   */
  boolean[] takeTest(List<Key> train, Owners owners) {
    boolean[] test = new boolean[train.size()];
    long wanted = Math.round(config.test() * train.size());
    long taken = 0;
    long kept = 0;
    int different = 0;
    for (int from = 0, to; from < test.length; from = to) {
      to = endOfRun(train, from);
      different++;
      if (taken + to - from <= wanted) {
        if (owners.give(train.subList(from, to))) {
          Arrays.fill(test, from, to, true);
          taken += to - from;
        } else {
          kept += to - from;
        }
      }
    }
    if (kept > 0 && taken < wanted) {
      LOG.warn(
          "test: {} rows are taken instead of {}: every owner keeps the rows that it needs for training",
          taken,
          wanted);
    }
    if (taken == 0 || taken == test.length) {
      throw new WrongInput(
          "test: a share of %s of %d rows leaves none for the test or none to train on%s; give more rows, another share, or source.test"
              .formatted(
                  config.test(),
                  train.size(),
                  different == test.length
                      ? ""
                      : ", as equal rows stay together and %d differ".formatted(different)));
    }
    return test;
  }

  /**
   * Assigns rows to clients.
   *
   * @param train rows without the test rows
   * @param validation share of each client's rows that is not used for training
   * @return the client of each row; each client has enough rows to keep minRows for training
   */
  RowClients deal(List<Key> train, double validation) {
    int dealt = least(validation);
    List<String> owners = train.stream().map(Key::owner).filter(o -> o != null).toList();
    return Partitioners.of(config, dealt)
        .deal(new RowKeys(classes(train), owners), Seeds.of(config.seed(), "partition"));
  }

  /**
   * The number of rows that a client must get, so that minRows remain for training.
   *
   * @param validation share of its rows that is not used for training
   * @return at least minRows
   */
  int least(double validation) {
    int dealt = config.partitioner().minRows();
    while (dealt - (int) Math.floor(validation * dealt) < config.partitioner().minRows()) {
      dealt++;
    }
    return dealt;
  }

  /**
   * Takes each client's validation rows out of its rows. It takes whole runs of equal rows that all
   * belong to the client, beginning at the first, as long as the share is not exceeded. Equal rows
   * of several clients stay in training. Otherwise one client would be validated on rows that
   * another client is trained on.
   *
   * @param train rows without the test rows
   * @param dealt the client of each row
   * @return true for validation rows
   */
  boolean[] takeValidation(List<Key> train, RowClients dealt) {
    int[] left =
        IntStream.of(dealt.sizes()).map(n -> (int) Math.floor(config.validation() * n)).toArray();
    boolean[] validation = new boolean[train.size()];
    for (int from = 0, to; from < validation.length; from = to) {
      to = endOfRun(train, from);
      int client = dealt.client()[from];
      boolean own = IntStream.range(from, to).allMatch(i -> dealt.client()[i] == client);
      if (own && to - from <= left[client]) {
        Arrays.fill(validation, from, to, true);
        left[client] -= to - from;
      }
    }
    return validation;
  }

  /**
   * Assigns the rows of a given validation set to clients: to their owners, or, without owners, by
   * label in proportion to the clients' training rows of that label.
   *
   * @param validation the rows
   * @param train the clients' training rows
   * @param dealt the client of each row
   * @param owners the owners of the rows
   * @return the index of the client of each row; nowhere if the owner is left out
   * @throws WrongInput if an owner has no training rows
   */
  int[] dealValidation(List<Key> validation, List<Key> train, RowClients dealt, Owners owners) {
    if (config.partitioner().ownerColumn() != null) {
      return toOwners(validation, train, dealt, owners);
    }
    int[] classOf = classes(validation);
    double[][] counts = new double[Math.max(1, labels.size())][dealt.clients().size()];
    double[] totals = new double[dealt.clients().size()];
    int[] trained = classes(train);
    for (int i = 0; i < trained.length; i++) {
      counts[trained[i]][dealt.client()[i]]++;
      totals[dealt.client()[i]]++;
    }
    int[] client = new int[classOf.length];
    for (int c = 0; c < counts.length; c++) {
      int wanted = c;
      int[] rows = IntStream.range(0, classOf.length).filter(i -> classOf[i] == wanted).toArray();
      boolean known = Arrays.stream(counts[c]).sum() > 0;
      int[] ends = Proportions.ends(rows.length, known ? counts[c] : totals);
      int k = 0;
      for (int i = 0; i < rows.length; i++) {
        while (i >= ends[k]) {
          k++;
        }
        client[rows[i]] = k;
      }
    }
    return client;
  }

  private int[] toOwners(List<Key> validation, List<Key> train, RowClients dealt, Owners owners) {
    // Compares the owners themselves, because two names may give the same id.
    Map<String, Integer> clientOf = new HashMap<>();
    for (int i = 0; i < train.size(); i++) {
      clientOf.put(train.get(i).owner(), dealt.client()[i]);
    }
    TreeSet<String> unknown = new TreeSet<>();
    int[] client = new int[validation.size()];
    for (int i = 0; i < client.length; i++) {
      String owner = validation.get(i).owner();
      client[i] = clientOf.getOrDefault(owner, FilePlan.NOWHERE);
      if (client[i] == FilePlan.NOWHERE && !owners.isLeftOut(validation.get(i))) {
        unknown.add(owner);
      }
    }
    if (!unknown.isEmpty()) {
      throw new WrongInput(
          "source.validation: column %s names clients without training rows: %s; remove their rows or give them training rows"
              .formatted(config.partitioner().ownerColumn(), String.join(", ", unknown)));
    }
    return client;
  }

  /**
   * The classes of a set: its distinct labels, sorted as numbers if all are whole numbers, else as
   * text.
   *
   * @param train all rows
   * @return the sorted classes; empty if there is no label
   */
  static List<String> labels(List<Key> train) {
    List<String> labels =
        new ArrayList<>(
            train.stream()
                .map(Key::label)
                .filter(label -> label != null)
                .collect(Collectors.toCollection(TreeSet::new)));
    if (labels.stream().allMatch(label -> label.matches("-?\\d{1,18}"))) {
      labels.sort(java.util.Comparator.comparingLong(Long::parseLong));
    }
    return labels;
  }

  /**
   * Refuses labels that train does not have.
   *
   * @param source the name of the set
   * @param keys rows of the set
   */
  void refuseUnknownLabels(SourceName source, List<Key> keys) {
    if (!labels.isEmpty()) {
      Map<String, Long> unknown =
          keys.stream()
              .map(Key::label)
              .filter(label -> !labels.contains(label))
              .collect(
                  Collectors.groupingBy(l -> l, java.util.TreeMap::new, Collectors.counting()));
      if (!unknown.isEmpty()) {
        throw source.wrong(
            "column %s has labels that train does not have (with rows): %s; known are %s; correct them or give training rows"
                .formatted(config.label(), unknown, labels));
      }
    }
  }

  private int[] classes(List<Key> keys) {
    Map<String, Integer> index =
        IntStream.range(0, labels.size()).boxed().collect(Collectors.toMap(labels::get, i -> i));
    return keys.stream()
        .mapToInt(key -> key.label() == null ? 0 : index.get(key.label()))
        .toArray();
  }

  private static int endOfRun(List<Key> keys, int from) {
    int to = from + 1;
    while (to < keys.size() && keys.get(to).sameContent(keys.get(from))) {
      to++;
    }
    return to;
  }
}
