package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Adapters that peft wrote are read, and written again as peft would. */
class PeftAdapterGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));

  @TempDir Path disk;
  private final Store store = Store.of(new Configuration());

  @TestFactory
  List<DynamicTest> everyAdapter() throws IOException {
    try (Stream<Path> all = Files.walk(GOLDEN)) {
      List<DynamicTest> tests =
          all.filter(file -> file.endsWith(PeftAdapter.CONFIG))
              .map(Path::getParent)
              .sorted()
              .map(
                  folder ->
                      DynamicTest.dynamicTest(
                          GOLDEN.relativize(folder).toString(), () -> comesBack(folder)))
              .toList();
      assertThat(tests).as("adapters in " + GOLDEN).isNotEmpty();
      return tests;
    }
  }

  private void comesBack(Path folder) throws IOException {
    PeftAdapter adapter = PeftAdapter.read(store, store.path(folder.toString()));
    Path copy = disk.resolve(Integer.toHexString(folder.hashCode()));
    adapter.write(store, store.path(copy.toString()));
    assertThat(
            Files.mismatch(folder.resolve(PeftAdapter.WEIGHTS), copy.resolve(PeftAdapter.WEIGHTS)))
        .as("peft's bytes")
        .isEqualTo(-1);
    ObjectMapper json = new ObjectMapper();
    JsonNode theirs = json.readTree(folder.resolve(PeftAdapter.CONFIG).toFile());
    json.readTree(copy.resolve(PeftAdapter.CONFIG).toFile())
        .fields()
        .forEachRemaining(
            key -> assertThat(key.getValue()).as(key.getKey()).isEqualTo(theirs.get(key.getKey())));
  }
}
