package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Memory of reads is used again, but never while someone may still read it. */
class ReadBuffersTest {
  private final ReadBuffers buffers = new ReadBuffers();

  @Test
  void anArrayIsLentAgainOnlyAfterItWasTakenBack() {
    byte[] one = buffers.lend(8);
    byte[] two = buffers.lend(8);
    assertThat(two).isNotSameAs(one);
    buffers.takeBack();
    assertThat(buffers.lend(16)).hasSize(16);
    byte[] again = buffers.lend(8);
    assertThat(again == one || again == two).isTrue();
    assertThat(buffers.lend(8)).isNotSameAs(again);
    buffers.takeBack();
    buffers.takeBack();
    byte[] fresh = buffers.lend(8);
    assertThat(fresh == one || fresh == two)
        .as("dropped, as a piece of work did not use it")
        .isFalse();
  }

  @Test
  void whatIsKeptIsCopiedOnlyIfItMayLieInALentArray() {
    HostTensor own = HostTensor.of(new float[] {1, 2}, 2);
    assertThat(buffers.kept(own)).isSameAs(own);
    byte[] array = buffers.lend(8);
    for (ByteBuffer view :
        new ByteBuffer[] {ByteBuffer.wrap(array), ByteBuffer.wrap(array).asReadOnlyBuffer()}) {
      HostTensor kept = buffers.kept(new HostTensor(DType.F32, new long[] {2}, view));
      array[0] = 1;
      assertThat(kept.data().get(0)).isZero();
      array[0] = 0;
    }
  }

  @Test
  void aReaderReadsTheSameIntoUsedMemory(@TempDir java.nio.file.Path folder) throws Exception {
    Store store = Store.of(new Configuration());
    Path file = new Path(folder.resolve("x.safetensors").toUri());
    Map<String, HostTensor> tensors =
        Map.of(
            "a", HostTensor.of(new float[] {1, 2, 3}, 3),
            "b", HostTensor.of(new float[] {4, 5, 6}, 3));
    store.commit(file, SafeTensors.content(tensors, Map.of()));
    Map<String, HostTensor> kept = new HashMap<>();
    try (SafeTensors.Reader reader = SafeTensors.open(store, file, buffers)) {
      for (String name : tensors.keySet()) {
        kept.put(name, buffers.kept(reader.tensor(name)));
        buffers.takeBack();
      }
    }
    tensors.forEach(
        (name, tensor) -> assertThat(kept.get(name).toFloats()).isEqualTo(tensor.toFloats()));
  }
}
