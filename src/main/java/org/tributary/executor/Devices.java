package org.tributary.executor;

import ai.djl.Device;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.tributary.error.Trouble;
import org.tributary.torch.Torch;

/**
 * Chooses the device of a task: the GPU that Spark gave it; with a local master, where Spark
 * assigns no GPUs, a GPU that no other task of this JVM uses; otherwise the CPU.
 */
public final class Devices {
  private Devices() {}

  /**
   * Created when the first task asks, so that a libtorch that does not load is reported as such.
   */
  private static final class Local {
    static final BlockingQueue<Device> GPUS = localGpus();
  }

  /**
   * A device that a task uses until it is done.
   *
   * @param device where to compute
   * @param own whether it must be returned
   */
  public record BorrowedDevice(Device device, boolean own) implements AutoCloseable {
    @Override
    public void close() {
      if (own) {
        Local.GPUS.add(device);
      }
    }
  }

  /**
   * Takes a device for a task.
   *
   * @return to be closed when the task is done
   * @throws InterruptedException if the task is killed while waiting for a GPU
   * @throws Trouble if libtorch does not see the GPU that Spark gave the task
   */
  public static BorrowedDevice borrow() throws InterruptedException, Trouble {
    TaskContext task = TaskContext.get();
    ResourceInformation gpu = task == null ? null : task.resourcesJMap().get("gpu");
    if (gpu != null) {
      GpuAddress address =
          new GpuAddress(gpu.addresses()[0], System.getenv("CUDA_VISIBLE_DEVICES"), Torch.gpus());
      return new BorrowedDevice(Device.gpu(address.ordinal()), false);
    }
    boolean local = SparkEnv.get().conf().get("spark.master", "").startsWith("local[");
    if (local && Torch.gpus() > 0) {
      return new BorrowedDevice(Local.GPUS.take(), true);
    }
    return new BorrowedDevice(Device.cpu(), false);
  }

  private static BlockingQueue<Device> localGpus() {
    BlockingQueue<Device> gpus = new LinkedBlockingQueue<>();
    for (int i = 0; i < Torch.gpus(); i++) {
      gpus.add(Device.gpu(i));
    }
    return gpus;
  }
}
