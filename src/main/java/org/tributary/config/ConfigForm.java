package org.tributary.config;

import java.util.Map;

/**
 * What is known about a configuration file: the source of its reference and of its JSON Schema.
 *
 * @param name of the file's kind, which is the name of its job
 * @param about what the file is, a sentence
 * @param type the record of the file
 * @param choices see {@link ConfigReader#read}
 * @param models by dotted key, the models that read it; a key that every model reads is absent
 */
public record ConfigForm(
    String name,
    String about,
    Class<? extends Record> type,
    Map<String, Choices> choices,
    Map<String, String> models) {

  /**
   * The reference of the file's keys.
   *
   * @return a section of a page, in Markdown
   */
  public String markdown() {
    return new KeyPage(this, KeyCatalog.of(type, choices)).text();
  }

  /**
   * The JSON Schema (draft 7) of the file: names, types, bounds and choices of its keys, and which
   * keys belong to which method. Rules between other keys are checked by the job alone.
   *
   * @return maps, lists, texts, numbers and truth values, for a JSON writer
   */
  public Map<String, Object> jsonSchema() {
    return new KeyJsonSchema(KeyCatalog.of(type, choices)).of("Tributary: " + name, about);
  }
}
