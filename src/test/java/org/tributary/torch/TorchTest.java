package org.tributary.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory is copied into the engine and back without a changed bit. */
class TorchTest {
  private NDManager manager;

  @BeforeEach
  void open() {
    Torch.prepareThread(1);
    manager = Torch.manager(Device.cpu());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static ByteBuffer random(int bytes, boolean direct) {
    ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
    buffer.order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom random = new SplittableRandom(bytes);
    while (buffer.remaining() >= 4) {
      buffer.putFloat((float) random.nextDouble());
    }
    return buffer.flip();
  }

  @Test
  void copiesOfHeapAndDirectMemoryComeBack() {
    for (boolean direct : new boolean[] {true, false}) {
      ByteBuffer bytes = random(3 * 5 * 4, direct);
      NDArray array = Torch.copy(manager, bytes, DataType.FLOAT32, 3, 5);
      assertThat(array.getShape()).isEqualTo(new Shape(3, 5));
      assertThat(array.get(1, 2).getFloat()).isEqualTo(bytes.getFloat(4 * 7));
      assertThat(Torch.bytes(array)).isEqualTo(bytes);
      assertThat(bytes.position()).isZero();
    }
  }

  @Test
  void aCopyIsItsOwn() {
    ByteBuffer bytes = random(16, true);
    float before = bytes.getFloat(0);
    NDArray array = Torch.copy(manager, bytes, DataType.FLOAT32, 4);
    bytes.putFloat(0, -1);
    assertThat(Torch.bytes(array).getFloat(0)).isEqualTo(before);
  }

  @Test
  void scalarsAndWholeNumbersComeBack() {
    assertThat(Torch.bytes(manager.create(2.5f)).getFloat()).isEqualTo(2.5f);
    long[] values = {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE};
    long[] back = new long[4];
    Torch.bytes(manager.create(values)).asLongBuffer().get(back);
    assertThat(back).isEqualTo(values);
  }

  @Test
  void aTransposedArrayComesBackRowMajor() {
    NDArray array = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3)).transpose();
    float[] back = new float[6];
    Torch.bytes(array).asFloatBuffer().get(back);
    assertThat(back).containsExactly(1, 4, 2, 5, 3, 6);
  }

  @Test
  void moreThanOneChunkComesBackAndLeavesNoArrays() {
    int elements = (1 << 24) + 3;
    ByteBuffer bytes = random(elements * 4, true);
    NDArray array = Torch.view(manager, bytes, DataType.FLOAT32, elements);
    int arrays = ((BaseNDManager) manager).getManagedArrays().size();
    ByteBuffer back = Torch.bytes(array);
    assertThat(back.remaining()).isEqualTo(elements * 4);
    // Not assertThat(..).isEqualTo: a failure would print both values.
    assertThat(back.mismatch(bytes)).isEqualTo(-1);
    assertThat(((BaseNDManager) manager).getManagedArrays()).hasSize(arrays);
  }

  @Test
  void aReadOnlyMapIsSeenWithoutACopyAndOutlivesItsChannel(@TempDir Path dir) throws IOException {
    ByteBuffer bytes = random(64, false);
    Path file = dir.resolve("weights");
    Files.write(file, bytes.array());
    NDArray array;
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer map = channel.map(FileChannel.MapMode.READ_ONLY, 0, 64);
      array = Torch.view(manager, map, DataType.FLOAT32, 4, 4);
    }
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    assertThat(Torch.bytes(array)).isEqualTo(bytes);
    assertThat(array.sum().getFloat()).isPositive();
  }

  @Test
  void aViewBeginsAtTheBuffersPosition() {
    ByteBuffer bytes = random(32, true);
    NDArray array = Torch.view(manager, bytes.position(12), DataType.FLOAT32, 5);
    assertThat(Torch.bytes(array)).isEqualTo(bytes);
    assertThat(bytes.position()).isEqualTo(12);
  }

  @Test
  void aViewSharesMemory() {
    ByteBuffer bytes = random(16, true);
    NDArray array = Torch.view(manager, bytes, DataType.FLOAT32, 4);
    bytes.putFloat(0, 42);
    assertThat(array.getFloat(0)).isEqualTo(42);
  }

  @Test
  void theProcessorTellsWhetherItMultipliesFastInBfloat16() {
    assertThat(Machine.bfloat16("AuthenticAMD", Set.of("avx2", "fma", "avx512f")))
        .isEqualTo("none");
    Set<String> wide = Set.of("avx512f", "avx512_bf16");
    assertThat(Machine.bfloat16("AuthenticAMD", wide)).isEqualTo("AVX512-BF16");
    assertThat(Machine.bfloat16("GenuineIntel", wide)).isEqualTo("none");
    Set<String> tiles = Set.of("avx512_bf16", "amx_tile", "amx_bf16");
    assertThat(Machine.bfloat16("GenuineIntel", tiles)).isEqualTo("AMX");
    assertThat(Machine.bfloat16()).isIn("none", "AVX512-BF16", "AMX");
  }

  @Test
  void theMachineTellsItsMemory() {
    long resident = Machine.residentMemoryBytes();
    assertThat(resident).isBetween(1L << 24, 1L << 40);
    assertThat(Machine.peakMemoryBytes()).isGreaterThanOrEqualTo(resident / 2);
    assertThat(Machine.cpuCapability()).isNotBlank();
    assertThat(Torch.version()).startsWith("2.");
  }
}
