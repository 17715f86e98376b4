package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.RawSetFile;
import org.tributary.fixture.Slow;
import org.tributary.partition.Partitioning;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;

/**
 * Owners named by a column: each becomes a client, whatever its name is, or is reported by name.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Slow
class OwnersTest {
  private static final Path CASE = GoldenCases.of("../cases/07-natural-owners-vanish/rows.jsonl");

  @TempDir Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  private Manifest partition(Path rows, String... sets) throws IOException {
    return Partitioning.run(
            SPARK.session(),
            Tiny.STORE,
            RawSetFile.config(
                "jsonl",
                rows.toUri().toString(),
                dir,
                List.of("partitioner={name: natural, column: office}", "test=0.5"),
                sets))
        .manifest();
  }

  private static Path lines(Path file, List<Map<String, String>> rows) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Map<String, String> row : rows) {
      lines.add(JSON.writeValueAsString(row));
    }
    return Files.write(file, lines);
  }

  @Test
  void theTestShareLeavesEveryOwnerARow() throws IOException {
    long rows = Files.lines(CASE).count();
    Manifest manifest = partition(CASE);
    assertThat(manifest.clients()).hasSize(11).containsKeys("o00", "o09", "o10");
    assertThat(manifest.leftOut()).isEmpty();
    assertThat(manifest.test().rows()).isEqualTo(Math.round(0.5 * rows));
    assertThat(manifest.clients().values()).extracting(c -> c.train().rows()).contains(1L);
    long trained = manifest.clients().values().stream().mapToLong(c -> c.train().rows()).sum();
    assertThat(trained + manifest.test().rows()).isEqualTo(rows);
  }

  @Test
  void ownersWithTooFewRowsAreNamed() throws IOException {
    long rows = Files.lines(CASE).count();
    Manifest manifest = partition(CASE, "partitioner.minRows=2");
    assertThat(manifest.clients()).containsOnlyKeys("o10");
    assertThat(manifest.leftOut()).hasSize(10).containsKeys("o00", "o09");
    assertThat(manifest.leftOut().get("o03")).contains("has 1 rows, 2 are needed");
    assertThat(manifest.clients().get("o10").train().rows() + manifest.test().rows())
        .isEqualTo(rows - 10);
    assertThatThrownBy(() -> partition(CASE, "name=none", "partitioner.minRows=100"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("each of the 11 owners has fewer than the 100 rows");
  }

  @Test
  void ownersWhoseRowsAreDuplicatesAreNamed() throws IOException {
    Path train =
        lines(
            dir.resolve("train.jsonl"),
            List.of(
                Map.of("text", "one", "label", "a", "office", "lyon"),
                Map.of("text", "two", "label", "b", "office", "oslo"),
                Map.of("text", "three", "label", "b", "office", "oslo")));
    Path test =
        lines(
            dir.resolve("test.jsonl"),
            List.of(Map.of("text", "one", "label", "a", "office", "lyon")));
    Manifest manifest =
        partition(train, "source.test='" + test.toUri() + "'", "duplicates=drop-train");
    assertThat(manifest.clients()).containsOnlyKeys("oslo");
    assertThat(manifest.leftOut())
        .containsOnly(
            Map.entry("lyon", "has only duplicates of held-out rows (duplicates: drop-train)"));
  }

  @Test
  void ownersOfAnyNameBecomeClientsAndTrain() throws Exception {
    List<String> owners =
        List.of(
            "plain-name_1.x",
            "a/b",
            "a:b",
            "a b",
            "a_b",
            ".",
            "..",
            "null",
            "\ud83e\udd9c",
            "Lyon",
            "lyon",
            "caf\u00e9",
            "cafe\u0301",
            "%41",
            "A",
            "\u6771\u4eac",
            "\u0441\u043e\u0444",
            "x".repeat(300),
            "x".repeat(299) + "y",
            "\u6771".repeat(90),
            "tab\tand\nline",
            "~");
    List<Map<String, String>> rows = new ArrayList<>();
    for (String owner : owners) {
      rows.add(Map.of("text", "what is the genetic", "label", "genetic", "office", owner));
      rows.add(Map.of("text", "what is the symptoms", "label", "symptoms", "office", owner));
    }
    Manifest manifest = partition(lines(dir.resolve("rows.jsonl"), rows), "test=0");
    assertThat(manifest.clients()).hasSameSizeAs(owners);
    TreeSet<String> found = new TreeSet<>();
    for (Map.Entry<String, Manifest.Client> client : manifest.clients().entrySet()) {
      String id = client.getKey();
      assertThat(id).matches("[A-Za-z0-9._%~-]{1,128}");
      String owner = client.getValue().owner() == null ? id : client.getValue().owner();
      found.add(owner);
      List<String> theirs = new ArrayList<>();
      ParquetRows.forEach(
          Tiny.STORE,
          Tiny.hadoop(dir.resolve("set").resolve(client.getValue().train().file())),
          List.of("office"),
          row -> theirs.add(row.text("office")));
      assertThat(theirs).as(id).containsExactly(owner, owner);
    }
    assertThat(found).isEqualTo(new TreeSet<>(owners));
    assertThat(manifest.clients())
        .containsKeys("plain-name_1.x", "a%2Fb", "a%3Ab", "a%20b", "a_b", ".", "..", "%2541", "A");
    assertThat(manifest.clients()).containsKeys("caf%C3%A9", "cafe%CC%81", "%E6%9D%B1%E4%BA%AC");
    assertThat(manifest.clients().keySet()).filteredOn(id -> id.contains("~")).hasSize(3);

    Tiny tiny = new Tiny(dir.resolve("tiny"), 4, 4);
    Files.write(
        dir.resolve("set").resolve(manifest.clients().get("a%2Fb").train().file()), new byte[9]);
    String[] sets = {
      "data.path='" + dir.resolve("set") + "'", "rounds=1", "client.schedule.warmup=0",
    };
    TrainConfig config = tiny.config("run", "local", sets);
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    AcceptedUpdates accepted =
        JsonFiles.read(Tiny.STORE, outcome.folder().accepted(0), AcceptedUpdates.class);
    assertThat(accepted.clients()).hasSize(owners.size() - 1);
    assertThat(new TreeMap<>(accepted.failed())).containsOnlyKeys("a%2Fb");
    assertThat(accepted.failed().get("a%2Fb")).startsWith("\"a/b\": ");
    assertThat(outcome.results()).hasSize(owners.size() - 1);
    assertThat(outcome.results()).allMatch(result -> isThere(result));
  }

  private static boolean isThere(org.apache.hadoop.fs.Path folder) {
    return Files.exists(Path.of(folder.toUri().getPath()).resolve("config.json"));
  }
}
