package org.tributary.executor;

import org.tributary.error.Trouble;

/**
 * Finds the GPU of libtorch for an address from Spark. Discovery scripts list numbers or UUIDs of
 * GPUs and MIG devices ({@code GPU-...}, {@code MIG-...}). libtorch numbers the GPUs that the
 * process sees, from 0. CUDA_VISIBLE_DEVICES relates the two.
 *
 * @param address as Spark gives it to a task
 * @param visible CUDA_VISIBLE_DEVICES of the process; null or empty if all GPUs are seen
 * @param gpus the number of GPUs that libtorch sees
 */
record GpuAddress(String address, String visible, int gpus) {
  /**
   * The number of the GPU in libtorch.
   *
   * @throws Trouble if libtorch sees no GPU, or several and the address does not identify one
   */
  int ordinal() throws Trouble {
    if (gpus == 0) {
      throw new Trouble(
          "Spark gave a task GPU %s, but libtorch on that machine sees none: executors need libtorch for CUDA"
                  .formatted(address)
              + " (PYTORCH_LIBRARY_PATH, PYTORCH_FLAVOR) and the driver of the GPU; or do not ask for GPUs"
              + " (spark.task.resource.gpu.amount)",
          null);
    }
    int place = place();
    if (place >= 0 && place < gpus) {
      return place;
    }
    if (gpus == 1) {
      return 0; // the only one that the process sees, whatever its address is
    }
    throw new Trouble(
        "Spark gave a task GPU %s, which is not one of the %d that libtorch sees: name it in CUDA_VISIBLE_DEVICES of the executors, or let each executor see one GPU"
            .formatted(address, gpus),
        null);
  }

  private int place() {
    if (visible == null || visible.isBlank()) {
      return address.matches("[0-9]{1,4}") ? Integer.parseInt(address) : -1;
    }
    String[] names = visible.split(",");
    for (int i = 0; i < names.length; i++) {
      String name = names[i].strip();
      // CUDA accepts the start of a UUID for the whole UUID.
      boolean begins = name.matches("(GPU|MIG)-.+") && address.startsWith(name);
      if (name.equals(address) || begins) {
        return i;
      }
    }
    return -1;
  }
}
