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

    ClientFiles files = ClientFiles.of(plan, dealt.clients());
    int[] ofTrain = new int[all.size()];
    Arrays.fill(ofTrain, FilePlan.NOWHERE);
    IntStream.of(kept).forEach(i -> ofTrain[i] = files.test());
    for (int i = 0; i < dealtRows.length; i++) {
      List<Integer> of = isValidation[i] ? files.validation() : files.train();
      ofTrain[kept[dealtRows[i]]] = of.get(dealt.client()[i]);
    }
    Map<String, int[]> targets = new LinkedHashMap<>();
    targets.put("train", ofTrain);
    if (!ownValidation) {
      int[] clients = deal.dealValidation(keys.get("validation"), train, dealt, owners);
      targets.put("validation", files.validation(clients));
    }
    if (keys.containsKey("test")) {
      targets.put("test", keys.get("test").stream().mapToInt(key -> files.test()).toArray());
    }
    return targets;
  }

  /**
   * The numbers of the files in the plan.
   *
   * @param train one file for each client
   * @param validation one file for each client
   * @param test the file of all clients
   */
  private record ClientFiles(List<Integer> train, List<Integer> validation, int test) {
    static ClientFiles of(FilePlan plan, List<String> clients) {
      List<Integer> train = new ArrayList<>();
      List<Integer> validation = new ArrayList<>();
      for (String client : clients) {
        train.add(plan.add(client, "train"));
        validation.add(plan.add(client, "validation"));
      }
      return new ClientFiles(train, validation, plan.add(null, "test"));
    }

    /** The files of given validation rows, by the number of each row's client. */
    int[] validation(int[] clients) {
      return IntStream.of(clients)
          .map(c -> c == FilePlan.NOWHERE ? FilePlan.NOWHERE : validation.get(c))
          .toArray();
    }
  }

  /** The owners that the column names. They are known after the rows are assigned. */
  Owners owners() {
    return owners;
  }
}
