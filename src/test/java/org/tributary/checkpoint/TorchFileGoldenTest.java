package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;
import org.tributary.protocol.HostTensor;

/**
 * Files that torch.save wrote, in its zip format and the one before, have the tensors that
 * safetensors wrote: views of one storage, transposed and expanded ones, with offsets, all types.
 */
class TorchFileGoldenTest {
  private static final Path FILES = Path.of(System.getProperty("golden"), "torch_files");

  @TempDir Path disk;
  private final Store store = Store.of(new Configuration(false));

  @BeforeEach
  void need() {
    assumeTrue(Files.isDirectory(FILES), () -> "no such cases in " + FILES);
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }

  private static Map<String, HostTensor> expected() throws IOException {
    return SafeTensors.map(FILES.resolve("expected.safetensors"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip.bin", "legacy.bin", "protocol4.bin"})
  void tensorsAreThoseOfSafetensors(String name) throws IOException {
    Map<String, HostTensor> found = SafeTensors.read(store, hadoop(FILES.resolve(name))).tensors();
    assertThat(found.keySet()).isEqualTo(expected().keySet());
    expected()
        .forEach((tensor, value) -> assertThat(found.get(tensor)).as(tensor).isEqualTo(value));
  }

  /** A part of a transposed matrix, as the pieces in which large tensors are copied. */
  @ParameterizedTest
  @ValueSource(strings = {"zip.bin", "legacy.bin"})
  void everyRangeIsThatOfTheWhole(String name) throws IOException {
    try (SafeTensors.Reader reader = SafeTensors.open(store, hadoop(FILES.resolve(name)))) {
      for (var tensor : expected().entrySet()) {
        int size = tensor.getValue().dtype().bytes();
        long elements = tensor.getValue().elements();
        for (long from = 0; from < elements; from += 3) {
          long to = Math.min(elements, from + 3);
          assertThat(reader.range(tensor.getKey(), from, to))
              .as("%s from %d", tensor.getKey(), from)
              .isEqualTo(
                  tensor.getValue().data().slice((int) from * size, (int) (to - from) * size));
        }
      }
    }
  }

  private Path model(String... files) throws IOException {
    Path folder = Files.createTempDirectory(disk, "model");
    Files.writeString(folder.resolve("config.json"), "{}");
    for (String file : files) {
      String[] names = file.split("=");
      Files.copy(FILES.resolve(names[1]), folder.resolve(names[0]));
    }
    return folder;
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip.bin", "legacy.bin"})
  void aFolderIsReadMappedAndWrittenAsSafetensors(String name) throws IOException {
    Path folder = model("pytorch_model.bin=" + name);
    HuggingFaceFolder model = HuggingFaceFolder.open(store, hadoop(folder));
    assertThat(model.tensors().keySet()).isEqualTo(expected().keySet());
    assertThat(model.tensor("transposed")).isEqualTo(expected().get("transposed"));
    assertThat(new LinkedHashMap<>(model.map(disk.resolve("staging")))).isEqualTo(expected());
    Path written = disk.resolve("written-" + name);
    ModelEdit.none().write(store, model, hadoop(written));
    assertThat(written.resolve("pytorch_model.bin")).doesNotExist();
    assertThat(SafeTensors.map(written.resolve("model.safetensors"))).isEqualTo(expected());
  }

  @Test
  void shardsAreReadByTheirIndexAndWrittenUnderNewNames() throws IOException {
    Map<String, HostTensor> all = expected();
    Path folder =
        model(
            "pytorch_model-00001-of-00002.bin=zip.bin",
            "pytorch_model-00002-of-00002.bin=other.bin");
    StringBuilder index =
        new StringBuilder("{\"metadata\": {\"total_size\": 1}, \"weight_map\": {");
    all.keySet()
        .forEach(
            tensor ->
                index.append("\"%s\": \"pytorch_model-00001-of-00002.bin\", ".formatted(tensor)));
    index.append("\"other\": \"pytorch_model-00002-of-00002.bin\"}}");
    Files.writeString(folder.resolve("pytorch_model.bin.index.json"), index);
    HuggingFaceFolder model = HuggingFaceFolder.open(store, hadoop(folder));
    assertThat(model.tensors()).hasSize(all.size() + 1);
    Path written = disk.resolve("shards");
    ModelEdit.none().write(store, model, hadoop(written));
    assertThat(written.resolve("model-00002-of-00002.safetensors")).exists();
    assertThat(Files.readString(written.resolve("model.safetensors.index.json")))
        .contains("model-00001-of-00002.safetensors")
        .doesNotContain("bin");
    HuggingFaceFolder again = HuggingFaceFolder.open(store, hadoop(written));
    assertThat(again.weights()).containsAllEntriesOf(all).hasSize(all.size() + 1);
  }

  @Test
  void safetensorsComeFirst() throws IOException {
    Path folder = model("pytorch_model.bin=training.bin", "model.safetensors=expected.safetensors");
    assertThat(HuggingFaceFolder.open(store, hadoop(folder)).tensors()).hasSize(expected().size());
  }

  @Test
  void aTrainingStateIsRefused() throws IOException {
    Path folder = model("pytorch_model.bin=training.bin");
    assertThatThrownBy(() -> HuggingFaceFolder.open(store, hadoop(folder)).tensors())
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("pytorch_model.bin: has entries that are no tensors: ")
        .hasMessageContaining("epoch")
        .hasMessageContaining("save_pretrained");
  }

  /** Wherever a file ends, it is refused in one sentence. */
  @ParameterizedTest
  @ValueSource(strings = {"zip.bin", "legacy.bin"})
  void aFileThatEndsEarlyIsRefused(String name) throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve(name));
    for (int length = 0; length < whole.length; length += 1 + whole.length / 60) {
      Path cut = disk.resolve("cut%d.bin".formatted(length));
      Files.write(cut, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> SafeTensors.open(store, hadoop(cut)))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining(cut.getFileName().toString());
    }
  }
}
