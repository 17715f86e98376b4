package org.tributary.optim;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;
import org.tributary.fixture.WithOneDnn;

/** The same steps if oneDNN computes every projection of GaLore. */
@ExtendWith(WithOneDnn.class)
class OneDnnOptimizersTest {
  @Nested
  class Golden extends GaLoreGoldenTest {}

  @Nested
  class Properties extends GaLoreTest {}
}
