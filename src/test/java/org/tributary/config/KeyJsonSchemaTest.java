package org.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** The JSON Schemas accept and refuse what the configuration reader accepts and refuses. */
class KeyJsonSchemaTest {
  private static final Map<String, Class<? extends Record>> FILES =
      Map.of(
          "partition", PartitionConfig.class,
          "train", TrainConfig.class,
          "compare", CompareConfig.class,
          "evaluate", EvaluateConfig.class,
          "generate", GenerateConfig.class);

  /** Values of every kind, values near bounds, and common mistakes. */
  private static final List<String> VALUES =
      List.of(
          "0",
          "1",
          "-1",
          "0.5",
          "1.5",
          "-0.5",
          "1e-4",
          "4",
          "3",
          "2147483648",
          "true",
          "\"true\"",
          "\"4\"",
          "word",
          "\"\"",
          "\" \"",
          "512m",
          "512x",
          "2026-01-31",
          "2026-01",
          "float32",
          "rows",
          "cls",
          "test",
          "[]",
          "[word]",
          "[1, 2]",
          "[0]",
          "[\"\"]",
          "[[1]]",
          "{}",
          "{a: [word]}",
          "{a: [1.5]}",
          "{a: 1}",
          "{a: word, b: [word]}",
          "{a: {b: 1}}");

  private static JsonSchema schema(Object tree) {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(Json.treeOf(tree));
  }

  private static JsonSchema schemaOf(String file) {
    Class<? extends Record> type = FILES.get(file);
    return schema(new ConfigForm(file, "a file", type, AllChoices.of(type), Map.of()).jsonSchema());
  }

  private static boolean allows(JsonSchema schema, String yaml) {
    return schema.validate(json(YamlTree.parse(yaml)), OutputFormat.BOOLEAN);
  }

  /** The tree as a YAML 1.2 editor reads it. */
  private static JsonNode json(Node node) {
    JsonNodeFactory make = JsonNodeFactory.instance;
    if (YamlNodes.isNull(node)) {
      return make.nullNode();
    } else if (node instanceof MappingNode map) {
      ObjectNode object = make.objectNode();
      map.getValue()
          .forEach(e -> object.set(YamlNodes.scalar(e.getKeyNode()), json(e.getValueNode())));
      return object;
    } else if (node instanceof SequenceNode list) {
      return make.arrayNode()
          .addAll(list.getValue().stream().map(KeyJsonSchemaTest::json).toList());
    }
    String text = YamlNodes.scalar(node);
    if (node.getTag().equals(Tag.BOOL)) {
      return make.booleanNode(Boolean.parseBoolean(text));
    } else if (node.getTag().equals(Tag.INT)) {
      return make.numberNode(new BigInteger(text));
    }
    return node.getTag().equals(Tag.FLOAT)
        ? make.numberNode(new BigDecimal(text))
        : make.textNode(text);
  }

