package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.TinyBert;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.Model;
import org.tributary.model.Precision;
import org.tributary.optim.AdamSettings;
import org.tributary.optim.OptimizerSettings;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;
import org.tributary.protocol.Role;
import org.tributary.text.ClassificationSet;
import org.tributary.text.TextExamples;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Torch;

/**
 * RoBERTa's positions depend on the id of the padding token, which a text may contain. So the id
 * keeps its number when a client trains only the rows of the embedding that its texts use.
 */
class PaddingTokenTest {
  private static final String NAME = "roberta.embeddings.word_embeddings.weight";
  private static final List<String> TEXTS =
      List.of("asthma <pad> of the lungs", "<pad>", "a cold", "rest <pad><pad> and fluids");

  /** A rule that adds zero to the gradient of the whole matrix, so that all of it is trained. */
  private static LocalRule whole() {
    return new LocalRule() {
      @Override
      public Map<String, HostTensor> drift(Map<String, HostTensor> start) {
        long[] shape = start.get(NAME).shape();
        return Map.of(NAME, HostTensor.of(new float[(int) HostTensor.elements(shape)], shape));
      }
    };
  }

  @Test
  void usedRowsAloneGiveTheBitsOfTheWholeMatrix() throws IOException {
    Torch.prepareThread(1);
    Path golden = GoldenCases.of("roberta");
    Map<String, HostTensor> weights =
        new TreeMap<>(SafeTensors.map(golden.resolve("model.safetensors")));
    Architecture architecture =
        Architectures.of(
            JSON.readTree(golden.resolve("config.json").toFile()), weights.keySet(), null);
    OptimizerSettings adam =
        new OptimizerSettings("adamw", new AdamSettings(0.9, 0.95, 1e-8), 0, 7);
    Recipe recipe =
        new Recipe(
            7,
            1,
            5,
            0,
            3,
            1,
            Double.POSITIVE_INFINITY,
            adam,
            "constant",
            1e-2,
            0,
            false,
            BackwardMode.WHOLE);
    byte[] json = Files.readAllBytes(golden.resolve("tokenizer.json"));
    try (Tokenizer tokens = Tokenizer.of(json, "tokenizer.json", 32);
        NDManager manager = Torch.manager(Device.cpu());
        Model model = new Model(architecture, weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      assertThat(tokens.ids(TEXTS.get(0))).contains(architecture.padToken());
      ClassificationSet rows = new ClassificationSet(TEXTS, new int[] {0, 1, 2, 0});
      Assignment assignment =
          new Assignment(
              "a",
              0,
              new TextExamples(rows, tokens, architecture.padToken()),
              TinyBert.plan(weights, Role.TRAVELS),
              weights,
              Map.of());
      TrainingResult few =
          new LocalTraining(model, recipe, LocalRule.NONE)
              .train(assignment, manager, StepListener.NONE);
      TrainingResult all =
          new LocalTraining(model, recipe, whole()).train(assignment, manager, StepListener.NONE);
      assertThat(few.facts().optimizerBytes()).isLessThan(all.facts().optimizerBytes());
      assertThat(few.tensors()).isEqualTo(all.tensors());
      assertThat(few.facts().lossMean()).isEqualTo(all.facts().lossMean());
    }
  }
}
