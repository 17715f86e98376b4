package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.batch.TextBatch;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.Model;
import org.tributary.model.Pooling;
import org.tributary.model.Precision;
import org.tributary.protocol.HostTensor;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.PartSource;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.text.ChatTemplate;
import org.tributary.text.GenerationSet;
import org.tributary.text.Prompt;
import org.tributary.text.SpecialTokens;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Torch;

/**
 * Rows of chats, conversations and instructions have the same loss as in transformers for the same
 * answers. {@code src/test/golden-scripts/chat_cases.py} makes the values; the cases are numbered
 * as they were reported.
 */
class ChatCasesTest {
  private static final Path CASES = Path.of("src/test/resources/cases/chat");
  private static final Store STORE = Store.of(new Configuration(false));

  @TempDir Path dir;

  /** The model's folder, with a configuration and a template. */
  private org.apache.hadoop.fs.Path model(String config, String template) throws IOException {
    Path folder = Files.createDirectory(dir.resolve("model"));
    for (String file :
        List.of(
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "generation_config.json")) {
      Files.copy(CASES.resolve(file), folder.resolve(file));
    }
    Files.copy(CASES.resolve(config), folder.resolve("config.json"));
    Files.copy(CASES.resolve(template), folder.resolve("chat_template.jinja"));
    return new org.apache.hadoop.fs.Path(folder.toUri());
  }

  /** Rows as partition stores them: texts, and nested columns as the text of their JSON. */
  private org.apache.hadoop.fs.Path rows(String file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(CASES.resolve(file))) {
      lines.add(JSON.readTree(line));
    }
    List<Schema.Column> columns = new ArrayList<>();
    lines
        .get(0)
        .fieldNames()
        .forEachRemaining(name -> columns.add(new Schema.Column(name, Schema.Type.STRING)));
    Schema schema = new Schema(columns);
    List<Row> rows =
        lines.stream()
            .map(
                line ->
                    Row.of(
                        schema,
                        schema.names().stream()
                            .map(line::get)
                            .map(v -> v.isTextual() ? v.textValue() : v.toString())
                            .toArray()))
            .toList();
    org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(dir.toUri());
    STORE.commit(
        new org.apache.hadoop.fs.Path(folder, "part-00000.parquet"),
        out -> ParquetRows.write(out, schema, rows));
    return folder;
  }

  @ParameterizedTest
  @CsvSource({
    "04, mistral.config.json, 04.jinja, rows.jsonl, chat, , answer, false",
    "10, config.json, 10.jinja, rows.jsonl, chat, , answer, false",
    "12, config.json, 10.jinja, alpaca.jsonl, alpaca, , output, false",
    "16, config.json, 10.jinja, messages.jsonl, chat, messages, , false",
    "16 sharegpt, config.json, 10.jinja, sharegpt.jsonl, chat, conversations, , false",
    "'16 sharegpt, last', config.json, 10.jinja, sharegpt.jsonl, chat, conversations, , true",
    "25, config.json, 10.jinja, parquet.jsonl, chat, messages, , false",
  })
  void lossIsThatOfTransformers(
      String name,
      String config,
      String template,
      String file,
      String prompt,
      String messages,
      String answer,
      boolean last)
      throws IOException {
    org.apache.hadoop.fs.Path folder = model(config, template);
    Map<String, HostTensor> weights = SafeTensors.map(dir.resolve("model/model.safetensors"));
    Architecture architecture =
        Architectures.of(
            JSON.readTree(CASES.resolve(config).toFile()), weights.keySet(), Pooling.CLS);
    Prompt asked =
        Prompt.of(
                new Prompt.Keys(
                    prompt, null, null, new Prompt.ChatKeys(null, null, null, messages, last)),
                () -> ChatTemplate.read(STORE, folder))
            .fitting(List.of("instruction", "input", "output"));
    SpecialTokens special = SpecialTokens.read(STORE, folder, architecture.vocabulary(), asked);
    JsonNode expected =
        JSON.readTree(CASES.resolve("expected.json").toFile()).get("cases").get(name);
    Torch.prepareThread(1);
    try (Tokenizer tokens =
            Tokenizer.open(STORE, new org.apache.hadoop.fs.Path(folder, "tokenizer.json"));
        NDManager manager = Torch.manager(Device.cpu());
        Model model = new Model(architecture, weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      GenerationSet set =
          GenerationSet.read(
              STORE,
              List.of(PartSource.all(rows(file))),
              new GenerationSet.Layout(asked, answer, special, 512),
              tokens);
      TextBatch batch = set.batch(IntStream.range(0, set.size()).toArray(), tokens, special.pad());
      float[] nll =
          model
              .likelihood(manager, List.of(), ModelInputs.withLabels(manager, batch))
              .toFloatArray();
      double sum = 0;
      for (float one : nll) {
        sum += one;
      }
      assertThat(batch.truncated()).isZero();
      assertThat(nll).hasSize(expected.get("tokens").intValue());
      assertThat(sum / nll.length).isCloseTo(expected.get("loss").doubleValue(), offset(1e-5));
    }
  }
}
