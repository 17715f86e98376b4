package org.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;
import org.tributary.run.RunSpec;

class ConfigReaderTest {
  record Garden(
      @Key(value = "who owns it", required = true) String owner,
      @Key(value = "its area in square metres", byDefault = "10.5", above = 0, max = 1e6)
          double area,
      @Key(value = "trees", byDefault = "3", min = 0, below = 100) int trees,
      @Key(value = "seed", byDefault = "-1") long seed,
      @Key(value = "whether it is open", byDefault = "false") boolean open,
      @Key("height of the fence") Double fence,
      @Key(value = "plants", byDefault = "[rose]", min = 1) List<String> plants,
      @Key(value = "water", byDefault = "1k", size = true, min = 10) long water,
      @Key(
              value = "kind",
              byDefault = "formal",
              oneOf = {"formal", "wild"})
          String kind,
      @Key(value = "code", byDefault = "a1", pattern = "[a-z][0-9]") String code,
      @Key("the pond") Pond pond,
      @Key(value = "the shed", optional = true) Shed shed) {}

  record Pond(
      @Key(value = "depth", byDefault = "1", min = 1) int depth,
      @Key(value = "its fish", byDefault = "carp") String fish)
      implements Section {
    @Override
    public List<String> problems() {
      return fish.equals("shark") && depth < 5 ? List.of("a shark needs depth 5") : List.of();
    }
  }

  record Shed(
      @Key(value = "its width", required = true) int width,
      @Key(value = "its tools", byDefault = "[]") List<String> tools) {}

  private static Garden read(String yaml, String... sets) {
    return ConfigReader.read("g.yaml", yaml, List.of(sets), Garden.class, Map.of());
  }

  private static String problems(String yaml, String... sets) {
    WrongInput wrong = catchThrowableOfType(() -> read(yaml, sets), WrongInput.class);
    assertThat(wrong).as("problems of %s", yaml).isNotNull();
    assertThat(wrong.getMessage()).startsWith("g.yaml cannot be used:\n  ");
    return wrong.getMessage().substring("g.yaml cannot be used:\n  ".length());
  }

  @Test
  void defaultsFillInWhatIsAbsent() {
    assertThat(read("owner: Ann"))
        .isEqualTo(
            new Garden(
                "Ann",
                10.5,
                3,
                -1,
                false,
                null,
                List.of("rose"),
                1024,
                "formal",
                "a1",
                new Pond(1, "carp"),
                null));
  }

  @Test
  void everyTypeIsRead() {
    String yaml =
        """
        owner: "7"
        area: 1e-4
        trees: 0
        seed: 9007199254740993
        open: true
        fence: 2
        plants: [fern, moss]
        water: 2G
        kind: wild
        code: z9
        pond: {depth: 2, fish: koi}
        shed:
          width: 4
        """;
    assertThat(read(yaml))
        .isEqualTo(
            new Garden(
                "7",
                1e-4,
                0,
                9007199254740993L,
                true,
                2.0,
                List.of("fern", "moss"),
                2L << 30,
                "wild",
                "z9",
                new Pond(2, "koi"),
                new Shed(4, List.of())));
  }

  @ParameterizedTest
  @CsvSource({
    "1e-4, 1e-4",
    "1.0E-4, 1e-4",
    "+5, 5",
    ".5, 0.5",
    "7., 7",
    "1E3, 1000",
    "010, 10",
    "12, 12"
  })
  void numbersAreThoseOfYaml12(String text, double value) {
    assertThat(read("owner: a\narea: " + text).area()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"no", "on", "1:30", "2026-01-01", "0x10", "1_000", "y"})
  void whatYaml11MadeSomethingElseIsText(String text) {
    assertThat(read("owner: " + text).owner()).isEqualTo(text);
  }

