package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.protocol.HostTensor;

/** Files from the reference library are read, and written back without a changed bit. */
class SafeTensorsGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));

  @TempDir Path disk;
  private final Store store = Store.of(new Configuration());

  @TestFactory
  List<DynamicTest> everyFile() throws IOException {
    try (Stream<Path> all = Files.walk(GOLDEN)) {
      List<DynamicTest> tests =
          all.filter(file -> file.toString().endsWith(SafeTensors.SUFFIX))
              .sorted()
              .map(
                  file ->
                      DynamicTest.dynamicTest(
                          GOLDEN.relativize(file).toString(), () -> comesBack(file)))
              .toList();
      assertThat(tests).as("golden files in " + GOLDEN).isNotEmpty();
      return tests;
    }
  }

  private void comesBack(Path file) throws IOException {
    SafeTensors read = SafeTensors.read(store, store.path(file.toString()));
    Map<String, HostTensor> mapped = SafeTensors.map(file);
    assertThat(read.tensors()).isNotEmpty().isEqualTo(mapped);
    Path copy = disk.resolve(Integer.toHexString(file.hashCode()));
    store.commit(store.path(copy.toString()), SafeTensors.content(read.tensors(), read.metadata()));
    assertThat(SafeTensors.map(copy)).isEqualTo(mapped);
    assertThat(Files.mismatch(file, copy)).as("the reference library's bytes").isEqualTo(-1);
  }
}
