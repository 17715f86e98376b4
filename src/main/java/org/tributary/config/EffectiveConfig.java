package org.tributary.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * The effective configuration: every key with its value, in the order of the records, and the
 * frozen part, which must not change when a run resumes.
 */
public final class EffectiveConfig {
  private EffectiveConfig() {}

  /**
   * The frozen keys of a configuration.
   *
   * @param yaml the keys that are not operational, with their values; equal text for equal values
   * @param sha256 of the text in UTF-8, in hex
   */
  public record Frozen(String yaml, String sha256) {}

  /**
   * Writes a configuration with every key.
   *
   * @param config a configuration record
   * @return YAML that {@link ConfigReader#read} reads as an equal record
   */
  public static String yaml(Record config) {
    return YamlTree.write(tree(config, (section, key) -> true));
  }

  /**
   * The keys of a section with their values.
   *
   * @param section a record
   * @return by name
   */
  public static Map<String, Object> keys(Record section) {
    return tree(section, (inner, key) -> true);
  }

  /**
   * Writes a configuration without the keys that nothing reads, so that a user can run it again.
   *
   * @param config a configuration record
   * @param further dotted names of other keys that are not read, because of the model's task
   * @return YAML for {@link ConfigReader#written}, with the same values of all keys that are read
   */
  public static String readYaml(Record config, Set<String> further) {
    Map<String, Object> tree = tree(config, (section, key) -> true);
    unread(config).forEach(key -> remove(tree, key));
    further.forEach(key -> remove(tree, key));
    return YamlTree.write(tree);
  }

