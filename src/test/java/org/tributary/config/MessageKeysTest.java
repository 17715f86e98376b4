package org.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keys that a message names exist: following its advice does not cause another error. */
class MessageKeysTest {
  private static final Set<String> KEYS = keys();

  /** A key within a section, as messages write it: with dots, and not part of a longer name. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?<![\\w./-])([a-z][A-Za-z]*)((?:\\.[a-z][A-Za-z0-9]*)+)(?![\\w-]|\\.[\\w%{])");

  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** Files and modules of models whose names begin like a section's name. */
  private static final Pattern NO_KEY =
      Pattern.compile("model\\.(safetensors|onnx|layers|norm|decoder|encoder).*|data\\.pkl");

  private static Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    for (Class<?> type :
        List.of(
            TrainConfig.class, PartitionConfig.class, CompareConfig.class, GenerateConfig.class)) {
      keys.addAll(new ConfigSchema(AllChoices.of(type)).keys(type).keySet());
    }
    return keys;
  }

  private static boolean isSection(String name) {
    return KEYS.stream().anyMatch(key -> key.startsWith(name + "."));
  }

  private static List<String> unknown(String text) {
    List<String> unknown = new ArrayList<>();
    Matcher named = NAMED.matcher(text);
    while (named.find()) {
      String key = named.group();
      if (isSection(named.group(1)) && !KEYS.contains(key) && !NO_KEY.matcher(key).matches()) {
        unknown.add(key);
      }
    }
    return unknown;
  }

  @Test
  void everyKeyThatAMessageNamesExists() throws IOException {
    List<String> unknown = new ArrayList<>();
    int named = 0;
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          if (line.strip().startsWith("*") || line.strip().startsWith("//")) {
            continue;
          }
          Matcher literal = LITERAL.matcher(line);
          while (literal.find()) {
            named += KEYS.stream().anyMatch(literal.group(1)::contains) ? 1 : 0;
            unknown(literal.group(1)).forEach(key -> unknown.add(file.getFileName() + ": " + key));
          }
        }
      }
    }
    assertThat(named).isGreaterThan(100);
    assertThat(unknown).isEmpty();
  }

  @Test
  void theScanFindsKeysThatDoNotExist() {
    assertThat(unknown("lower client.optimizer.learningRate, or set model.pooling=mean"))
        .containsExactly("client.optimizer.learningRate");
    assertThat(unknown("%s: model.newHed; model.safetensors, config.json, and source.format."))
        .containsExactly("model.newHed");
  }

  @Test
  void aliasesMeanKeysThatExist() {
    assertThat(KEYS).containsAll(KeyAliases.keys());
  }
}
