package org.tributary.federation;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.error.WrongInput;
import org.tributary.rows.Truncation;
import org.tributary.run.Blueprint;

/**
 * Reports before the first round how many rows are longer than {@code model.maxLength}, and refuses
 * a run whose clients would have no token of an answer to learn from.
 *
 * @param blueprint of the run
 */
record TruncationCheck(Blueprint blueprint) {
  private static final Logger LOG = LoggerFactory.getLogger(TruncationCheck.class);

  /**
   * Reports the truncated rows.
   *
   * @param found in each file that was read
   * @throws WrongInput if no answer has a token left in the clients' rows
   */
  void check(List<RowCheck.Found> found) {
    Set<String> trained =
        blueprint.manifest().clients().values().stream()
            .map(client -> client.train().file())
            .collect(Collectors.toSet());
    check("training", found.stream().filter(f -> trained.contains(f.file())).toList(), true);
    check("evaluation", found.stream().filter(f -> !trained.contains(f.file())).toList(), false);
  }

  private void check(String which, List<RowCheck.Found> found, boolean needed) {
    int maxLength = blueprint.config().model().maxLength();
    String path = blueprint.config().data().path();
    Truncation all =
        found.stream()
            .filter(f -> f.bad() != null)
            .map(f -> f.bad().cuts())
            .reduce(Truncation.NONE, Truncation::plus);
    if (needed && all.leavesNothing()) {
      throw new WrongInput(
          "%s: within model.maxLength %d no token of an answer is left in any of the %d %s rows that were looked at; raise model.maxLength"
              .formatted(path, maxLength, all.looked(), which));
    }
    all.told(maxLength)
        .ifPresent(
            told -> LOG.warn("{}: of the {} rows {}; raise model.maxLength", path, which, told));
  }
}
