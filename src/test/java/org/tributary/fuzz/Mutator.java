package org.tributary.fuzz;

import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Breaks small valid files in ways that a seed determines. */
final class Mutator {

  /** Values that replace an expected one. */
  private static final List<String> ODD =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1",
          "2147483648",
          "9223372036854775808",
          "1e308",
          "-0.5",
          "1e-320",
          "\"\"",
          "\"a\"",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "\"(a+)+$\"",
          "\"[\"",
          "\"../../x\"",
          "[]",
          "{}",
          "[[]]",
          "[null]",
          "[1, 2, 3]",
          "{\"a\": 1}",
          "[\"a\", 1]");

  private static final List<String> WORDS =
      List.of(
          "\0",
          "\ufeff",
          "\t",
          "\r",
          "\n",
          "\"",
          "'",
          "{",
          "}",
          "[",
          "]",
          ":",
          ",",
          "#",
          "&a",
          "*a",
          "%",
          "-",
          "null",
          "\u2028",
          "99999999999999999999",
          "!!binary x",
          "{{",
          "{%",
          "%}",
          "|");

  private final SplittableRandom random;

  Mutator(long seed) {
    random = new SplittableRandom(seed);
  }

  private int below(int n) {
    return n <= 0 ? 0 : random.nextInt(n);
  }

  /** Bytes cut off, changed, duplicated, inserted or zeroed. */
  byte[] bytes(byte[] original) {
    int at = below(original.length + 1);
    int length = Math.min(original.length - at, 1 + below(64));
    byte[] broken = original.clone();
    switch (below(8)) {
      case 0:
        return Arrays.copyOf(original, at);
      case 1:
        if (length > 0) {
          broken[at] ^= (byte) (1 << below(8));
        }
        return broken;
      case 2:
        for (int i = 0; i < length; i++) {
          broken[at + i] = (byte) below(256);
        }
        return broken;
      case 3:
        Arrays.fill(broken, at, at + length, (byte) 0);
        return broken;
      case 4:
        Arrays.fill(broken, at, at + Math.min(8, length), (byte) 0xFF);
        return broken;
      case 5:
        return splice(original, at, at, Arrays.copyOfRange(original, at, at + length));
      case 6:
        return splice(original, at, at + length, new byte[0]);
      default:
        byte[] noise = new byte[1 + below(16)];
        for (int i = 0; i < noise.length; i++) {
          noise[i] = (byte) below(256);
        }
        return splice(original, at, at, noise);
    }
  }

  /** Only the first bytes, where headers are. */
  byte[] head(byte[] original, int length) {
    int n = Math.min(length, original.length);
    byte[] head = Arrays.copyOf(original, n);
    byte[] broken = bytes(head);
    return splice(original, 0, n, broken);
  }

  /** Words inserted, lines duplicated, removed or moved, numbers made huge, other encodings. */
  byte[] text(byte[] original) {
    String text = new String(original, StandardCharsets.UTF_8);
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    int line = below(lines.size());
    int at = below(text.length());
    switch (below(8)) {
      case 0:
        return bytes(text.substring(0, at) + WORDS.get(below(WORDS.size())) + text.substring(at));
      case 1:
        lines.add(line, lines.get(line));
        break;
      case 2:
        lines.remove(line);
        break;
      case 3:
        lines.set(line, "   " + lines.get(line));
        break;
      case 4:
        String odd = ODD.get(below(ODD.size()));
        lines.set(
            line,
            lines
                .get(line)
                .replaceFirst(
                    "[:,] *[^:,}]+", java.util.regex.Matcher.quoteReplacement(": " + odd)));
        break;
      case 5:
        return text.getBytes(below(2) == 0 ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE);
      case 6:
        lines.set(line, lines.get(line).replaceAll("[0-9.]+", ODD.get(below(10))));
        break;
      default:
        return bytes(original);
    }
    return bytes(String.join("\n", lines));
  }

  /** A key or element of a JSON file replaced, removed, duplicated or moved. */
  byte[] json(byte[] original) {
    try {
      JsonNode root = JSON.readTree(original);
      List<JsonNode> parents = new ArrayList<>();
      collect(root, parents);
      for (int i = 0; i <= below(3); i++) {
        change(parents.get(below(parents.size())));
      }
      return JSON.writeValueAsBytes(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void collect(JsonNode node, List<JsonNode> parents) {
    if (node.size() > 0) {
      parents.add(node);
      int of = node.size();
      for (JsonNode child : node) {
        // Vocabularies would leave no mutations for the rest.
        if (of < 50 || below(of) < 3) {
          collect(child, parents);
        }
      }
    }
  }

  private void change(JsonNode parent) throws IOException {
    JsonNode odd = JSON.readTree(ODD.get(below(ODD.size())));
    if (parent instanceof ObjectNode object && object.size() > 0) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      String key = keys.get(below(keys.size()));
      switch (below(4)) {
        case 0 -> object.remove(key);
        case 1 -> object.set(key, object.get(keys.get(below(keys.size()))));
        case 2 -> object.set("x" + key, object.remove(key));
        default -> object.set(key, odd);
      }
    } else if (parent instanceof ArrayNode array && array.size() > 0) {
      int at = below(array.size());
      switch (below(3)) {
        case 0 -> array.remove(at);
        case 1 -> array.insert(at, array.get(at));
        default -> array.set(at, odd);
      }
    }
  }

  private static byte[] splice(byte[] original, int from, int to, byte[] with) {
    byte[] spliced = Arrays.copyOf(original, original.length - (to - from) + with.length);
    System.arraycopy(with, 0, spliced, from, with.length);
    System.arraycopy(original, to, spliced, from + with.length, original.length - to);
    return spliced;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
