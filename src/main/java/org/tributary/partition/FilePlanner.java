package org.tributary.partition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tributary.config.PartitionConfig;
import org.tributary.partition.RawSet.Key;

/**
 * Runs the steps of a partitioning in order: test, clients, validation. The result is a plan of
 * files.
 */
final class FilePlanner {
  private final PartitionConfig config;
  private final RowAssigner deal;
  private final FilePlan plan;
  private final Map<String, List<Key>> keys;
  private Owners owners;

  /**
   * Prepares the assignment.
   *
   * @param config of the partition
   * @param deal assigns rows
   * @param plan receives the files
   * @param keys keys of train, and of validation and test if they are given
   */
  FilePlanner(
      PartitionConfig config, RowAssigner deal, FilePlan plan, Map<String, List<Key>> keys) {
    this.config = config;
    this.deal = deal;
    this.plan = plan;
    this.keys = keys;
  }

  /**
   * Assigns every row.
   *
   * @return the file of each row, for each set
   */
  Map<String, int[]> decide() {
    List<Key> all = keys.get("train");
    boolean ownValidation = !keys.containsKey("validation");
    double share = ownValidation ? config.validation() : 0;
    owners = new Owners(all, deal.least(share));
    int[] kept =
        IntStream.range(0, all.size()).filter(i -> !owners.isLeftOut(all.get(i))).toArray();
    List<Key> owned = IntStream.of(kept).mapToObj(all::get).toList();
    boolean ownTest = !keys.containsKey("test") && config.test() > 0;
    boolean[] isTest = ownTest ? deal.takeTest(owned, owners) : new boolean[owned.size()];
    int[] dealtRows = IntStream.range(0, isTest.length).filter(i -> !isTest[i]).toArray();
    List<Key> train = IntStream.of(dealtRows).mapToObj(owned::get).toList();
    RowClients dealt = deal.deal(train, share);
    boolean[] isValidation =
        ownValidation ? deal.takeValidation(train, dealt) : new boolean[train.size()];

    List<Integer> trainOf = new ArrayList<>();
    List<Integer> validationOf = new ArrayList<>();
    for (String client : dealt.clients()) {
      trainOf.add(plan.add(client, "train"));
      validationOf.add(plan.add(client, "validation"));
    }
    int test = plan.add(null, "test");

    int[] ofTrain = new int[all.size()];
    Arrays.fill(ofTrain, FilePlan.NOWHERE);
    IntStream.of(kept).forEach(i -> ofTrain[i] = test);
    for (int i = 0; i < dealtRows.length; i++) {
      int client = dealt.client()[i];
      ofTrain[kept[dealtRows[i]]] = (isValidation[i] ? validationOf : trainOf).get(client);
    }
    Map<String, int[]> targets = new LinkedHashMap<>();
    targets.put("train", ofTrain);
    if (!ownValidation) {
      int[] clients = deal.dealValidation(keys.get("validation"), train, dealt, owners);
      targets.put(
          "validation",
          IntStream.of(clients)
              .map(c -> c == FilePlan.NOWHERE ? FilePlan.NOWHERE : validationOf.get(c))
              .toArray());
    }
    if (keys.containsKey("test")) {
      targets.put("test", keys.get("test").stream().mapToInt(key -> test).toArray());
    }
    return targets;
  }

  /** The owners that the column names. They are known after the rows are assigned. */
  Owners owners() {
    return owners;
  }
}
