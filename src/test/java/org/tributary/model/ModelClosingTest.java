package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tributary.fixture.MemoryWatch;
import org.tributary.fixture.TinyBert;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** A model leaves nothing in the engine, whether it was closed or its creation failed. */
class ModelClosingTest {
  @BeforeEach
  void prepare() {
    Torch.prepareThread(1);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void whatFailsToLoadLeavesNothingBehind(Precision precision) throws IOException {
    try (TinyBert bert = new TinyBert()) {
      Map<String, HostTensor> weights = new TreeMap<>(bert.weights());
      weights.put("~last", new HostTensor(DType.BOOL, new long[] {1}, ByteBuffer.allocate(1)));
      int before = MemoryWatch.roots();
      assertThatThrownBy(
              () ->
                  new Model(bert.architecture(), weights, Map.of(), Device.cpu(), precision)
                      .close())
          .hasMessage("a weight of type BOOL");
      assertThat(MemoryWatch.roots()).as("managers that are open").isEqualTo(before);
    }
  }

  @Test
  void aViewClosesWhatIsItsOwnAndItsModelTheRest() throws IOException {
    int before = MemoryWatch.roots();
    try (TinyBert bert = new TinyBert()) {
      Model model = bert.model();
      int open = MemoryWatch.roots();
      assertThat(open).isGreaterThan(before);
      Model view = model.withScaling(2);
      assertThat(MemoryWatch.roots()).isEqualTo(open + 1);
      view.close();
      assertThat(MemoryWatch.roots()).isEqualTo(open);
      model.close();
    }
    assertThat(MemoryWatch.roots()).isEqualTo(before);
  }
}
