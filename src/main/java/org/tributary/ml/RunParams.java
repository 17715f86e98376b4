package org.tributary.ml;

import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Identifiable;

/**
 * The seed, the folder of all files, and further keys of {@code train}.
 *
 * @param <T> the stage, which setters return
 */
public interface RunParams<T> extends Params {
  /**
   * The params, made for one stage.
   *
   * @param seed seed of everything random
   * @param work folder of partitions and runs, a URI or path that all executors reach; fit resumes
   *     there
   * @param config YAML text with further keys of train, such as client: {clip: 1.0}
   */
  record Runs(LongParam seed, Param<String> work, Param<String> config) {
    static Runs of(Identifiable stage) {
      return new Runs(
          new LongParam(stage, "seed", "seed of everything random"),
          new Param<>(
              stage,
              "workDir",
              "folder of partitions and runs, a URI or path that all executors reach; fit resumes there"),
          new Param<>(
              stage,
              "config",
              "YAML text with further keys of train, such as client: {clip: 1.0}"));
    }
  }

  /** The params of this stage. */
  Runs runs();

  /** Param: seed of everything random. */
  default LongParam seed() {
    return runs().seed();
  }

  /** Seed of everything random. */
  default long getSeed() {
    return (Long) getOrDefault(seed());
  }

  /** Sets the seed of everything random. */
  @SuppressWarnings("unchecked")
  default T setSeed(long value) {
    return (T) set(seed(), (Object) value);
  }

  /**
   * Param: folder of partitions and runs, a URI or path that all executors reach; fit resumes
   * there.
   */
  default Param<String> workDir() {
    return runs().work();
  }

  /** Folder of partitions and runs, a URI or path that all executors reach; fit resumes there. */
  default String getWorkDir() {
    return getOrDefault(workDir());
  }

  /**
   * Sets the folder of partitions and runs, a URI or path that all executors reach; fit resumes
   * there.
   */
  @SuppressWarnings("unchecked")
  default T setWorkDir(String value) {
    return (T) set(workDir(), value);
  }

  /** Param: YAML text with further keys of train, such as client: {clip: 1.0}. */
  default Param<String> config() {
    return runs().config();
  }

  /** YAML text with further keys of train, such as client: {clip: 1.0}. */
  default String getConfig() {
    return getOrDefault(config());
  }

  /** Sets the YAML text with further keys of train, such as client: {clip: 1.0}. */
  @SuppressWarnings("unchecked")
  default T setConfig(String value) {
    return (T) set(config(), value);
  }
}
