package org.tributary.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.Slow;

class WordNetImportTest {
  @TempDir java.nio.file.Path dir;
  private final Store store = Store.of(new Configuration(false));

  private Path path(String name) {
    return new Path(dir.resolve(name).toUri());
  }

  @Test
  void examplesAreCutFromGlosses() {
    assertThat(WordNetNouns.definition("a bark; \"the dog's yelp\"; \"another\"- Author"))
        .isEqualTo("a bark");
    assertThat(WordNetNouns.definition("a range: \"a gamut of emotions\"")).isEqualTo("a range");
    assertThat(WordNetNouns.definition("one; two (e.g., \"three\")"))
        .isEqualTo("one; two (e.g., \"three\")");
  }

  @Test
  @Slow
  void everyDefinitionOnceInOnePart() throws IOException {
    WordNetImport.Result result = WordNetImport.run(store, path("a"), 7, 0.02, 0.03);
    WordNetImport.Origin origin = result.origin();
    assertThat(result.made()).isTrue();
    assertThat(origin.synsets()).isEqualTo(82_192 - 51);
    int rows = origin.synsets() - origin.repeated() - origin.ambiguous();
    assertThat(origin.rows())
        .containsEntry("test", Math.round(0.03f * rows))
        .containsEntry("validation", Math.round(0.02f * rows));
    Set<String> definitions = new HashSet<>();
    Map<String, Map<String, Integer>> counted = new HashMap<>();
    for (String part : List.of("train", "validation", "test")) {
      Map<String, Integer> count = counted.computeIfAbsent(part, p -> new HashMap<>());
      ParquetRows.forEach(
          store,
          path("a/" + part + ".parquet"),
          List.of(),
          row -> {
            assertThat(definitions.add(row.text("definition"))).isTrue();
            assertThat(row.text("definition")).isNotBlank();
            count.merge(row.text("category"), 1, Integer::sum);
          });
    }
    assertThat(definitions).hasSize(rows);
    assertThat(counted).isEqualTo(origin.categories());
    assertThat(counted.get("train")).hasSize(25).doesNotContainKey("noun.Tops");
    assertThat(Files.readString(dir.resolve("a/LICENSE")))
        .startsWith("This software and database")
        .contains("Princeton University");
    refusesOtherContent();
  }

  private void refusesOtherContent() throws IOException {
    Map<String, String> before = hashes("a");
    assertThat(WordNetImport.run(store, path("a"), 7, 0.02, 0.03).made()).isFalse();
    assertThatThrownBy(() -> WordNetImport.run(store, path("a"), 8, 0.02, 0.01))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("a/origin.json")
        .hasMessageContaining("seed is 7 there, 8 is asked for")
        .hasMessageContaining("test is 0.03 there, 0.01 is asked for");
    assertThat(hashes("a")).isEqualTo(before);
    Files.delete(dir.resolve("a/origin.json"));
    Files.delete(dir.resolve("a/test.parquet"));
    assertThat(WordNetImport.run(store, path("a"), 7, 0.02, 0.03).made()).isTrue();
    assertThat(hashes("a")).isEqualTo(before);
    Files.delete(dir.resolve("a/origin.json"));
    assertThatThrownBy(() -> WordNetImport.run(store, path("a"), 8, 0.02, 0.03))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(".parquet");
    assertThat(dir.resolve("a/origin.json")).doesNotExist();
  }

  @Test
  void impossibleSharesAreRefused() {
    for (double[] shares : new double[][] {{0.5, 0.5}, {-0.1, 0.1}, {Double.NaN, 0.1}}) {
      assertThatThrownBy(() -> WordNetImport.run(store, path("b"), 0, shares[0], shares[1]))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("" + shares[0]);
    }
    assertThat(dir.resolve("b")).doesNotExist();
  }

  private Map<String, String> hashes(String folder) throws IOException {
    Map<String, String> hashes = new HashMap<>();
    for (var status : store.list(path(folder))) {
      hashes.put(status.getPath().getName(), store.sha256(status.getPath()));
    }
    return hashes;
  }
}
