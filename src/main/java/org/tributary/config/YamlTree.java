package org.tributary.config;

import java.io.StringReader;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Converts YAML text to a tree of nodes with their lines, and back. Plain scalars follow the core
 * schema of YAML 1.2 (section 10.3.2): {@code 1e-4} is a number, {@code no} and {@code 1:30} are
 * texts, {@code 010} is ten.
 */
final class YamlTree {
  /** The most characters of a configuration; long ones have a few thousand. */
  static final int MOST = 1 << 20;

  /** The largest depth of sections. */
  private static final int DEEPEST = 50;

  /** The most aliases for sections and lists. */
  private static final int ALIASES = 50;

  private YamlTree() {}

  /**
   * Reads one document.
   *
   * @param text YAML
   * @return its root; null if there is none
   * @throws org.yaml.snakeyaml.error.YAMLException if the text is not YAML, or is longer, deeper or
   *     has more aliases than allowed
   */
  static Node parse(String text) {
    if (text.length() > MOST) {
      throw new YAMLException(
          "%d characters are more than the %d of a configuration; name the YAML file of a run"
              .formatted(text.length(), MOST));
    }
    return yaml().compose(new StringReader(text));
  }

  /**
   * Writes a tree in block style; reading it again gives the same values.
   *
   * @param tree maps, lists, strings, numbers, booleans and nulls
   * @return YAML text that ends with a newline
   */
  static String write(Map<String, Object> tree) {
    return yaml().dump(tree);
  }

  private static Yaml yaml() {
    DumperOptions dump = new DumperOptions();
    dump.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    dump.setSplitLines(false);
    dump.setLineBreak(DumperOptions.LineBreak.UNIX);
    LoaderOptions load = new LoaderOptions();
    load.setNestingDepthLimit(DEEPEST);
    load.setMaxAliasesForCollections(ALIASES);
    return new Yaml(new SafeConstructor(load), new Texts(dump), dump, load, new CoreSchema());
  }

  /** SnakeYAML removes line breaks other than line feeds unless the text is in double quotes. */
  private static final class Texts extends Representer {
    private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\u0085\u2028\u2029\uFEFF]");

    Texts(DumperOptions options) {
      super(options);
      representers.put(
          String.class,
          text -> {
            boolean breaks = BREAKS.matcher((String) text).find();
            ScalarStyle style = breaks ? ScalarStyle.DOUBLE_QUOTED : ScalarStyle.PLAIN;
            return representScalar(Tag.STR, (String) text, style);
          });
    }
  }

  private static final class CoreSchema extends Resolver {
    private static final Pattern TRUE_FALSE = Pattern.compile("true|True|TRUE|false|False|FALSE");
    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern REAL =
        Pattern.compile(
            "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
                + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
    private static final Pattern NOTHING = Pattern.compile("~|null|Null|NULL|");

    @Override
    protected void addImplicitResolvers() {
      addImplicitResolver(Tag.BOOL, TRUE_FALSE, "tTfF");
      addImplicitResolver(Tag.INT, WHOLE, "-+0123456789");
      addImplicitResolver(Tag.FLOAT, REAL, "-+0123456789.");
      addImplicitResolver(Tag.NULL, NOTHING, "~nN\0");
      addImplicitResolver(Tag.NULL, Pattern.compile(""), null);
    }
  }
}
