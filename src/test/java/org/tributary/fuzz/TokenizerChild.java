package org.tributary.fuzz;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.tributary.error.WrongInput;
import org.tributary.text.Tokenizer;

/**
 * Opens each tokenizer.json of a folder, as jobs do, then encodes texts and decodes tokens. Prints
 * one line before and one after each file, so that the reader knows which file ended the JVM.
 */
public final class TokenizerChild {
  static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a",
          "The patient's father, 42 years old, has had NO symptoms!",
          "  two  spaces\n\nand\tlines \r\n",
          "H\u00e9llo w\u00f6rld \u4f60\u597d \u3053\u3093 \ud83d\ude00\ud83c\uddeb\ud83c\uddf7 \ufdfa e\u0301\u0301\u0301",
          "\u0301\u0308",
          "\u0000\u0001\u200b\ufeff",
          "<s>[CLS]</s>[SEP]<|endoftext|>",
          "a".repeat(3000),
          " ".repeat(3000) + "x",
          "\u0e33\u0e33 \uac00\u11a8 \u0958\u0f73\u0344");

  /** A file that ends the child, to check that this is detected. */
  static final String HALT = "halt";

  private TokenizerChild() {}

  public static void main(String... args) throws Exception {
    List<Path> files;
    try (Stream<Path> all = Files.list(Path.of(args[0]))) {
      files = all.sorted().toList();
    }
    for (Path file : files.subList(Integer.parseInt(args[1]), files.size())) {
      System.out.println("BEGIN " + file.getFileName());
      String outcome = outcome(file);
      System.out.printf("END %s %s%n", file.getFileName(), outcome);
    }
    System.out.println("DONE");
  }

  private static String outcome(Path file) throws Exception {
    byte[] json = Files.readAllBytes(file);
    if (HALT.equals(new String(json, StandardCharsets.UTF_8))) {
      Runtime.getRuntime().halt(77);
    }
    for (int length : new int[] {Integer.MAX_VALUE, 8}) {
      try (Tokenizer tokens = Tokenizer.of(json, "tokenizer.json", length)) {
        for (String text : TEXTS) {
          long[] ids = tokens.ids(text);
          for (long id : ids) {
            if (id < 0 || id >= tokens.size()) {
              return "FAULT id " + id + " of " + tokens.size();
            }
          }
          if (length != Integer.MAX_VALUE && ids.length > length) {
            return "FAULT " + ids.length + " ids";
          }
          tokens.encode(text, false);
          tokens.decode(ids, true);
          tokens.decode(ids, false);
        }
        long[] all = new long[Math.min(tokens.size(), 5000)];
        for (int i = 0; i < all.length; i++) {
          all[i] = i;
          tokens.decode(new long[] {i}, false);
        }
        tokens.decode(all, false);
      } catch (WrongInput e) {
        return "REFUSED " + e.getMessage().replace('\n', '|');
      } catch (RuntimeException e) {
        return "FAULT " + e;
      }
    }
    return "TAKEN";
  }
}
