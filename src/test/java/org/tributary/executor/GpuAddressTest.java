package org.tributary.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.error.Trouble;

class GpuAddressTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0; ; 4; 0",
        "3; ; 4; 3",
        "5; ; 1; 0",
        "7; 5,7; 2; 1",
        "GPU-8f6a-11; GPU-1b,GPU-8f6a; 2; 1",
        "MIG-41b3; ; 1; 0",
        "MIG-GPU-8f6a/1/0; MIG-GPU-8f6a/0/0, MIG-GPU-8f6a/1/0; 2; 1"
      })
  void theOneThatLibtorchCountsThere(String address, String visible, int gpus, int ordinal)
      throws Exception {
    assertThat(new GpuAddress(address, visible, gpus).ordinal()).isEqualTo(ordinal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"4; ; 4", "GPU-8f6a; ; 2", "1; 2,3; 2", "99999999999; ; 2"})
  void noneIsGuessed(String address, String visible, int gpus) {
    assertThatThrownBy(() -> new GpuAddress(address, visible, gpus).ordinal())
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("GPU " + address)
        .hasMessageContaining("CUDA_VISIBLE_DEVICES");
  }

  @Test
  void aLibtorchWithoutCudaIsTold() {
    assertThatThrownBy(() -> new GpuAddress("0", null, 0).ordinal())
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("sees none")
        .hasMessageContaining("spark.task.resource.gpu.amount");
  }
}
