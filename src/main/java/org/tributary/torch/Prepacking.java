package org.tributary.torch;

import ai.djl.Device;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.tributary.error.WrongInput;

/**
 * Whether a library keeps copies of weights in its own order for products of few rows, as in
 * generation: MKL, or oneDNN where it computes large products ({@link OneDnn}). A libtorch of one's
 * own may have neither.
 */
public final class Prepacking {
  /** The system property that switches it off with {@code never}, for measurements. */
  public static final String SETTING = "tributary.prepacking";

  private static final String PROBE =
      """
      class Program(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool

        def probe(self: __torch__.Program, w: Tensor) -> Dict[str, Tensor]:
          return {"y": __torch__.by_prepacked(w, __torch__.prepack(w, 1), w, None, 1)}
      """;

  private static final Map<String, Boolean> COMPILES = new ConcurrentHashMap<>();

  private Prepacking() {}

  /**
   * The functions {@code prepacks}, {@code prepack} and {@code by_prepacked} of programs.
   *
   * @throws WrongInput if the property has another value
   */
  static String text() {
    String own =
        ProgramText.of(
            Prepacking.class,
            OneDnn.least().isPresent() ? "prepacked_onednn.py" : "prepacked_mkl.py");
    String set = System.getProperty(SETTING, "");
    if (!set.isEmpty() && !set.equals("never")) {
      throw new WrongInput("%s: %s is not never; correct or remove it".formatted(SETTING, set));
    }
    return set.isEmpty() && COMPILES.computeIfAbsent(own, Prepacking::compiles)
        ? own
        : ProgramText.of(Prepacking.class, "prepacked.py");
  }

  private static boolean compiles(String text) {
    try (Program probe = Program.load(text + PROBE, Device.cpu())) {
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