  /** Removes a dotted key from a tree. */
  private static void remove(Map<String, Object> tree, String key) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      tree.remove(key);
    } else if (tree.get(key.substring(0, dot)) instanceof Map<?, ?> section) {
      @SuppressWarnings("unchecked")
      Map<String, Object> inner = (Map<String, Object>) section;
      remove(inner, key.substring(dot + 1));
    }
  }

  /**
   * The part of a configuration that a run never changes.
   *
   * @param config a configuration record
   * @return the frozen keys
   */
  public static Frozen frozen(Record config) {
    String yaml = YamlTree.write(tree(config, EffectiveConfig::isNamed));
    return new Frozen(yaml, sha256(yaml));
  }

  /**
   * The differences that prevent a run from resuming with another configuration: keys that are
   * frozen in one of the two, read in one of the two, and have different values.
   *
   * @param was the run's configuration
   * @param now the new one, of the same type
   * @return one line for each key, {@code key: was X, now Y}; empty if the run may resume
   */
  public static List<String> difference(Record was, Record now) {
    if (was.getClass() != now.getClass()) {
      throw new IllegalArgumentException(was.getClass() + " against " + now.getClass());
    }
    Map<String, Object> before = flat(tree(was, (section, key) -> true));
    Map<String, Object> after = flat(tree(now, (section, key) -> true));
    Set<String> frozen = new LinkedHashSet<>(flat(tree(was, EffectiveConfig::isFrozen)).keySet());
    frozen.addAll(flat(tree(now, EffectiveConfig::isFrozen)).keySet());
    Set<String> unread = unread(was);
    unread.retainAll(unread(now));
    List<String> lines = new ArrayList<>();
    for (String key : frozen) {
      boolean read = unread.stream().noneMatch(u -> (key + ".").startsWith(u + "."));
      if (read && !Objects.equals(before.get(key), after.get(key))) {
        lines.add("%s: was %s, now %s".formatted(key, word(before.get(key)), word(after.get(key))));
      }
    }
    return lines;
  }

  /** The dotted names of the keys that nothing reads. */
  private static Set<String> unread(Record config) {
    Set<String> unread = new LinkedHashSet<>();
    unread(config, "", unread);
    return unread;
  }

  private static void unread(Record config, String path, Set<String> unread) {
    if (config instanceof Section section) {
      section.unread().forEach(u -> unread.add(u.below(path).key()));
    }
    for (RecordComponent component : config.getClass().getRecordComponents()) {
      if (get(config, component) instanceof Record inner) {
        boolean beside = ConfigSchema.isSettings(component);
        unread(inner, beside ? path : ConfigSchema.join(path, component.getName()), unread);
      }
    }
  }

  private static String word(Object value) {
    return value == null ? "not set" : value.toString();
  }

  /** Whether a key is part of the hash in a run's name. */
  private static boolean isNamed(Record section, RecordComponent component) {
    Key key = ConfigSchema.key(component);
    if (!key.later()) {
      return isFrozen(section, component);
    }
    Object value = get(section, component);
    String plain = value instanceof List<?> list && list.isEmpty() ? "[]" : "" + value;
    return isFrozen(section, component) && value != null && !plain.equals(key.byDefault());
  }

  private static boolean isFrozen(Record section, RecordComponent component) {
    return !ConfigSchema.key(component).operational()
        || section instanceof Section s && s.alsoFrozen().contains(component.getName());
  }

  private static Map<String, Object> tree(
      Record section, BiPredicate<Record, RecordComponent> wanted) {
    Map<String, Object> tree = new LinkedHashMap<>();
    for (RecordComponent component : section.getClass().getRecordComponents()) {
      if (wanted.test(section, component)) {
        Object value = get(section, component);
        if (ConfigSchema.isSettings(component)) {
          tree.putAll(tree((Record) value, wanted));
          continue;
        } else if (value instanceof Record inner) {
          value = tree(inner, wanted);
        } else if (ConfigSchema.key(component).size() && value != null) {
          value = YamlNumbers.size((Long) value);
        } else if (value instanceof List<?> list
            && ConfigSchema.key(component).oneOrMore()
            && list.size() == 1) {
          value = list.get(0);
        } else if (value instanceof List<?> list && ConfigSchema.key(component).numbers()) {
          value = new ArrayList<>(list.stream().map(EffectiveConfig::number).toList());
        } else if (value instanceof Map<?, ?> scalars && ConfigSchema.key(component).scalars()) {
          value = plain(scalars);
        } else if (value instanceof Map<?, ?> lists) {
          value = lists(lists, ConfigSchema.key(component).numbers());
        } else if (value instanceof List<?> list) {
          // SnakeYAML writes anchors for an object that occurs twice, such as List.of().
          value = new ArrayList<>(list);
        }
        tree.put(component.getName(), value);
      }
    }
    return tree;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> flat(Map<String, Object> tree) {
    Map<String, Object> flat = new LinkedHashMap<>();
    tree.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> section) {
            flat((Map<String, Object>) section)
                .forEach((key, leaf) -> flat.put(ConfigSchema.join(name, key), leaf));
          } else {
            flat.put(name, value);
          }
        });
    return flat;
  }

  /** A copy, because SnakeYAML writes anchors for an object that occurs twice. */
  private static Object plain(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((name, one) -> copy.put((String) name, plain(one)));
      return copy;
    }
    return value instanceof List<?> list
        ? new ArrayList<Object>(list.stream().map(EffectiveConfig::plain).toList())
        : value;
  }

  /** Lists by name as a JSON or YAML writer takes them. */
  static Map<String, Object> lists(Map<?, ?> lists, boolean numbers) {
    Map<String, Object> copy = new LinkedHashMap<>();
    lists.forEach(
        (name, list) ->
            copy.put(
                (String) name,
                new ArrayList<Object>(
                    ((List<?>) list).stream().map(e -> numbers ? number(e) : e).toList())));
    return copy;
  }

  /** A number, so that it is written without quotes. */
  static Object number(Object text) {
    String written = (String) text;
    return written.matches("-?[0-9]+") ? (Object) Long.valueOf(written) : Double.valueOf(written);
  }

  private static Object get(Record section, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(section);
    } catch (InvocationTargetException | IllegalAccessException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