  static Stream<Path> jobs() throws IOException {
    return Files.list(Path.of("jobs")).filter(f -> f.toString().endsWith(".yaml")).sorted();
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void everyFileOfJobsIsValidAgainstItsSchemaAndNoOther(Path file) throws IOException {
    String yaml = Files.readString(file);
    Matcher head = Pattern.compile("# Run: .* (\\w+) jobs/").matcher(yaml);
    assertThat(head.find()).isTrue();
    for (String schema : FILES.keySet()) {
      assertThat(allows(schemaOf(schema), yaml)).as(schema).isEqualTo(schema.equals(head.group(1)));
    }
  }

  static List<KeyEntry> keys() {
    List<KeyEntry> keys = new ArrayList<>();
    for (Class<? extends Record> type : List.copyOf(FILES.values())) {
      KeyCatalog.of(type, AllChoices.of(type)).entries().stream()
          .filter(e -> !e.isSection())
          .forEach(keys::add);
    }
    return keys;
  }

  private static boolean reads(KeyEntry entry, String yaml) {
    try {
      Node node = YamlTree.parse(yaml);
      Object value = YamlValues.read(entry.type(), entry.key(), node);
      // A schema does not know which of other names are misspellings.
      if (!entry.readers().choices().isEmpty() && entry.key().orOther().isEmpty()) {
        YamlValues.choice(node, entry.key(), (String) value, entry.readers().choices());
      }
      return true;
    } catch (WrongValue e) {
      return false;
    }
  }

  @Test
  void theSchemaOfAKeyAllowsWhatTheReaderAllows() {
    assertThat(keys()).hasSizeGreaterThan(120);
    for (KeyEntry entry : keys()) {
      JsonSchema schema = schema(KeyJsonSchema.value(entry));
      for (String yaml : VALUES) {
        assertThat(allows(schema, yaml))
            .as("%s: %s", entry.name(), yaml)
            .isEqualTo(reads(entry, yaml));
      }
    }
  }

  @Test
  void everyKeyHasAnExampleThatIsAllowedAndNotItsDefault() {
    for (KeyEntry entry : keys()) {
      assertThat(entry.example()).as(entry.name()).isNotEmpty().isNotEqualTo(entry.byDefault());
      assertThat(reads(entry, entry.example())).as(entry.name()).isTrue();
    }
  }

  @Test
  void theDefaultOfAKeyIsAllowed() {
    keys().stream()
        .filter(entry -> entry.byDefault() != null)
        .forEach(
            entry ->
                assertThat(
                        allows(schema(KeyJsonSchema.value(entry)), entry.byDefault())
                            || entry.byDefault().equals("{}"))
                    .as(entry.name())
                    .isTrue());
  }

  /** Changes of a run that the reader and the schema both refuse. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "framework.nam=fedit",
        "client.optimizer.momentum=0.9",
        "client.optimizer.lr=fast",
        "client.optimizer.lr=0",
        "client.optimizer.beta1=1",
        "client.batch=0",
        "client.batch=1.5",
        "framework.lora.rank=0",
        "framework.lora.targets=query",
        "framework.lora.targets=[]",
        "framework.lora=no",
        "framework.server={lr: 1}",
        "framework.server={name: fedavgm, lr: 1, beta1: 0.9}",
        "framework.server={name: fedavgm}",
        "framework.name=fedprox",
        "evaluate=none",
        "out=",
        "reduce.driverLimit=5x",
        "learningRate=1"
      })
  void whatIsWrongInARunIsWrongForItsSchema(String change) throws IOException {
    assertThat(allows(schemaOf("train"), fedit(change))).isFalse();
    assertThatThrownBy(() -> read(change)).isInstanceOf(WrongInput.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "framework.lora=none",
        "framework.lora=null",
        "framework.server=none",
        "framework.server={name: fedavgm, lr: 1}",
        "client.optimizer.beta1=0",
        "client.clip=null",
        "evaluate={}",
        "reduce.driverLimit=5g"
      })
  void whatIsRightInARunIsRightForItsSchema(String change) throws IOException {
    assertThat(allows(schemaOf("train"), fedit(change))).isTrue();
    assertThat(read(change)).isNotNull();
  }

  private static String fedit() throws IOException {
    return Files.readString(Path.of("jobs/wordnet-fedit.yaml"));
  }

  private static Record read(String change) throws IOException {
    return ConfigReader.written(
            "run.yaml",
            fedit(),
            List.of(change),
            TrainConfig.class,
            AllChoices.of(TrainConfig.class))
        .config();
  }

  /** The run with one change, as YAML. */
  private static String fedit(String change) throws IOException {
    MappingNode root = (MappingNode) YamlTree.parse(fedit());
    new Overrides(new ConfigProblems("run.yaml")).apply(root, change);
    return Json.text(json(root));
  }

  @Test
  void theKeysOfMethodsNameTheirReaders() {
    Map<String, Choices> choices = AllChoices.of(TrainConfig.class);
    KeyCatalog train = KeyCatalog.of(TrainConfig.class, choices);
    assertThat(named(train, "client.optimizer.momentum").readers().only()).containsExactly("sgd");
    assertThat(named(train, "client.optimizer.beta1").readers().only()).contains("adamw", "galore");
    assertThat(named(train, "framework.lora").readers().without()).containsExactly("fedavg");
    assertThat(named(train, "framework.lora.ranks").readers().without())
        .contains("fedit", "local")
        .doesNotContain("flexlora", "flora");
    assertThat(named(train, "framework.weights").readers().without()).contains("local", "central");
    assertThat(named(train, "rounds").operational()).isTrue();
    assertThat(named(train, "evaluate.every").operational()).isTrue();
    assertThat(named(train, "seed").operational()).isFalse();
  }

  private static KeyEntry named(KeyCatalog catalog, String name) {
    return catalog.entries().stream().filter(e -> e.name().equals(name)).findFirst().orElseThrow();
  }
}
