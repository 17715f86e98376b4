package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.TrainConfig;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;

/** With {@code framework.head: frozen} a classifier neither trains nor travels up. */
@Slow
class FrozenHeadTest {
  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    tiny = new Tiny(dir, 6, 5);
  }

  private static RunFolder run(TrainConfig config) throws Exception {
    return new Federation(SPARK.session(), RoundListener.NONE).train(config).folder();
  }

  private static void assertNothingIsSent(RunFolder run) throws Exception {
    for (FileStatus update : Tiny.STORE.list(run.updates(0))) {
      try (SafeTensors.Reader reader = SafeTensors.open(Tiny.STORE, update.getPath())) {
        assertThat(reader.header().tensors().keySet())
            .isNotEmpty()
            .noneMatch(name -> name.contains("classifier") || name.contains("pooler"));
      }
    }
  }

  /** A new head is drawn once, is the same on all clients, and is in the adapter's folder. */
  @Test
  void aNewHeadStaysAsItIsDrawn() throws Exception {
    RunFolder run;
    try (LoggedWarnings warnings = LoggedWarnings.of(RunChecks.class)) {
      run = run(tiny.config("new", "ffa-lora", sets("framework.head=frozen")));
      assertThat(warnings.heard())
          .anyMatch(
              w -> w.contains("framework.head is frozen and") && w.contains("classifier.weight"));
    }
    assertNothingIsSent(run);
    HostTensor drawn = Tiny.tensors(run.start()).get("classifier.weight");
    RunFolder trained = run(tiny.config("trained", "ffa-lora", sets("rounds=1")));
    assertThat(Tiny.tensors(trained.start())).containsEntry("classifier.weight", drawn);
    PeftAdapter adapter = PeftAdapter.read(Tiny.STORE, run.adapter());
    assertThat(adapter.saved()).containsEntry("classifier.weight", drawn);
    assertThat(PeftAdapter.read(Tiny.STORE, trained.adapter()).saved().get("classifier.weight"))
        .isNotEqualTo(drawn);
  }

  private static String[] sets(String set) {
    return FederationTest.sets(true, set);
  }

  @Test
  void aKeptHeadStaysAsInTheCheckpoint() throws Exception {
    Path model = Files.createDirectories(dir.resolve("kept"));
    for (String name : new String[] {"config.json", "model.safetensors", "tokenizer.json"}) {
      Files.copy(GoldenCases.of("bert").resolve(name), model.resolve(name));
    }
    Map<String, HostTensor> before = SafeTensors.map(model.resolve("model.safetensors"));
    RunFolder run =
        run(
            tiny.config(
                "all",
                "fedavg",
                "rounds=1",
                "framework.head=frozen",
                "model.path=" + model,
                "data.classes=[genetic, symptoms, treatment]"));
    assertNothingIsSent(run);
    Map<String, HostTensor> after =
        SafeTensors.map(Path.of(run.model().toUri()).resolve("model.safetensors"));
    before.forEach(
        (name, tensor) -> {
          boolean head = name.startsWith("classifier") || name.startsWith("bert.pooler");
          assertThat(after.get(name).equals(tensor)).as(name).isEqualTo(head);
        });
  }
}
