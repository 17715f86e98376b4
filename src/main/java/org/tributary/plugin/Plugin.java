package org.tributary.plugin;

/**
 * Something with a name that a configuration or a model can ask for, such as a framework or an
 * optimizer. A kind of plugin is an abstract class below this one; a plugin is a public class with
 * a public constructor without arguments, and is named in {@code META-INF/services/<kind>} of its
 * jar. {@link Plugins} finds it there, in this project's jar and in any other of the class path.
 */
public abstract class Plugin {
  private final String name;
  private final String about;
  private final String source;

  /**
   * A plugin.
   *
   * @param name by which it is asked for; among those of its kind the only one
   * @param about what it does, in one line
   * @param source the paper, standard or page that it follows
   */
  protected Plugin(String name, String about, String source) {
    this.name = name;
    this.about = about;
    this.source = source;
  }

  /**
   * The name by which it is asked for.
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
   * What it follows.
   *
   * @return a paper, standard or page
   */
  public final String source() {
    return source;
  }
}
