package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;

/**
 * Wrong input ends a job with exit code 2 and one message that names the problem and the remedy.
 * There is no stack trace, and nothing changes on disk.
 */
@Slow
class BadInputTest extends TinyJob {

  /** How a job ended and its stderr: its own messages and the log, as users see it. */
  private record End(int code, String own, String log) {}

  private End run(String... args) {
    StringWriter log = new StringWriter();
    PatternLayout layout = PatternLayout.newBuilder().withPattern("%p %c{1}: %m%n%ex").build();
    WriterAppender appender =
        WriterAppender.createAppender(layout, null, log, "captured", false, true);
    appender.start();
    Logger root = (Logger) LogManager.getRootLogger();
    root.addAppender(appender);
    // As conf/log4j2.properties has it.
    Configurator.setLevel("org.tributary", Level.INFO);
    try {
      JobRun run = JobRun.of(args);
      return new End(run.code(), run.err(), log.toString());
    } finally {
      Configurator.setLevel("org.tributary", Level.WARN);
      root.removeAppender(appender);
    }
  }

  /** Everything in a folder, with the properties that reveal a change. */
  private static SortedMap<String, String> listing(Path folder) throws IOException {
    SortedMap<String, String> listing = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        String size = Files.isDirectory(path) ? "folder" : Files.size(path) + " bytes";
        listing.put(path.toString(), size + ", " + Files.getLastModifiedTime(path));
      }
    }
    return listing;
  }

  private void refused(List<String> args, String... fragments) throws IOException {
    SortedMap<String, String> before = listing(dir);
    End end = run(args.toArray(String[]::new));
    assertThat(end.own()).contains(fragments).doesNotContain("\tat ", "Exception");
    assertThat(end.code()).as(end.own() + end.log()).isEqualTo(2);
    assertThat(end.log()).doesNotContain("\tat ", "Exception", "ERROR");
    assertThat(listing(dir)).isEqualTo(before);
  }

  private List<String> train(String framework, String... sets) throws IOException {
    Path file = dir.resolve("run.yaml");
    Files.writeString(file, tiny.yaml("bad", framework));
    List<String> args = new ArrayList<>(List.of("train", file.toString()));
    Arrays.stream(sets).map(set -> "--set=" + set).forEach(args::add);
    return args;
  }

  @Test
  void keysOfAnotherTaskAreRefused() throws IOException {
    Path file = dir.resolve("run.yaml");
    Files.writeString(
        file,
        tiny.yaml("bad", "fedavg")
            .replace("data: {", "data: {answer: answer, augment: {flip: false}, ")
            .replace("evaluate: {", "evaluate: {generate: 3, newTokens: 4, "));
    String at = file + ":5: ";
    String why = "the model is a classifier of texts and does not read it, ";
    refused(
        List.of("train", file.toString()),
        at + "data.answer: " + why + "a model that writes text does; remove the key",
        at + "data.augment: " + why + "one of images does; remove the key",
        "evaluate.generate: " + why + "a model that writes text does; remove the key",
        "evaluate.newTokens: " + why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:9/a",
        "https://127.0.0.1:9/a",
        "ftp://127.0.0.1/a",
        "s3a://bucket/a",
        "viewfs://cluster/a",
        "gs://bucket/a",
        "nothing://a/b"
      })
  void schemesThatCannotBeReached(String path) throws IOException {
    for (String key : List.of("out", "model.path", "data.path")) {
      refused(train("fedavg", key + "=" + path), key + ": " + path);
    }
    String lora = "framework={name: fedit, lora: {rank: 1, targets: [query], start: '%s'}}";
    refused(train("fedavg", lora.formatted(path)), "framework.lora.start: " + path);
    Path file = dir.resolve("other.yaml");
    Files.writeString(
        file,
        "out: %s\nname: a\nclients: 2\npartitioner: {name: iid}\nsource: {format: csv, train: '%s', test: '%s'}\n"
            .formatted(path, path, path));
    refused(
        List.of("partition", file.toString()),
        "out: " + path,
        "source.train: " + path,
        "source.test: " + path);
    Files.writeString(
        file,
        "out: %s\nmodel: {path: '%s'}\nadapter: '%s'\ndata: {paths: ['%s'], prompt: plain}\n"
            .formatted(path, path, path, path));
    refused(
        List.of("generate", file.toString()),
        "out: " + path,
        "model.path: " + path,
        "adapter: " + path);
    refused(List.of("inspect", path), path);
    refused(
        List.of("merge-adapter", "--model", path, "--adapter", path, "--out", dir + "/merged"),
        path);
    refused(List.of("train", path), path);
  }

  @Test
  void namesThatNoFileSystemTakes() throws IOException {
    String name = "n".repeat(300);
    for (String key : List.of("out", "model.path", "data.path")) {
      refused(
          train("fedavg", key + "=" + dir + "/" + name + "/x"),
          key + ": ",
          "has 300 bytes, file systems take 255; name a shorter one");
    }
    refused(train("fedavg", "out=" + dir + "/" + "ü".repeat(101)), "out: ", "more than 200 bytes");
    refused(
        train("fedavg", "out=" + dir + "/" + "abc/".repeat(1000)), "out: ", "of 40", "characters");
    refused(List.of("train", dir + "/" + name), "cannot be read (File name too long)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "client.batch=2147483647 | client.batch x model.maxLength is 34359738352 tokens in memory at once",
        "client.accumulate=2147483647 | client.batch x client.accumulate x model.maxLength is",
        "evaluate.batch=2147483647 | evaluate.batch x model.maxLength is",
      })
  void batchesThatNoMemoryHolds(String set, String message) throws IOException {
    refused(train("fedavg", set), message, "lower the batch");
  }

  @Test
  void shardsMayBeLargerThanTheRows() throws IOException {
    List<String> args = train("fedavg", "rounds=1", "evaluate.shard=2147483647", "client.steps=1");
    args.add("--set=client.schedule={name: constant}");
    End end = run(args.toArray(String[]::new));
    assertThat(end.code()).as(end.own() + end.log()).isZero();
  }

  @Test
  void weightsThatOverflow() throws IOException {
    Path file = tiny.model().resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer weights = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    weights.putFloat(8 + (int) weights.getLong(0), 1e38f);
    Files.write(file, bytes);
    refused(
        train("fedavg"),
        "has weights above 1.0E18, whose products overflow float32 to NaN",
        "of model.safetensors has 9.99");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "generation_config.json"
      })
  void filesThatNestTooDeeply(String name) throws IOException {
    boolean writes = name.equals("generation_config.json");
    Path model = writes ? tiny.llama() : tiny.model();
    List<String> sets = new ArrayList<>(List.of("model.path=" + model));
    if (writes) {
      sets.addAll(List.of("data.prompt='{text}'", "data.answer=label"));
    }
    for (String text : List.of("[".repeat(200_000), "{\"a\":".repeat(200_000))) {
      Files.writeString(model.resolve(name), text);
      refused(train("fedavg", sets.toArray(String[]::new)), name);
    }
  }

  @Test
  void everyWrongKeyOfTrainIsToldAtOnce() throws IOException {
    Path file = dir.resolve("run.yaml");
    Files.writeString(
        file,
        """
        out: runs/x
        seed: seven
        rounds: 0
        model: {path: m, poling: mean}
        data: {text: t}
        framework: {name: fedavgg, lora: {rank: 0, targets: [query]}}
        client:
          steps: 2
          batch: two
          optimizer: {name: adamw, weight_decay: 0.1}
        cohort: {fraction: 1.5}
        """);
    String at = file + ":";
    refused(
        List.of("train", file.toString()),
        at + "2: seed: expected a whole number, got \"seven\"",
        at + "3: rounds: must be at least 1, got 0",
        at + "4: model.poling: unknown key; did you mean model.pooling?",
        at + "5: data.path: missing",
        "framework.name: \"fedavgg\" is not one of",
        "did you mean fedavg?",
        "framework.lora.rank: must be at least 1, got 0",
        "client.batch: expected a whole number",
        "client.optimizer.weight_decay: unknown key; did you mean client.optimizer.weightDecay?",
        "client.optimizer.lr: missing",
        "cohort.fraction: must be");
  }

  @Test
  void everyWrongKeyOfPartitionIsToldAtOnce() throws IOException {
    Path file = dir.resolve("partition.yaml");
    Files.writeString(
        file,
        """
        source: {format: jsnl, trian: x.jsonl}
        name: Not A Name
        label: kind
        clients: 0
        test: 1.5
        partitioner: {name: dirichlet, alpa: 0.1}
        """);
    refused(
        List.of("partition", file.toString()),
        "source.format: \"jsnl\" is not one of",
        "did you mean jsonl?",
        "source.trian: unknown key; did you mean source.train?",
        "source.train: missing",
        "name: ",
        "clients: must be at least 1, got 0",
        "test: must be",
        "partitioner.alpa: unknown key; did you mean partitioner.alpha?");
  }

  @Test
  void missingFiles() throws IOException {
    refused(
        List.of("train", dir.resolve("no.yaml").toString()),
        "no.yaml: no such file; name the YAML");
    refused(
        train("fedavg", "model.path=" + dir.resolve("nowhere")),
        "nowhere/config.json: there is no such file: name the folder of a model");
    refused(
        train("fedavg", "data.path=" + dir.resolve("nowhere")),
        "nowhere does not exist; create it with partition");
    refused(train("fedavg", "data.path=" + tiny.model()), "model has no manifest.json: partition");
    Files.delete(tiny.model().resolve("tokenizer.json"));
    refused(train("fedavg"), "tokenizer.json does not exist; a model folder needs");
    Files.delete(tiny.model().resolve("model.safetensors"));
    refused(train("fedavg"), "model: has no model.safetensors: name a folder");
  }

  @ParameterizedTest
  @CsvSource({
    "cut in the header,  'truncated: it promises a header of'",
    "cut in the tensors, 'truncated: header promises'",
    "header too long,    header",
    "other shape,        'takes 168 bytes, data_offsets [0, 128] give it 128'",
    "no JSON,            header",
  })
  void damagedWeights(String damage, String fragment) throws IOException {
    Path file = tiny.model().resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) buffer.getLong(0);
    switch (damage) {
      case "cut in the header" -> bytes = Arrays.copyOf(bytes, header / 2);
      case "cut in the tensors" -> bytes = Arrays.copyOf(bytes, bytes.length - 100);
      case "header too long" -> buffer.putLong(0, Long.MAX_VALUE);
      case "other shape" -> {
        String text = new String(bytes, 8, header, StandardCharsets.UTF_8);
        int shape = text.indexOf("\"shape\":[") + "\"shape\":[".length();
        bytes[8 + shape]++;
      }
      default -> bytes[8] = '?';
    }
    Files.write(file, bytes);
    refused(train("fedavg"), "model.safetensors", fragment);
  }

  @Test
  void weightsThatDoNotFitTheirConfiguration() throws IOException {
    edit(tiny.model().resolve("config.json"), config -> config.put("intermediate_size", 40));
    refused(
        train("fedavg"),
        "the weights do not fit config.json",
        "intermediate.dense.weight has shape",
        "config.json asks for [40, ");
  }

  private interface Edit {
    void change(ObjectNode root);
  }

  private static void edit(Path file, Edit edit) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(file.toFile());
    edit.change(root);
    JSON.writeValue(file.toFile(), root);
  }

  @Test
  void aTokenizerLargerThanTheEmbedding() throws IOException {
    Path file = tiny.model().resolve("tokenizer.json");
    edit(
        file,
        root -> {
          ObjectNode vocab = (ObjectNode) root.path("model").path("vocab");
          while (vocab.size() <= 500) {
            vocab.put("[BIG" + vocab.size() + "]", vocab.size());
          }
        });
    refused(
        train("fedavg"), "tokenizer.json: has ids up to 500", "use the tokenizer of this model");
    Files.writeString(file, "{}");
    refused(train("fedavg"), "tokenizer.json is not a Hugging Face tokenizer");
  }

  @Test
  void labelsThatTheModelDoesNotKnow() throws IOException {
    edit(
        tiny.model().resolve(HuggingFaceFolder.CONFIG),
        config -> {
          config.putArray("architectures").add("BertForSequenceClassification");
          config.putObject("id2label").put("0", "genetic").put("1", "symptom").put("2", "other");
        });
    refused(train("fedavg"), "label \"symptoms\" of the data is unknown to the model", "id2label");
  }

  @Test
  void columnsThatTheSetDoesNotHave() throws IOException {
    refused(train("fedavg", "data.text=txt"), "data.text: ", "no column txt", "did you mean text?");
    refused(train("fedavg", "data.text=[text, labl]"), "no column labl", "did you mean label?");
    refused(train("fedavg", "data.text=[text, text]"), "data: text: names a column twice");
    refused(train("fedavg", "data.text=[a, b, c]"), "data.text: must have at most 2 entries");
    refused(
        train("fedavg", "framework.head=frozen", "framework.train=['classifier.*', '*.query.*']"),
        "framework.train: \"classifier.*\" names weights of the classifier",
        "framework.head=frozen keeps as they are");
    refused(train("fedavg", "data.label=kind"), "data.label: ", "the label column label, not kind");
  }

  @Test
  void clientsWithoutRows() throws IOException {
    edit(
        tiny.data().resolve(Manifest.FILE),
        root -> {
          ((ObjectNode) root.at("/clients/0001/train")).put("rows", 0);
          ((ObjectNode) root.at("/clients/0002/train")).put("rows", 0);
        });
    refused(
        train("fedavg"),
        "client 0001 has no training rows; partition again",
        "client 0002 has no training rows");
  }

  @Test
  void aQuorumThatNobodyCanMeet() throws IOException {
    refused(
        train("fedavg", "cohort.minClients=4"), "cohort.minClients: 4 is more than the 3 clients");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "framework.lora={rank: 0, targets: [query]} | framework.lora.rank: must be at least 1",
        "framework.lora={rank: 999, targets: [query]} | framework.lora.rank: 999 does not fit layer",
        "framework.lora={rank: 2, targets: [quary]} | \"quary\" names no linear layer of the model",
        "seed=1 | framework.lora: fedit trains adapters; give framework.lora",
      })
  void adaptersThatCannotBe(String set, String fragment) throws IOException {
    refused(train("fedit", set), fragment);
  }

  @Test
  void morePositionsThanTheModelHas() throws IOException {
    refused(train("fedavg", "model.maxLength=4096"), "model.maxLength: 4096 is more than", "lower");
  }

  @Test
  void theOutOfAnotherRun() throws IOException {
    List<String> args = train("fedavg", "rounds=1", "client.schedule={name: constant}");
    End end = run(args.toArray(String[]::new));
    assertThat(end.code()).as(end.own() + end.log()).isZero();
    args.add("--set=client.optimizer.lr=0.5");
    args.add("--set=client.batch=2");
    refused(
        args,
        "bad is another run's; name another folder, or set back:",
        "client.optimizer.lr: was 0.01, now 0.5",
        "client.batch: was 4, now 2");
    args.subList(args.size() - 2, args.size()).clear();
    edit(tiny.model().resolve("config.json"), config -> config.put("note", "new"));
    refused(args, "is another run's", "model.path: the files at", "have changed since");
  }

  @Test
  void anOutThatIsSomethingElse() throws IOException {
    List<String> args = train("fedavg");
    Files.createDirectories(tiny.out("bad"));
    Files.writeString(tiny.out("bad").resolve("thesis.txt"), "mine");
    refused(args, "bad exists and is not a run (it has no config.yaml); name another folder");
    args.add("--set=out=" + tiny.out("bad").resolve("thesis.txt"));
    refused(args, "thesis.txt");
    Files.writeString(tiny.out("bad").resolve("config.yaml"), "- not\n- a run\n");
    args.remove(args.size() - 1);
    refused(args, "config.yaml");
  }

  /** Ways to corrupt a Parquet file; the reader names the file and the remedy. */
  private void spoil(Path file, String how) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Schema schema =
        Schema.of(
            new Schema.Column("text", Schema.Type.STRING),
            new Schema.Column(how.equals("column") ? "kind" : "label", Schema.Type.STRING));
    switch (how) {
      case "gone" -> Files.delete(file);
      case "garbage" -> Files.writeString(file, "no Parquet at all");
      case "cut" -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      case "pages" -> {
        Arrays.fill(bytes, 4, 80, (byte) 0x7f);
        Files.write(file, bytes);
      }
      case "fewer" -> rewrite(file, schema, Row.of(schema, "a text", "genetic"));
      default -> rewrite(file, schema, Row.of(schema, "a text", "genetics"));
    }
  }

  private static void rewrite(Path file, Schema schema, Row row) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ParquetRows.write(bytes, schema, List.of(row));
    Files.write(file, bytes.toByteArray());
  }

  @ParameterizedTest
  @CsvSource({
    "gone,    part-00000.parquet is missing",
    "garbage, is not a readable Parquet file",
    "cut,     is not a readable Parquet file",
    "pages,   is not a readable Parquet file",
    "column,  label",
    "label,   label \"genetics\" in column label is not among the declared labels",
  })
  void testRowsThatCannotBeUsed(String how, String fragment) throws IOException {
    spoil(tiny.data().resolve("test/part-00000.parquet"), how);
    if (!how.equals("gone")) {
      tiny.seal();
    }
    refused(train("fedavg"), "cannot be used", "data/test", fragment);
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", "cut", "pages", "column", "label", "fewer"})
  void testRowsThatWereNotPartitioned(String how) throws IOException {
    tiny.seal();
    spoil(tiny.data().resolve("test/part-00000.parquet"), how);
    refused(
        train("fedavg"),
        "files cannot be used",
        "data/test/part-00000.parquet has ",
        how.equals("pages") ? "has the SHA-256" : " bytes, manifest.json says ",
        "it is not the file that was partitioned; put back the file that partition wrote (rounds"
            + " that are closed stay as they are), or partition again under another name");
  }

  @Test
  void everyBadValidationFileIsTold() throws IOException {
    spoil(tiny.data().resolve("client=0000/validation/part-00000.parquet"), "garbage");
    spoil(tiny.data().resolve("client=0002/validation/part-00000.parquet"), "label");
    tiny.seal();
    refused(
        train("fedavg", "evaluate.parts=[test, validation]"),
        "client=0000/validation/part-00000.parquet is not a readable Parquet file",
        "client=0002/validation/part-00000.parquet, row 0: label \"genetics\"");
  }

  @Test
  void badTrainingRowsAreToldBeforeTheFirstRound() throws IOException {
    spoil(tiny.data().resolve("client=0001/train/part-00000.parquet"), "label");
    tiny.seal();
    refused(
        train("fedavg"),
        "1 rows cannot be used; correct them and partition again under another name, or leave them out with data.badRows=skip",
        "client=0001/train/part-00000.parquet, row 0: label \"genetics\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", "label"})
  void aClientsChangedFileIsThatClientsFailure(String how) throws IOException {
    spoil(tiny.data().resolve("client=0001/train/part-00000.parquet"), how);
    String[] few = train("fedavg", "rounds=1", "client.schedule.warmup=0").toArray(String[]::new);
    End end = run(few);
    assertThat(end.code()).as(end.own() + end.log()).isZero();
    assertThat(end.log())
        .contains("client 0001 is left out: ", "client=0001/train/part-00000.parquet")
        .doesNotContain("\tat ");
    String[] all = Arrays.copyOf(few, few.length + 2);
    all[few.length] = "--set=cohort.minClients=3";
    all[few.length + 1] = "--set=out=" + tiny.out("all");
    end = run(all);
    assertThat(end.code()).isEqualTo(1);
    assertThat(end.own())
        .contains("round 1: 2 of 3 clients finished, cohort.minClients asks for 3")
        .contains("client 0001: ", "client=0001/train/part-00000.parquet", "Run again");
    assertThat(end.own() + end.log()).doesNotContain("\tat ");
  }

  @Test
  void tooFewRowsForThePartitioner() throws IOException {
    Path source = dir.resolve("few.jsonl");
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      rows.append("{\"text\": \"text %d\", \"kind\": \"x\"}\n".formatted(i));
    }
    Files.writeString(source, rows);
    Path file = dir.resolve("partition.yaml");
    Files.writeString(
        file,
        """
        source: {format: jsonl, train: "%s"}
        out: "%s"
        name: few
        label: kind
        clients: 40
        partitioner: {name: iid}
        """
            .formatted(source, dir.resolve("parts")));
    List<String> args = List.of("partition", file.toString());
    refused(args, "40 clients with at least", "rows");
    Files.writeString(source, "{\"text\": \"a\"}\n".repeat(99));
    refused(args, "label: no column kind among text");
    Files.delete(source);
    refused(args, "source.train", "few.jsonl does not exist");
    Files.createDirectory(source);
    Files.writeString(source.resolve("part.parquet"), "no Parquet");
    refused(
        List.of("partition", file.toString(), "--set=source.format=parquet"),
        "part.parquet is not a readable Parquet file");
  }
}