  @Test
  void everyProblemIsToldAtOnceWithItsLine() {
    String yaml =
        """
        area: wide
        trees: ten
        # a comment moves the lines
        open: yes
        pond:
          dephts: 3
          fish: 3
        shed:
          tools: hammer
        fence: [1]
        fence: 2
        """;
    assertThat(problems(yaml).split("\n  "))
        .containsExactlyInAnyOrder(
            "g.yaml:1: owner: missing; add this key: who owns it",
            "g.yaml:1: area: expected a number, got \"wide\"",
            "g.yaml:2: trees: expected a whole number, got \"ten\"",
            "g.yaml:4: open: expected true or false, got \"yes\"",
            "g.yaml:6: pond.dephts: unknown key; did you mean pond.depth?",
            "g.yaml:7: pond.fish: expected text, got 3; quote it if you mean text",
            "g.yaml:9: shed.width: missing; add this key: its width",
            "g.yaml:9: shed.tools: expected a list of texts, got \"hammer\"; write [hammer]",
            "g.yaml:10: fence: expected a number, got a list",
            "g.yaml:11: fence: is there a second time; keep one of the two");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trees: 100        | trees: must be at least 0 and below 100, got 100",
        "trees: -1         | trees: must be at least 0 and below 100, got -1",
        "trees: 1.0        | trees: expected a whole number, got 1.0",
        "trees: 3000000000 | trees: must be from -2147483648 to 2147483647, got 3000000000",
        "trees: true       | trees: expected a whole number, got true",
        "trees: '5'        | trees: expected a whole number, got \"5\"",
        "trees:            | trees: has no value; the default is 3",
        "area: 0           | area: must be above 0 and at most 1000000, got 0",
        "area: 1000001     | area: must be above 0 and at most 1000000, got 1000001",
        "area: .nan        | area: expected a finite number, got .nan",
        "area: -.inf       | area: expected a finite number, got -.inf",
        "area: 1e999       | area: expected a finite number, got 1e999",
        "seed: 1e3         | seed: expected a whole number, got 1e3",
        "open: 1           | open: expected true or false, got 1",
        "plants: []        | plants: must have at least 1 entries, got 0",
        "plants: [a, 7]    | plants: expected text, got 7; quote it if you mean text",
        "plants: {a: b}    | plants: expected a list of texts, got a section",
        "water: 512 mb     | water: expected a size in bytes such as 512m or 2g, got \"512 mb\"",
        "water: 1.5        | water: expected a size in bytes such as 512m or 2g, got 1.5",
        "water: 9          | water: must be at least 10, got 9",
        "kind: willd       | kind: \"willd\" is not one of formal, wild; did you mean wild?",
        "kind: jungle      | kind: \"jungle\" is not one of formal, wild",
        "code: 7a          | code: \"7a\" does not match [a-z][0-9]",
        "pond:             | pond: expected a section with depth, fish, got nothing",
        "pond: 7           | pond: expected a section with depth, fish, got 7",
        "shed: [a]         | shed: expected a section with width, tools, or none, got a list",
        "pond: {fish: ''}  | pond.fish: expected text, got an empty one; give a value or remove the key",
        "pond: {fish: shark} | pond: a shark needs depth 5",
      })
  void eachKindOfBadValue(String line, String problem) {
    assertThat(problems("owner: Ann\n" + line)).isEqualTo("g.yaml:2: " + problem);
  }

  @Test
  void anUnknownKeyThatIsNearToNoneIsToldWhatThereIs() {
    assertThat(problems("owner: Ann\ngate: 1"))
        .isEqualTo(
            "g.yaml:2: gate: unknown key; the keys here are owner, area, trees, seed, open, fence,"
                + " plants, water, kind, code, pond, shed");
  }

  @ParameterizedTest
  @CsvSource({
    "Owners: a, Owners: unknown key; did you mean owner?",
    "depth: 3, depth: unknown key; did you mean pond.depth?",
    "pond.fish: x, pond.fish: unknown key; did you mean pond.fish?",
    "widht: 3, widht: unknown key; did you mean shed.width?",
  })
  void unknownKeysNameTheNearestKnownOneWhereverItBelongs(String line, String problem) {
    assertThat(problems("owner: Ann\n" + line)).isEqualTo("g.yaml:2: " + problem);
  }

  @Test
  void nullTakesAnOptionalKeyAway() {
    assertThat(read("owner: Ann\nfence: null\nshed: ~")).isEqualTo(read("owner: Ann"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   \n", "# only a comment\n", "~"})
  void emptyFiles(String yaml) {
    assertThat(problems(yaml)).startsWith("g.yaml: is empty; its keys are owner, area, ");
  }

  @Test
  void otherThanKeysAtTheTop() {
    assertThat(problems("- a\n- b")).startsWith("g.yaml:1: expected keys (owner, ");
    assertThat(problems("- a\n- b")).endsWith("), got a list");
  }

  @Test
  void brokenYamlNamesItsLine() {
    assertThat(problems("owner: Ann\narea: [1\ntrees: 3\n"))
        .startsWith("g.yaml:3: no valid YAML at column ");
    assertThat(problems("owner: Ann\n\tarea: 1\n")).startsWith("g.yaml:2: no valid YAML");
    assertThat(problems("owner: Ann\n---\nowner: Bob\n")).startsWith("g.yaml:2: no valid YAML");
    assertThat(problems("owner: \u0007")).startsWith("g.yaml: no valid YAML: ");
    assertThat(problems("? [a]\n: b\nowner: Ann"))
        .isEqualTo("g.yaml:1: expected a key, got a list");
  }

  @Test
  void setsReplaceAndAddAndTheLaterWins() {
    Garden garden =
        read(
            "owner: Ann\npond: {depth: 2}\nfence: 3\n",
            "trees=4",
            "trees=5",
            "pond.fish=koi",
            "shed.width=9",
            "shed.tools=[rake, axe]",
            "fence=",
            "kind = wild");
    assertThat(garden)
        .isEqualTo(
            new Garden(
                "Ann",
                10.5,
                5,
                -1,
                false,
                null,
                List.of("rose"),
                1024,
                "wild",
                "a1",
                new Pond(2, "koi"),
                new Shed(9, List.of("rake", "axe"))));
  }

  @Test
  void setsMayHoldEqualsSigns() {
    assertThat(read("owner: Ann", "owner=s3a://b/x=1").owner()).isEqualTo("s3a://b/x=1");
  }

  @Test
  void problemsOfSetsNameTheSet() {
    assertThat(
            problems(
                    "owner: Ann\n",
                    "trees=ten",
                    "pnd.depth=3",
                    "pond.depht=3",
                    "owner.first=Bob",
                    "shed.tools=[]",
                    "plants=[a",
                    "area",
                    "a..b=1",
                    "=3")
                .split("\n  "))
        .satisfiesExactlyInAnyOrder(
            p ->
                assertThat(p).isEqualTo("--set trees: trees: expected a whole number, got \"ten\""),
            p -> assertThat(p).isEqualTo("--set pnd.depth: pnd: unknown key; did you mean pond?"),
            p ->
                assertThat(p)
                    .isEqualTo(
                        "--set pond.depht: pond.depht: unknown key; did you mean pond.depth?"),
            p -> assertThat(p).startsWith("--set owner.first: owner is not a section"),
            p ->
                assertThat(p)
                    .isEqualTo("--set shed.tools: shed.width: missing; add this key: its width"),
            p -> assertThat(p).startsWith("--set plants: no valid YAML at column "),
            p -> assertThat(p).startsWith("--set area: expected key=value"),
            p -> assertThat(p).startsWith("--set a..b: a key is names with single dots"),
            p -> assertThat(p).startsWith("--set =3: expected key=value"));
  }

  @Test
  void setsLeaveASectionAloneThatAnAnchorShares() {
    record Two(
        @Key(value = "left", required = true) Pond left,
        @Key(value = "right", required = true) Pond right) {}
    Two two =
        ConfigReader.read(
            "t.yaml",
            "left: &p {depth: 3}\nright: *p\n",
            List.of("left.depth=7"),
            Two.class,
            Map.of());
    assertThat(two).isEqualTo(new Two(new Pond(7, "carp"), new Pond(3, "carp")));
  }

  @Test
  void choicesComeFromTheCaller() {
    Map<String, Choices> choices =
        Map.of("pond.fish", Choices.of(List.of("carp", "koi", "goldfish")));
    assertThat(
            ConfigReader.read("g.yaml", "owner: a", List.of(), Garden.class, choices).pond().fish())
        .isEqualTo("carp");
    assertThatThrownBy(
            () ->
                ConfigReader.read(
                    "g.yaml",
                    "owner: a\npond:\n  fish: goldfsh\n",
                    List.of(),
                    Garden.class,
                    choices))
        .isInstanceOf(WrongInput.class)
        .hasMessageEndingWith(
            "g.yaml:3: pond.fish: \"goldfsh\" is not one of carp, koi, goldfish; did you mean"
                + " goldfish?");
    assertThatThrownBy(
            () ->
                ConfigReader.read(
                    "g.yaml",
                    "",
                    List.of(),
                    Garden.class,
                    Map.of("pond.fsh", Choices.of(List.of("a")))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void refusedAtOnce(String yaml, String message) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(WrongInput.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(10_000)));
  }

  @Test
  void whatIsNoConfigurationIsToldAtOnce() {
    refusedAtOnce("owner: " + "a".repeat(10 << 20), "are more than the 1048576 of a configuration");
    refusedAtOnce("a".repeat(3 << 20), "are more than the 1048576 of a configuration");
    String long1 = "x".repeat(1_000_000);
    refusedAtOnce("owner: a\n" + long1 + ": 1\n", "no valid YAML");
    refusedAtOnce("owner: a\n? " + long1 + "\n: 1\n", "unknown key");
    refusedAtOnce("owner: a\ncode: " + long1, "of 1000000 characters");
    refusedAtOnce("owner: a\ntrees: " + "9".repeat(1_000_000), "of 1000000 characters");
    refusedAtOnce("owner: a\narea: " + long1, "of 1000000 characters");
    refusedAtOnce("owner: a\nkind: " + long1, "of 1000000 characters is not one of");
    refusedAtOnce("owner: a\n" + long1, "no valid YAML");
    refusedAtOnce("owner: " + "[".repeat(500_000), "no valid YAML");
    refusedAtOnce("owner: " + "{a: ".repeat(200_000), "no valid YAML");
    refusedAtOnce("- ".repeat(400_000), "no valid YAML");
    refusedAtOnce("owner: *" + long1, "no valid YAML");
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 30; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1));
    }
    refusedAtOnce(bomb.toString(), "no valid YAML");
  }

  @ParameterizedTest
  @CsvSource({
    "client, learning_rate, client.optimizer.lr",
    "client.optimizer, learningRate, client.optimizer.lr",
    "client, per_device_train_batch_size, client.batch",
    "client, gradient_accumulation_steps, client.accumulate",
    "client, num_train_epochs, 'client.epochs, passes a round'",
    "framework.lora, lora_alpha, framework.lora.alpha",
    "framework.lora, r, framework.lora.rank",
    "framework.lora, target_modules, framework.lora.targets",
    "framework, target-modules, framework.lora.targets",
    "model, max_seq_length, model.maxLength",
    "data, max_length, model.maxLength",
    "client, warmup_steps, 'client.schedule.warmup, in steps of the whole run'",
    "client, weight_decay, client.optimizer.weightDecay",
    "client, lr_scheduler_type, client.schedule.name",
    "client, bf16, 'client.precision, float32 or bfloat16'",
    "client, fp16, 'client.precision, float32 or bfloat16'",
    "client, seed, seed",
    "model, output_dir, out",
    "model, model_name_or_path, model.path",
    "evaluate, eval_steps, 'evaluate.every, in rounds'",
    "framework.lora, modules_to_save, 'framework.train, globs over names of weights'",
    "data, dataset_text_field, data.text",
    "framework, num_rounds, rounds",
    "cohort, min_fit_clients, cohort.minClients",
  })
  void keysOfTransformersAndPeftAreToldTheirNameHere(String section, String key, String meant) {
    assertThat(new ConfigSchema(RunSpec.CHOICES).keys(TrainConfig.class))
        .containsKey(meant.replaceAll(",.*", ""));
    assertThatThrownBy(
            () ->
                ConfigReader.read(
                    "run.yaml",
                    "{}",
                    List.of(section + "." + key + "=1"),
                    TrainConfig.class,
                    RunSpec.CHOICES))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "%s.%s: unknown key; did you mean %s?".formatted(section, key, meant));
    String nested = key + ": 1";
    String[] names = section.split("\\.");
    for (int i = names.length - 1; i >= 0; i--) {
      nested = names[i] + ": {" + nested + "}";
    }
    String yaml = nested;
    assertThatThrownBy(
            () ->
                ConfigReader.read("run.yaml", yaml, List.of(), TrainConfig.class, RunSpec.CHOICES))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "%s.%s: unknown key; did you mean %s?".formatted(section, key, meant));
  }

  @ParameterizedTest
  @CsvSource({
    "framework.lora.lora_dropout, adapters train without dropout; remove it",
    "framework.lora.bias, adapters leave biases as they are; remove it",
    "framework.lora.task_type, the model's family decides on the task; remove it",
    "num_clients, 'it belongs to the configuration of partition: clients'",
  })
  void namesOfWhatThereIsNotAreToldSo(String key, String why) {
    assertThatThrownBy(
            () ->
                ConfigReader.read(
                    "run.yaml", "{}", List.of(key + "=1"), TrainConfig.class, RunSpec.CHOICES))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(key + ": unknown key; " + why);
  }

  /** A name is a key of its own job only; if it is not a key there, it is a typo. */
  @Test
  void everyAliasStandsForAKeyOfTheJob() {
    assertThat(KeyAliases.meant("learning_rate", List.of("batch"))).isEmpty();
    assertThat(KeyAliases.meant("batch_size", List.of("batch"))).contains("batch");
    assertThat(KeyAliases.meant("nothing", List.of("batch"))).isEmpty();
  }

  @Test
  void ofVeryManyProblemsTheFirstAreTold() {
    StringBuilder yaml = new StringBuilder("owner: a\n");
    for (int i = 0; i < 1200; i++) {
      yaml.append("key").append(i).append(": 1\n");
    }
    assertThat(problems(yaml.toString()).lines())
        .hasSize(21)
        .anyMatch(line -> line.contains("key19: unknown key"))
        .last()
        .asString()
        .isEqualTo("  and 1,180 more");
  }
}
