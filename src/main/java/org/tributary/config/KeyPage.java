package org.tributary.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The reference of the keys of one file, as Markdown: a table for each top section.
 *
 * @param form the file
 * @param catalog its keys
 */
record KeyPage(ConfigForm form, KeyCatalog catalog) {
  private static final String HEAD =
      "| key | meaning | value | default | example | on resume | read by |\n"
          + "|---|---|---|---|---|---|---|\n";

  /** The words for types of values. */
  private static final Map<Class<?>, String> TYPES =
      Map.of(
          String.class,
          "text",
          boolean.class,
          "`true` or `false`",
          int.class,
          "whole number",
          Integer.class,
          "whole number",
          long.class,
          "whole number",
          double.class,
          "number",
          Double.class,
          "number");

  /** The section of the page. */
  String text() {
    StringBuilder page = new StringBuilder("## %s\n\n%s\n".formatted(form.name(), form.about()));
    List<KeyEntry> top = catalog.in("");
    List<KeyEntry> plain = top.stream().filter(e -> !e.isSection()).toList();
    table(page, "Keys of the file itself", plain);
    for (KeyEntry section : top) {
      if (section.isSection()) {
        List<KeyEntry> rows = new ArrayList<>();
        below(section.name(), rows);
        String title = "`%s`: %s".formatted(section.name(), section.key().value());
        table(page, title, rows);
      }
    }
    return page.toString();
  }

  private void below(String section, List<KeyEntry> rows) {
    for (KeyEntry entry : catalog.in(section)) {
      rows.add(entry);
      if (entry.isSection()) {
        below(entry.name(), rows);
      }
    }
  }

  private void table(StringBuilder page, String title, List<KeyEntry> rows) {
    page.append("\n### ").append(form.name()).append(": ").append(title).append("\n\n");
    page.append(HEAD);
    for (KeyEntry entry : rows) {
      page.append(
          "| `%s` | %s | %s | %s | %s | %s | %s |\n"
              .formatted(
                  entry.name(),
                  meaning(entry),
                  escaped(value(entry)),
                  absent(entry),
                  entry.isSection() ? "" : code(entry.example()),
                  entry.operational() ? "may change" : "fixed",
                  readers(entry)));
    }
  }

  private static String meaning(KeyEntry entry) {
    String[] before = entry.key().formerly();
    String formerly =
        before.length == 0
            ? ""
            : "; formerly "
                + Arrays.stream(before).map(KeyPage::code).collect(Collectors.joining(", "));
    return escaped(entry.key().value()) + formerly;
  }

  private static String value(KeyEntry entry) {
    Key key = entry.key();
    if (entry.isSection()) {
      return key.optional() ? "section, or `none`" : "section";
    } else if (!entry.readers().choices().isEmpty()) {
      return codes(entry.readers().choices())
          + (key.orOther().isEmpty() ? "" : ", or " + escaped(key.orOther()));
    } else if (key.oneOf().length > 0) {
      return codes(List.of(key.oneOf()));
    } else if (entry.type() == List.class) {
      String of = key.counts() ? "whole numbers, at least 1" : key.numbers() ? "numbers" : "texts";
      return key.oneOrMore()
          ? "text, or list of %.0f to %.0f texts".formatted(key.min(), key.max())
          : "list of " + of + (key.min() > 0 ? "; at least %.0f".formatted(key.min()) : "");
    } else if (entry.type() == Map.class) {
      String of = key.scalars() ? "values" : key.numbers() ? "lists of numbers" : "lists of texts";
      return "section of names with " + of;
    } else if (key.size()) {
      return "size in bytes, with `k`, `m` or `g`";
    } else if (!key.pattern().isEmpty()) {
      return "text that matches `%s`".formatted(key.pattern());
    }
    String bounds = YamlNumbers.bounds(key);
    return TYPES.get(entry.type()) + (bounds.isEmpty() ? "" : ", " + bounds);
  }

  private static String absent(KeyEntry entry) {
    if (entry.key().required()) {
      return "required";
    } else if (entry.isSection()) {
      return entry.key().optional() ? "none" : "its keys' defaults";
    }
    return entry.byDefault() == null ? "none" : code(entry.byDefault());
  }

  /** The readers of a key and of the sections around it. */
  private String readers(KeyEntry entry) {
    List<String> models = new ArrayList<>();
    Set<String> only = new LinkedHashSet<>();
    Set<String> without = new LinkedHashSet<>();
    for (KeyEntry around : catalog.around(entry)) {
      if (form.models().containsKey(around.name())) {
        models.add(form.models().get(around.name()));
      }
      only.addAll(around.readers().only());
      without.addAll(around.readers().without());
    }
    List<String> parts = new ArrayList<>(models);
    if (!only.isEmpty()) {
      parts.add(codes(List.copyOf(only)));
    }
    if (!without.isEmpty()) {
      parts.add("all but " + codes(List.copyOf(without)));
    }
    return parts.isEmpty() ? "all" : String.join("; ", parts);
  }

  private static String codes(List<String> words) {
    return words.stream().map(KeyPage::code).collect(Collectors.joining(", "));
  }

  private static String code(String word) {
    return "`" + escaped(word) + "`";
  }

  private static String escaped(String text) {
    return text.replace("|", "\\|");
  }
}
