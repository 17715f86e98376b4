package org.tributary.client;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;
import org.tributary.fixture.WithWidening;

/** Runs in bfloat16 stay close to float32, and backward modes equal, if every layer is widened. */
@ExtendWith(WithWidening.class)
class WidenedStepsTest {
  @Nested
  class Losses extends PrecisionGoldenTest {}

  @Nested
  class Backward extends BackwardModeTest {}
}
