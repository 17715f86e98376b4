package org.tributary.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers are cast from type to type, and bfloat16 can enter the engine. */
class CastsTest {
  @BeforeAll
  static void prepare() {
    Torch.prepareThread(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bfloat16BytesAreTheUpperHalvesOfFloat32(boolean direct) {
    // More than one chunk of the copy, and not a multiple of its size.
    int n = (1 << 23) + 3;
    ByteBuffer bytes = direct ? ByteBuffer.allocateDirect(2 * n) : ByteBuffer.allocate(2 * n);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < n; i++) {
      bytes.putShort((short) (i * 31 % 0x7F00));
    }
    bytes.flip();
    try (Casts casts = new Casts(Device.cpu());
        NDManager manager = Torch.manager(Device.cpu())) {
      NDArray narrow = casts.bfloat16(manager, bytes, n);
      float[] wide = casts.to(manager, narrow, DataType.FLOAT32).toFloatArray();
      assertThat(wide).hasSize(n);
      for (int i = 0; i < n; i++) {
        if (Float.floatToRawIntBits(wide[i]) != (bytes.getShort(2 * i) & 0xFFFF) << 16) {
          assertThat(wide[i]).as("place %d", i).isEqualTo(bytes.getShort(2 * i));
        }
      }
    }
  }

  @Test
  void castsRoundToTheNearest() {
    try (Casts casts = new Casts(Device.cpu());
        NDManager manager = Torch.manager(Device.cpu())) {
      NDArray x = Program.name("some", "name", manager.create(new float[] {1.003f, 1.005f, -2}));
      NDArray narrow = casts.to(manager, x, DataType.BFLOAT16);
      assertThat(casts.to(manager, narrow, DataType.FLOAT32).toFloatArray())
          .containsExactly(1, 1.0078125f, -2);
      assertThat(x.getName()).isEqualTo("some.name");
    }
  }
}
