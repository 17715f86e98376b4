package org.tributary.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** torch.jit.load can read an archive, and its bytes do not depend on where or when it is made. */
class ProgramArchiveTest {
  private static final String TEXT = "class Program(Module):\n  # größer, 模型\n";

  @Test
  void holdsTheTextAndWhatALoaderAsksFor() throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    try (ZipInputStream zip =
        new ZipInputStream(new ByteArrayInputStream(ProgramArchive.of(TEXT)))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(entries.keySet())
        .containsExactly(
            "program/data.pkl",
            "program/code/__torch__.py",
            "program/constants.pkl",
            "program/version",
            "program/byteorder");
    byte[] code = entries.get("program/code/__torch__.py").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(new String(code, StandardCharsets.UTF_8)).isEqualTo(TEXT);
    assertThat(entries).containsEntry("program/version", "3\n");
    assertThat(entries).containsEntry("program/byteorder", "little");
  }

  @Test
  void entriesAreStoredAsLibtorchMapsThem(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("program.pt");
    Files.write(file, ProgramArchive.of(TEXT.repeat(100)));
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.stream())
          .hasSize(5)
          .allSatisfy(
              entry -> {
                assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
                assertThat(entry.getCompressedSize()).isEqualTo(entry.getSize());
              });
    }
  }

  @Test
  void bytesDependOnTheTextAlone() {
    TimeZone here = TimeZone.getDefault();
    byte[] first = ProgramArchive.of(TEXT);
    try {
      for (String zone : new String[] {"Pacific/Auckland", "America/Anchorage", "UTC"}) {
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        assertThat(ProgramArchive.of(TEXT)).as(zone).isEqualTo(first);
      }
    } finally {
      TimeZone.setDefault(here);
    }
    assertThat(ProgramArchive.of(TEXT + " ")).isNotEqualTo(first);
  }
}
