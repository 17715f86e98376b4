package org.tributary.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

class ImageProcessorConfigTest {
  private static final Store STORE = Store.of(new Configuration(false));

  @TempDir java.nio.file.Path dir;

  private ImageProcessor read(String json, int channels) throws IOException {
    if (json != null) {
      Files.writeString(dir.resolve("preprocessor_config.json"), json);
    }
    return ImageProcessorConfig.read(STORE, new Path(dir.toUri()), channels, 24, 32);
  }

  private ImageProcessor read(String json) throws IOException {
    return read(json, 3);
  }

  @Test
  void withoutAFileImagesAreResizedAndScaled() throws IOException {
    ImageProcessor processor = read(null);
    assertThat(processor).isEqualTo(ImageProcessorConfig.byDefault(3, 24, 32));
    assertThat(processor.resize())
        .isEqualTo(new ImageProcessor.Resize(Resample.BILINEAR, 32, 24, 0));
    assertThat(processor.mean()).containsExactly(0.5f, 0.5f, 0.5f);
    assertThat(processor.factor()).isEqualTo(1 / 255.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"feature_extractor_type\": \"ViTFeatureExtractor\", \"size\": [24, 32]}",
        "{\"image_processor_type\": \"ViTImageProcessorFast\", \"data_format\": \"channels_first\","
            + " \"device\": null, \"input_data_format\": null, \"size\": {\"height\": 24, \"width\": 32},"
            + " \"do_center_crop\": null, \"do_pad\": false, \"disable_grouping\": null}",
        "{\"image_processor_type\": \"SiglipImageProcessor\", \"resample\": 2,"
            + " \"processor_class\": \"SiglipProcessor\"}",
      })
  void layoutsThatMeanTheDefault(String json) throws IOException {
    assertThat(read(json)).isEqualTo(ImageProcessorConfig.byDefault(3, 24, 32));
  }

  @Test
  void partsThatAreSwitchedOff() throws IOException {
    ImageProcessor processor =
        read("{\"do_resize\": false, \"do_rescale\": false, \"do_normalize\": false}", 1);
    assertThat(processor.resize()).isNull();
    float[] values = new float[24 * 32];
    byte[] grey = new byte[24 * 32];
    grey[5] = (byte) 200;
    processor.normalize(new Pixels(32, 24, 1, grey), values, 0);
    assertThat(values[5]).isEqualTo(200);
    assertThatThrownBy(() -> processor.sized(new Pixels(1, 1, 1, new byte[1])))
        .isInstanceOf(BrokenImage.class)
        .hasMessageContaining("is 1 x 1, the model takes 32 x 24");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"image_processor_type\": \"BlipImageProcessor\"} | BlipImageProcessor is not supported; supported are the image processors of Bit, CLIP, DeiT, Siglip, ViT",
        "{\"size\": 24} | size: makes images of 24 x 24 (height x width), the model takes 24 x 32",
        "{\"size\": {\"shortest_edge\": 32}} | size: shortest_edge alone leaves images of many sizes",
        "{\"size\": {\"longest_edge\": 32}} | size: {\"longest_edge\":32} is not supported",
        "{\"crop_pct\": 0.9} | crop_pct: 0.9 is not supported",
        "{\"do_pad\": true} | do_pad: true is not supported",
        "{\"data_format\": \"channels_last\"} | data_format: \"channels_last\" is not supported",
        "{\"resample\": \"bicubic\"} | resample: \"bicubic\" is not a filter",
        "{\"do_center_crop\": true, \"crop_size\": 8} | crop_size: makes images of 8 x 8",
        "{\"image_std\": [1, 0, 1]} | image_std: 0 cannot be divided by",
        "{\"image_mean\": {\"r\": 1}} | image_mean: {\"r\":1} is not a list of numbers; give one for each channel",
        "{\"image_mean\": [1, 2]} | image_mean: has 2 numbers, the model takes 3 channels",
        "{\"do_rescale\": \"yes\"} | do_rescale: \"yes\" is neither true nor false",
        "{\"rescale_factor\": \"1/255\"} | rescale_factor: \"1/255\" is not a number",
        "{\"image_processor_type\": \"CLIPImageProcessor\", \"size\": 32} | image_mean: is missing",
        "[1] | is not a JSON object",
        "{ | is not JSON",
      })
  void whatIsNotSupportedIsNamed(String json, String problem) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("preprocessor_config.json")
        .hasMessageContaining(problem);
  }

  /** Setting what a message asks for is enough to continue. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"size\": {\"height\": 25, \"width\": 32} | the model takes 24 x 32; set it to that | \"size\": {\"height\": 24, \"width\": 32}",
        "\"size\": {\"longest_edge\": 32} | give height and width, or shortest_edge | \"size\": {\"height\": 24, \"width\": 32}",
        "\"size\": {\"shortest_edge\": 32} | add do_center_crop and crop_size | \"size\": {\"shortest_edge\": 32}, \"do_center_crop\": true, \"crop_size\": {\"height\": 24, \"width\": 32}",
        "\"do_center_crop\": true, \"crop_size\": {\"shortest_edge\": 32} | crop_size: {\"shortest_edge\":32} is not supported; give height and width | \"do_center_crop\": true, \"crop_size\": {\"height\": 24, \"width\": 32}",
        "\"resample\": \"bicubic\" | 2 bilinear, 3 bicubic | \"resample\": 3",
        "\"do_resize\": 1 | correct it | \"do_resize\": true",
        "\"rescale_factor\": \"1/255\" | correct it | \"rescale_factor\": 0.00392156862745098",
        "\"image_std\": [0, 1, 1] | give the channels' deviations | \"image_std\": [0.5, 0.5, 0.5]",
        "\"image_mean\": 0.5, \"image_std\": \"x\" | give one for each channel | \"image_mean\": 0.5, \"image_std\": [1, 1, 1]",
        "\"image_mean\": [1, 2] | give one for each | \"image_mean\": [1, 2, 3]",
        "\"image_processor_type\": \"BlipImageProcessor\" | supported are the image processors of Bit, CLIP, DeiT, Siglip, ViT | \"image_processor_type\": \"SiglipImageProcessor\"",
        "\"do_pad\": true | prepare them that way beforehand, then remove it | \"do_rescale\": true",
      })
  void adviceWorks(String wrong, String says, String right) throws IOException {
    assertThatThrownBy(() -> read("{" + wrong + "}"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(says);
    assertThat(read("{" + right + "}")).isNotNull();
  }

  @Test
  void channelsThatNobodyDecodes() {
    assertThatThrownBy(() -> read("{}", 4))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("images of 4 channels");
    assertThatThrownBy(() -> read("{\"do_convert_rgb\": true}", 1))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("do_convert_rgb");
  }
}
