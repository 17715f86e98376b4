package org.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveConfigTest {
  record Sample(
      @Key(value = "a text", required = true) String text,
      @Key(value = "a number", required = true) double number,
      @Key(value = "a long", required = true) long whole,
      @Key(value = "a size", required = true, size = true) long size,
      @Key(value = "texts", required = true) List<String> texts) {}

  private static <T extends Record> T again(T record, Class<T> type) {
    return ConfigReader.read(
        "again.yaml", EffectiveConfig.yaml(record), List.of(), type, AllChoices.of(type));
  }

  @ParameterizedTest
  @ValueSource(strings = {TrainConfigTest.LEAST, TrainConfigTest.WHOLE})
  void writtenAndReadAgainItIsEqual(String yaml) {
    TrainConfig config = TrainConfigTest.read(yaml);
    assertThat(again(config, TrainConfig.class)).isEqualTo(config);
    assertThat(EffectiveConfig.yaml(again(config, TrainConfig.class)))
        .isEqualTo(EffectiveConfig.yaml(config));
  }

  @Test
  void everyKeyIsWrittenInTheRecordsOrder() {
    assertThat(EffectiveConfig.yaml(TrainConfigTest.read(TrainConfigTest.LEAST)))
        .isEqualTo(
            """
            out: runs/a
            seed: 0
            rounds: 6
            result: last
            shared: false
            model:
              path: models/m
              name: null
              pooling: null
              maxLength: 128
              newHead: false
            data:
              path: data/d
              text: text
              label: label
              classes: []
              classNumbers: false
              prompt: seed-paper
              shortPrompt: null
              message: null
              messages: null
              turns: all
              system: null
              template: null
              date: null
              answer: answer
              badRows: refuse
              augment:
                flip: false
                crop: 0
            framework:
              name: fedavg
              train: []
              lora: null
              head: trained
              weights: rows
              server: null
              local: null
            client:
              steps: 10
              epochs: null
              batch: 16
              accumulate: 1
              clip: null
              threads: 1
              keepOptimizer: false
              precision: float32
              checkpointing: false
              perBlock: false
              optimizer:
                name: adamw
                lr: 1.0E-4
                beta1: 0.9
                beta2: 0.999
                eps: 1.0E-8
                weightDecay: 0.0
              schedule:
                name: constant
                warmup: 0
            cohort:
              fraction: 1.0
              minClients: 1
            evaluate:
              every: 1
              start: false
              patience: 0
              batch: 64
              shard: 128
              parts:
              - test
              rows: 0
              generate: 0
              newTokens: 64
            reduce:
              driverLimit: 512m
            keep:
              updates: 1
              globals: 2
            lock:
              lease: 60
            store:
              patience: 60
            trackers:
              tensorboard: false
              mlflow: null
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "1e-4",
        "1.0",
        "true",
        "no",
        "null",
        "~",
        "- a",
        "a: b",
        "a #b",
        "#",
        "*x",
        "&x",
        "[a",
        "{",
        "'",
        "\"",
        " lead",
        "trail ",
        "two\nlines",
        "tab\t",
        "ä ö 語 😀",
        "\u0085",
        "a\r\nb",
        "%x",
        "!t",
        "|",
        ">",
        "---",
        "=",
        "<<",
        ".inf",
        "é",
        "\\n"
      })
  void textsThatLookLikeSomethingElse(String text) {
    Sample values = new Sample(text, 1, 1, 1, List.of(text, text));
    assertThat(again(values, Sample.class)).isEqualTo(values);
  }

  @Property(tries = 300)
  void anyValueSurvives(
      @ForAll @Size(min = 1, max = 5) List<@CharRange(from = '!', to = '퟿') Character> letters,
      @ForAll double number,
      @ForAll long whole,
      @ForAll @LongRange(min = 0) long size) {
    String text = letters.stream().map(String::valueOf).collect(Collectors.joining());
    if (text.isBlank() || Double.isInfinite(number)) {
      return;
    }
    Sample values = new Sample(text, number, whole, size, List.of(text));
    assertThat(again(values, Sample.class)).isEqualTo(values);
  }

  @Test
  void operationalKeysAreNotFrozen() {
    TrainConfig config = TrainConfigTest.read(TrainConfigTest.LEAST);
    EffectiveConfig.Frozen frozen = EffectiveConfig.frozen(config);
    assertThat(frozen.yaml())
        .startsWith("seed: 0\nmodel:\n")
        .contains("  fraction: 1.0\n")
        .doesNotContain("out:", "rounds:", "shared:", "minClients:", "evaluate:", "reduce:")
        .doesNotContain("keep:", "\nlock:");
    assertThat(frozen.sha256()).matches("[0-9a-f]{64}");
    TrainConfig other =
        TrainConfigTest.read(
            TrainConfigTest.LEAST,
            "out=elsewhere",
            "rounds=99",
            "shared=true",
            "cohort.minClients=2",
            "evaluate.every=9",
            "reduce.driverLimit=1",
            "keep={updates: 3, globals: 3}",
            "lock.lease=5");
    assertThat(EffectiveConfig.frozen(other)).isEqualTo(frozen);
    assertThat(EffectiveConfig.difference(config, other)).isEmpty();
  }

  @Test
  void aLaterKeyIsPartOfTheNameOnlyWhereItIsSet() {
    TrainConfig config = TrainConfigTest.read(TrainConfigTest.LEAST, "data.prompt=chat");
    assertThat(EffectiveConfig.frozen(config).yaml())
        .doesNotContain("template", "date:", "turns", "messages", "shortPrompt");
    TrainConfig told =
        TrainConfigTest.read(
            TrainConfigTest.LEAST, "data.prompt=chat", "data.template.enable_thinking=false");
    assertThat(EffectiveConfig.frozen(told).yaml())
        .contains("template:\n    enable_thinking: false\n");
    assertThat(EffectiveConfig.difference(config, told))
        .containsExactly("data.template.enable_thinking: was not set, now false");
  }

  @Test
  void roundsAreFrozenWhereTheScheduleDependsOnThem() {
    TrainConfig six = TrainConfigTest.read(TrainConfigTest.LEAST, "client.schedule.name=linear");
    TrainConfig seven =
        TrainConfigTest.read(TrainConfigTest.LEAST, "client.schedule.name=linear", "rounds=7");
    assertThat(EffectiveConfig.difference(six, seven)).containsExactly("rounds: was 6, now 7");
    assertThat(EffectiveConfig.frozen(six)).isNotEqualTo(EffectiveConfig.frozen(seven));
  }

  @Test
  void theDifferenceNamesEachFrozenKey() {
    String reader = "framework.name=flexlora";
    TrainConfig was = TrainConfigTest.read(TrainConfigTest.LEAST, reader);
    TrainConfig now =
        TrainConfigTest.read(
            TrainConfigTest.LEAST,
            reader,
            "rounds=7",
            "client.clip=1",
            "client.schedule.name=cosine",
            "framework.train=['*']",
            "framework.lora={rank: 2, targets: [q]}");
    assertThat(EffectiveConfig.difference(was, now))
        .containsExactlyInAnyOrder(
            "rounds: was 6, now 7",
            "client.clip: was not set, now 1.0",
            "client.schedule.name: was constant, now cosine",
            "framework.train: was [], now [*]",
            "framework.lora.rank: was not set, now 2",
            "framework.lora.alpha: was not set, now 16.0",
            "framework.lora.targets: was not set, now [q]",
            "framework.lora.rslora: was not set, now false",
            "framework.lora.ranks: was not set, now []");
    assertThat(EffectiveConfig.difference(was, was)).isEmpty();
    String momentum = "client.optimizer.momentum=0.9";
    assertThat(
            EffectiveConfig.difference(
                was, TrainConfigTest.read(TrainConfigTest.LEAST, reader, momentum)))
        .as("adamw reads no momentum")
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(classes = {TrainConfig.class, PartitionConfig.class})
  void everyKeySaysWhatItIsForAndPrimitivesHaveAValue(Class<?> type) {
    Map<String, RecordComponent> keys = new ConfigSchema(AllChoices.of(type)).keys(type);
    assertThat(keys).isNotEmpty();
    Set<Class<?>> boxed = Set.of(Integer.class, Long.class, Double.class);
    keys.forEach(
        (name, component) -> {
          Key key = ConfigSchema.key(component);
          assertThat(key.value()).as(name).isNotBlank();
          if (component.getType().isPrimitive()) {
            assertThat(key.required()).as(name).isNotEqualTo(!key.byDefault().isEmpty());
          } else if (boxed.contains(component.getType())) {
            assertThat(key.required() || !key.byDefault().isEmpty()).as(name).isFalse();
          }
        });
  }
}
