package org.tributary.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.pytorch.jni.JniUtils;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.tributary.fixture.Slow;
import org.tributary.torch.Torch;

/** The first product with ND4J leaves the number of threads of libtorch's operators as it is. */
@Slow
class GemmThreadsTest {
  /** Prints the number of threads before and after the first product, in a JVM of its own. */
  public static final class First {
    private First() {}

    public static void main(String[] args) {
      Torch.prepareThread(1);
      int before = JniUtils.getNumThreads();
      Gemm.product(1, 1, new float[] {3}, new float[] {2});
      System.out.println("threads " + before + " " + JniUtils.getNumThreads());
    }
  }

  @Test
  void theFirstProductOfAJvmLeavesThemAlone() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java, "-cp", System.getProperty("java.class.path"), First.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(out).contains("threads 1 1");
  }
}
