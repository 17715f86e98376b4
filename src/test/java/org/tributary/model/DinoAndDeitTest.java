package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.image.ImageProcessorConfig;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** What sets DeiT and DINOv2 apart from ViT. */
class DinoAndDeitTest {
  private static ObjectNode config(String golden) throws IOException {
    return (ObjectNode) JSON.readTree(GoldenCases.of(golden).resolve("config.json").toFile());
  }

  private static Map<String, HostTensor> weights(String golden) throws IOException {
    return SafeTensors.map(GoldenCases.of(golden).resolve("model.safetensors"));
  }

  /** The logits of transformers for images of other sizes than the learned positions are for. */
  @ParameterizedTest
  @CsvSource({"dinov2, 16", "dinov2, 32", "dinov2_swiglu, 16", "dinov2_swiglu, 32"})
  void positionsAreInterpolatedAsInTransformers(String golden, int side) throws IOException {
    Torch.prepareThread(1);
    Map<String, HostTensor> weights = new TreeMap<>(weights(golden));
    Architecture learned = Architectures.of(config(golden), weights.keySet(), null);
    Architecture other = learned.forImages(side, side);
    assertThat(other.image()).isEqualTo(new ImageShape(3, side, side));
    assertThat(other.weights().keySet()).isEqualTo(learned.weights().keySet());
    Map<String, HostTensor> golds =
        SafeTensors.map(GoldenCases.of(golden).resolve("side_" + side + ".safetensors"));
    weights.remove("dinov2.embeddings.mask_token");
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model = new Model(other, weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      HostTensor pixels = golds.get("pixel_values");
      NDArray images = Torch.copy(manager, pixels.data(), DataType.FLOAT32, pixels.shape());
      float[] found = model.logits(manager, List.of(), List.of(images)).toFloatArray();
      float[] expected = golds.get("logits").toFloats();
      for (int i = 0; i < expected.length; i++) {
        assertThat(found[i]).as("logit %d", i).isCloseTo(expected[i], within(1e-4f));
      }
    }
  }

  @Test
  void otherFamiliesKeepTheirSize() throws IOException {
    Architecture deit = Architectures.of(config("deit"), weights("deit").keySet(), null);
    assertThat(deit.forImages(64, 64)).isSameAs(deit);
  }

  @Test
  void theTwoHeadsOfADistilledDeitAreReplaced() throws IOException {
    Map<String, long[]> shapes = new HashMap<>();
    weights("deit").forEach((name, t) -> shapes.put(name, t.shape()));
    shapes.remove("classifier.weight");
    shapes.remove("classifier.bias");
    for (String head : List.of("cls_classifier", "distillation_classifier")) {
      shapes.put(head + ".weight", new long[] {4, 32});
      shapes.put(head + ".bias", new long[] {4});
    }
    Architecture deit = Architectures.of(config("deit"), shapes.keySet(), null);
    assertThatCode(() -> WeightNames.check("deit", deit, shapes)).doesNotThrowAnyException();
    assertThat(deit.isOfOtherHead("cls_classifier.weight")).isTrue();
    assertThat(deit.isOfOtherHead("distillation_classifier.bias")).isTrue();
    assertThat(deit.head(3).keySet()).containsExactly("classifier.weight", "classifier.bias");
  }

  @Test
  void namesInPeftAreThoseInMemory() throws IOException {
    Architecture deit = Architectures.of(config("deit"), weights("deit").keySet(), null);
    assertThat(deit.nameInPeft("deit.encoder.layer.1.attention.attention.query"))
        .isEqualTo("deit.layers.1.attention.q_proj");
    Architecture dino = Architectures.of(config("dinov2"), weights("dinov2").keySet(), null);
    assertThat(dino.nameInPeft("dinov2.encoder.layer.1.attention.attention.value"))
        .isEqualTo("dinov2.encoder.layer.1.attention.v_proj");
    assertThat(dino.nameInPeft("dinov2.encoder.layer.1.mlp.fc1"))
        .isEqualTo("dinov2.encoder.layer.1.mlp.fc1");
    for (Architecture model : List.of(deit, dino)) {
      for (String layer : model.linearLayers().keySet()) {
        assertThat(model.nameFromPeft(model.nameInPeft(layer))).isEqualTo(layer);
      }
    }
    Set<String> gated =
        Architectures.of(config("dinov2_swiglu"), weights("dinov2_swiglu").keySet(), null)
            .linearLayers()
            .keySet();
    assertThat(gated).noneMatch(name -> name.contains("weights_in")).hasSize(10);
  }

  @Test
  void anImageThatIsNoSquareIsRefused() throws IOException {
    ObjectNode config = config("dinov2");
    config.putArray("image_size").add(24).add(32);
    assertThatThrownBy(() -> Architectures.of(config, weights("dinov2").keySet(), null))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("image_size and patch_size must be squares");
  }

  @Test
  void theProcessorOfTheHubsFoldersSaysTheSize(@TempDir Path dir) throws IOException {
    String bit =
        """
        {"image_processor_type": "BitImageProcessor", "do_convert_rgb": true, "resample": 3,
         "size": {"shortest_edge": 256}, "do_center_crop": true,
         "crop_size": {"height": 224, "width": 224},
         "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
        """;
    Files.writeString(dir.resolve("preprocessor_config.json"), bit);
    Store store = Store.of(new Configuration(false));
    org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(dir.toUri());
    assertThat(ImageProcessorConfig.size(store, folder)).containsExactly(224, 224);
    assertThat(ImageProcessorConfig.read(store, folder, 3, 224, 224).resize().shortest())
        .isEqualTo(256);
    assertThatThrownBy(() -> ImageProcessorConfig.read(store, folder, 3, 518, 518))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("crop_size: makes images of 224 x 224");
  }
}
