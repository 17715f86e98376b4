package org.tributary.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Intervals compared with published values and values computed with scipy 1.15. */
class EstimateTest {
  /** Newcombe 1998, table I: 81 of 263, Wilson 0.2553 to 0.3662. */
  @Test
  void wilsonIsAsPublished() {
    double[] ends = Estimate.wilson(81 / 263.0, 263, 0.95);
    assertThat(ends[0]).isCloseTo(0.2553, within(5e-5));
    assertThat(ends[1]).isCloseTo(0.3662, within(5e-5));
  }

  /** Newcombe 1998, table I: 0 of 20 gives 0 to 0.1611. */
  @Test
  void wilsonStaysWithinZeroAndOne() {
    assertThat(Estimate.wilson(0, 20, 0.95)[0]).isZero();
    assertThat(Estimate.wilson(0, 20, 0.95)[1]).isCloseTo(0.1611, within(5e-5));
    assertThat(Estimate.wilson(1, 20, 0.95)[1]).isEqualTo(1);
  }

  /** scipy.stats.t.interval(0.95, 2, 0.4, sem([0.3, 0.4, 0.5])): 0.4 ± 4.302653 * 0.1 / sqrt(3). */
  @Test
  void studentIsOverTheSeeds() {
    Estimate estimate = Estimate.of(List.of(0.3, 0.4, 0.5), true, 1000);
    assertThat(estimate.mean()).isCloseTo(0.4, within(1e-12));
    assertThat(estimate.deviation()).isCloseTo(0.1, within(1e-12));
    assertThat(estimate.low()).isCloseTo(0.4 - 0.2484138, within(1e-6));
    assertThat(estimate.high()).isCloseTo(0.4 + 0.2484138, within(1e-6));
  }

  @Test
  void equalSeedsShowNoUncertainty() {
    assertThat(Estimate.of(List.of(0.4, 0.4), true, 1000).hasInterval()).isFalse();
  }

  @Test
  void oneLossHasNoInterval() {
    Estimate estimate = Estimate.of(List.of(2.5), false, 1000);
    assertThat(estimate.hasInterval()).isFalse();
    assertThat(estimate.deviation()).isNaN();
  }

  @Test
  void nothingIsNoNumber() {
    assertThat(Estimate.of(List.of(), true, 1000).mean()).isNaN();
  }
}
