package org.tributary.client;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;
import org.tributary.fixture.Slow;
import org.tributary.fixture.WithOneDnn;

/** Training steps keep their bits and their memory if oneDNN computes every linear layer. */
@Slow
@ExtendWith(WithOneDnn.class)
class OneDnnStepsTest {
  @Nested
  class Backward extends BackwardModeTest {}

  @Nested
  class Memory extends LocalTrainingMemoryTest {}
}
