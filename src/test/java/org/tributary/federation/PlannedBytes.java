package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.optim.Optimizers;
import org.tributary.planning.RunPlan;
import org.tributary.planning.Traffic;
import org.tributary.protocol.ChangedRows;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.Role;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;
import org.tributary.run.SkippedRows;

/** Checks that a plan made before a run matches the reports of the run's clients. */
final class PlannedBytes {
  private PlannedBytes() {}

  /** Compares the plan with each client's report in every round; updates must be kept. */
  static void holdFor(Blueprint blueprint, RunFolder folder) throws IOException {
    Traffic traffic = new Traffic(blueprint);
    long steps = 0;
    long up = 0;
    long down = 0;
    for (int round = 0; round < blueprint.config().rounds(); round++) {
      List<FileStatus> updates =
          Tiny.STORE.list(folder.updates(round)).stream()
              .filter(f -> f.getPath().getName().endsWith(".safetensors"))
              .toList();
      assertThat(updates).hasSize(traffic.cohort(round).size());
      for (FileStatus update : updates) {
        ClientReport report;
        boolean isWhole;
        try (SafeTensors.Reader reader = SafeTensors.open(Tiny.STORE, update.getPath())) {
          report = ClientReport.of(reader.header().metadata().get(ClientReport.KEY));
          Set<String> sent = reader.header().tensors().keySet();
          isWhole = sent.stream().allMatch(name -> ChangedRows.matrix(name).equals(name));
        }
        String client = report.client();
        String what = "client %s, round %d".formatted(client, round);
        long planned = traffic.up(client, round);
        // Rows of an embedding that no text uses do not travel and have no optimizer state.
        assertThat(report.bytesUp()).as(what + ": up").isLessThanOrEqualTo(planned);
        assertThat(report.bytesUp() == planned).as(what + ": up").isEqualTo(isWhole);
        assertThat(traffic.down(client, round)).as(what + ": down").isEqualTo(report.bytesDown());
        assertThat(traffic.trainable(client, round)).isEqualTo(report.trainableParameters());
        long state =
            Optimizers.stateBytes(
                blueprint.recipe().optimizer(),
                blueprint.ranks().plan(client, blueprint.plan(round)).where(Role::isTrained));
        assertThat(report.optimizerBytes())
            .as(what + ": optimizer")
            .isBetween(isWhole ? state : 0, state);
        steps += report.steps();
        up += planned;
        down += report.bytesDown();
      }
    }
    RunPlan plan = RunPlan.of(blueprint, SkippedRows.NONE);
    assertThat(plan.steps()).isEqualTo(steps);
    assertThat(plan.travel().up().getSum()).isEqualTo(up);
    assertThat(plan.travel().down()).isEqualTo(down);
  }
}
