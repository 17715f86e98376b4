package org.tributary.plugin;

/**
 * A named part that a configuration or a model can ask for, such as a framework or an optimizer. A
 * kind of plugin is an abstract subclass of this class; a plugin is a public class with a public
 * constructor without arguments, and is named in {@code META-INF/services/<kind>} of its jar.
 * {@link Plugins} finds it there, in this project's jar and in all other jars of the class path.
 */
public abstract class Plugin {
  private final String name;
  private final String about;
  private final String source;

  /**
   * Creates a plugin.
   *
   * @param name its name, unique among plugins of its kind
   * @param about what it does, in one line
   * @param source the paper, standard or page that it implements
   */
  protected Plugin(String name, String about, String source) {
    this.name = name;
    this.about = about;
    this.source = source;
  }

  /**
   * The plugin's name.
   *
   * @return such as {@code fedavg}
   */
  public final String name() {
    return name;
  }

  /**
   * What it does.
   *
   * @return one line
   */
  public final String about() {
    return about;
  }

  /**
   * The source that it implements.
   *
   * @return a paper, standard or page
   */
  public final String source() {
    return source;
  }
}
