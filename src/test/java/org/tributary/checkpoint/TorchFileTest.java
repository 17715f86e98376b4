package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.razorvine.pickle.Unpickler;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;

/** Pickles that have more than tensors are refused by name, and nothing in them runs. */
class TorchFileTest {
  /** A state_dict with one tensor w [2, 2] of the storage 0. */
  private static final String TENSOR =
      "\u0080\u0002}X\u0001\0\0\0wctorch._utils\n_rebuild_tensor_v2\n("
          + "(X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\0000X\u0003\0\0\0cpuK\u0004tQ"
          + "K\0K\u0002K\u0002\u0086K\u0002K\u0001\u0086\u0089ccollections\nOrderedDict\n)RtRs.";

  @TempDir Path disk;
  private final Store store = Store.of(new Configuration(false));

  private Path zip(String pickle, int storage) throws IOException {
    Path file = disk.resolve("pytorch_model.bin");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      entry(zip, "archive/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
      entry(zip, "archive/data/0", new byte[storage]);
    }
    return file;
  }

  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
  }

  private void refused(Path file, String part) {
    assertThatThrownBy(() -> SafeTensors.open(store, new org.apache.hadoop.fs.Path(file.toUri())))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("pytorch_model.bin: ")
        .hasMessageContaining(part);
  }

  @Test
  void tensorsAreRead() throws IOException {
    try (SafeTensors.Reader reader =
        SafeTensors.open(store, new org.apache.hadoop.fs.Path(zip(TENSOR, 16).toUri()))) {
      assertThat(reader.tensor("w").shape()).containsExactly(2, 2);
    }
  }

  /** What a pickle can name to run code, in the ways in which it can name it. */
  @ParameterizedTest
  @CsvSource({
    "posix, system",
    "os, system",
    "builtins, eval",
    "__builtin__, getattr",
    "subprocess, Popen",
    "torch, load",
    "torch._utils, _rebuild_wrapper_subclass",
    "numpy, dtype",
    "collections, defaultdict",
    "java.lang, Runtime"
  })
  void anyOtherGlobalIsRefusedByName(String module, String name) throws IOException {
    String touch = "X\u0005\0\0\0touch";
    String plain = "\u0080\u0002c" + module + "\n" + name + "\n(" + touch + "tR.";
    refused(zip(plain, 16), "has a pickle that names %s.%s".formatted(module, name));
    String stacked =
        "\u0080\u0004\u008c%c%s\u008c%c%s\u0093("
                .formatted(module.length(), module, name.length(), name)
            + touch
            + "tR.";
    refused(zip(stacked, 16), "has a pickle that names %s.%s".formatted(module, name));
    refused(zip("\u0080\u0002(i" + module + "\n" + name + "\n.", 16), "the instruction 0x69");
  }

  /** Spark registers functions with the library that a pickle could otherwise call. */
  @Test
  void noRegisteredFunctionRuns() throws IOException {
    boolean[] ran = {false};
    Unpickler.registerConstructor("tributary.test", "run", arguments -> ran[0] = true);
    String call = "\u0080\u0002ctributary.test\nrun\n)R.";
    assertThat(new Unpickler().loads(call.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(true);
    ran[0] = false;
    refused(zip(call, 16), "has a pickle that names tributary.test.run");
    assertThat(ran[0]).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0080\u0002}X\u0001\0\0\0wK\u0001s.", // a number
        "\u0080\u0002]." // a list
      })
  void whatIsNoStateDictIsRefused(String pickle) throws IOException {
    assertThatThrownBy(
            () -> SafeTensors.open(store, new org.apache.hadoop.fs.Path(zip(pickle, 16).toUri())))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("save_pretrained");
  }

  @Test
  void placesOutsideAStorageAreRefused() throws IOException {
    refused(zip(TENSOR, 12), "storage 0 should have 4 elements of F32, 12 bytes are there");
    refused(
        zip(TENSOR.replace("K\0K\u0002K\u0002\u0086", "K\u0001K\u0002K\u0002\u0086"), 16),
        "a tensor that reaches to element 4 of a storage of 4");
    refused(
        zip(
            TENSOR.replace(
                "K\u0002K\u0001\u0086\u0089", "J\u00ff\u00ff\u00ff\u00ffK\u0001\u0086\u0089"),
            16),
        "has a tensor with the size or place -1");
    refused(zip(TENSOR.replace("FloatStorage", "QInt8Storage"), 16), "names torch.QInt8Storage");
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path file = disk.resolve("pytorch_model.bin");
    for (String content : new String[] {"", "no pickle", "\u0080\u0002K\u0001."}) {
      Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
      refused(file, "is not a file of torch.save");
    }
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    refused(file, "is a pointer of Git LFS");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      entry(zip, "other.txt", new byte[3]);
    }
    refused(file, "is a zip, but not one of torch.save");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(TENSOR.getBytes(StandardCharsets.ISO_8859_1));
    }
    refused(file, "in a form that torch does not write");
  }

  /** Damaged pickles end in a message, never in another error or a huge allocation. */
  @Test
  void damagedPicklesAreRefused() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 3000; i++) {
      StringBuilder pickle = new StringBuilder(TENSOR);
      for (int n = 0; n <= random.nextInt(3); n++) {
        pickle.setCharAt(random.nextInt(pickle.length()), (char) random.nextInt(256));
      }
      Path file = zip(pickle.toString(), 16);
      try (SafeTensors.Reader reader =
          SafeTensors.open(store, new org.apache.hadoop.fs.Path(file.toUri()))) {
        assertThat(reader.header()).isNotNull();
      } catch (WrongInput e) {
        assertThat(e).hasMessageContaining("pytorch_model.bin: ");
      }
    }
  }
}
