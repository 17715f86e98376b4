package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.optim.Optimizers;
import org.tributary.planning.RunPlan;
import org.tributary.planning.Traffic;
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
        try (SafeTensors.Reader reader = SafeTensors.open(Tiny.STORE, update.getPath())) {
          report = ClientReport.of(reader.header().metadata().get(ClientReport.KEY));
        }
        String client = report.client();
        String what = "client %s, round %d".formatted(client, round);
        assertThat(traffic.up(client, round)).as(what + ": up").isEqualTo(report.bytesUp());
        assertThat(traffic.down(client, round)).as(what + ": down").isEqualTo(report.bytesDown());
        assertThat(traffic.trainable(client, round)).isEqualTo(report.trainableParameters());
        assertThat(
                Optimizers.stateBytes(
                    blueprint.recipe().optimizer(),
                    blueprint.ranks().plan(client, blueprint.plan(round)).where(Role::isTrained)))
            .as(what + ": optimizer")
            .isEqualTo(report.optimizerBytes());
        steps += report.steps();
        up += report.bytesUp();
        down += report.bytesDown();
      }
    }
    RunPlan plan = RunPlan.of(blueprint, SkippedRows.NONE);
    assertThat(plan.steps()).isEqualTo(steps);
    assertThat(plan.travel().up().getSum()).isEqualTo(up);
    assertThat(plan.travel().down()).isEqualTo(down);
  }
}
