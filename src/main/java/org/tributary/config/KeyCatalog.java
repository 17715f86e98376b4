package org.tributary.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.config.KeyEntry.Readers;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * All keys of one configuration file, with the keys of all methods. Two methods may have keys with
 * the same name; if their bounds or defaults differ, the catalog has an entry for each.
 *
 * @param type the record of the file
 * @param choices see {@link ConfigReader#read}
 * @param entries in the order of the records; each section before its keys
 */
record KeyCatalog(
    Class<? extends Record> type, Map<String, Choices> choices, List<KeyEntry> entries) {

  /**
   * Collects the keys of a file.
   *
   * @param type the record of the file
   * @param choices see {@link ConfigReader#read}
   * @return the catalog
   */
  static KeyCatalog of(Class<? extends Record> type, Map<String, Choices> choices) {
    List<KeyEntry> entries = new ArrayList<>();
    KeyCatalog plain = new KeyCatalog(type, choices, entries);
    plain.collect(type, "", false, null);
    Map<String, List<String>> without = plain.without();
    List<KeyEntry> all =
        entries.stream()
            .map(
                e ->
                    new KeyEntry(
                        e.name(),
                        e.type(),
                        e.key(),
                        e.operational(),
                        new Readers(
                            e.readers().choices(),
                            e.readers().only(),
                            e.readers().only().isEmpty()
                                ? without.getOrDefault(e.name(), List.of())
                                : List.of())))
            .toList();
    return new KeyCatalog(type, choices, all);
  }

  /** The keys directly in a section. */
  List<KeyEntry> in(String section) {
    return entries.stream().filter(e -> ConfigSchema.parent(e.name()).equals(section)).toList();
  }

  /** The sections around an entry, the outermost first, and the entry itself. */
  List<KeyEntry> around(KeyEntry entry) {
    List<KeyEntry> around = new ArrayList<>();
    entries.stream()
        .filter(e -> e.isSection() && entry.name().startsWith(e.name() + "."))
        .forEach(around::add);
    around.add(entry);
    return around;
  }

  private void collect(Class<?> record, String path, boolean operational, String method) {
    for (RecordComponent component : record.getRecordComponents()) {
      Key key = ConfigSchema.key(component);
      if (ConfigSchema.isSettings(component)) {
        Choices methods =
            choices.getOrDefault(ConfigSchema.join(path, key.settingsOf()), Choices.ANY);
        methods.names().forEach(m -> collect(methods.settings(m), path, operational, m));
        continue;
      }
      String name = ConfigSchema.join(path, component.getName());
      boolean changes = operational || key.operational();
      List<String> values = choices.containsKey(name) ? choices.get(name).names() : List.of();
      List<String> only = method == null ? List.of() : List.of(method);
      add(
          new KeyEntry(
              name, component.getType(), key, changes, new Readers(values, only, List.of())));
      if (component.getType().isRecord()) {
        collect(component.getType(), name, changes, method);
      }
    }
  }

  /** Adds an entry, or the method to an equal entry. */
  private void add(KeyEntry entry) {
    for (int i = 0; i < entries.size(); i++) {
      KeyEntry other = entries.get(i);
      if (other.isLike(entry)) {
        Readers both = other.readers().and(entry.readers().only().get(0));
        entries.set(
            i, new KeyEntry(other.name(), other.type(), other.key(), other.operational(), both));
        return;
      }
    }
    entries.add(entry);
  }

  /** The methods that leave a key of the configuration itself without a reader, by key. */
  private Map<String, List<String>> without() {
    Map<String, List<String>> without = new LinkedHashMap<>();
    choices.forEach(
        (decider, methods) -> {
          for (String method : methods.names()) {
            for (String key : unread(decider, method)) {
              without.computeIfAbsent(key, k -> new ArrayList<>()).add(method);
            }
          }
        });
    return without;
  }

  /**
   * The keys that nothing reads because of a method.
   *
   * @param decider the key that names the method
   * @param method its name
   * @return dotted names
   */
  private Set<String> unread(String decider, String method) {
    ConfigProblems problems = new ConfigProblems("");
    MappingNode root = new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK);
    Overrides overrides = new Overrides(problems);
    entries.stream()
        .filter(e -> e.key().required() && !e.isSection() && e.readers().only().isEmpty())
        .filter(e -> isNeeded(ConfigSchema.parent(e.name())))
        .forEach(e -> overrides.apply(root, e.name() + "=" + e.example()));
    overrides.apply(root, decider + "=" + method);
    entries.stream()
        .filter(e -> e.key().required() && !e.isSection() && e.readers().only().contains(method))
        .filter(e -> (e.name() + ".").startsWith(ConfigSchema.parent(decider) + "."))
        .forEach(e -> overrides.apply(root, e.name() + "=" + e.example()));
    RecordBinder binder = new RecordBinder(problems, new ConfigSchema(choices), type, true);
    binder.section(type, "", root);
    Set<String> unread = new LinkedHashSet<>();
    binder.unread().stream()
        .filter(u -> u.decider().equals(decider))
        .map(UnreadKey::key)
        .forEach(unread::add);
    return unread;
  }

  /** Whether a section has to be there, so that its required keys are required. */
  private boolean isNeeded(String section) {
    return section.isEmpty()
        || entries.stream().anyMatch(e -> e.name().equals(section) && !e.key().optional())
            && isNeeded(ConfigSchema.parent(section));
  }
}
