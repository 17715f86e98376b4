package org.tributary.client;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import java.lang.reflect.Field;
import java.util.Map;
import org.tributary.torch.Machine;

/** Counts what the engine holds. */
final class MemoryWatch {
  private MemoryWatch() {}

  /**
   * At one moment.
   *
   * @param arrays of a manager and all below it
   * @param resident bytes of the process
   */
  record Reading(int arrays, long resident) {}

  static Reading read(NDManager manager) {
    System.gc();
    return new Reading(arrays(manager), Machine.residentMemoryBytes());
  }

  /** Arrays of a manager and of the managers made from it. */
  static int arrays(NDManager manager) {
    int count = ((BaseNDManager) manager).getManagedArrays().size();
    for (Object resource : resources(manager).values()) {
      if (resource instanceof NDManager below) {
        count += arrays(below);
      }
    }
    return count;
  }

  private static Map<?, ?> resources(NDManager manager) {
    try {
      Field field = BaseNDManager.class.getDeclaredField("resources");
      field.setAccessible(true);
      return (Map<?, ?>) field.get(manager);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("DJL names its resources otherwise", e);
    }
  }
}
