package org.tributary.model;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;
import org.tributary.fixture.WithOneDnn;

/** The same results if oneDNN computes every linear layer, with the backward pass of linear.py. */
@ExtendWith(WithOneDnn.class)
class OneDnnModelsTest {
  @Nested
  class Golden extends ModelGoldenTest {}

  @Nested
  class GoldenVision extends VisionGoldenTest {}

  @Nested
  class Adapters extends LoraTest {}

  @Nested
  class AdaptersOfDecoders extends DecoderLoraTest {}

  @Nested
  class Rows extends PackedRowsTest {}
}
