package org.tributary.federation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tributary.checkpoint.Store;
import org.tributary.data.Manifest;
import org.tributary.data.Tokens;
import org.tributary.error.WrongInput;

/**
 * A first reading of all rows that a run will be evaluated on. A client with bad rows is left out
 * of its round, but nobody can stand in for the test rows: what is wrong with them has to come up
 * before the first client trains.
 */
final class EvaluationRows {
  private EvaluationRows() {}

  /**
   * Reads the rows, one folder at a time, and keeps none.
   *
   * @param store reaches them
   * @param blueprint says which parts are evaluated
   * @throws WrongInput naming every file whose rows cannot be used, or that is not the one that was
   *     partitioned
   * @throws IOException where the file system fails
   */
  static void check(Store store, Blueprint blueprint) throws IOException {
    List<String> problems;
    try (Tokens tokens = blueprint.base().tokens(store)) {
      problems = problems(store, blueprint, tokens);
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(
          "%s: cannot be evaluated on:".formatted(blueprint.config().data().path()), problems);
    }
  }

  private static List<String> problems(Store store, Blueprint blueprint, Tokens tokens)
      throws IOException {
    List<String> problems = new ArrayList<>();
    for (String part : blueprint.config().evaluate().parts()) {
      for (Manifest.Part file : blueprint.data().evaluationParts(part)) {
        try {
          blueprint.data().rows(store, List.of(file), tokens);
        } catch (WrongInput e) {
          problems.add(e.getMessage());
        }
      }
    }
    return problems;
  }
}
