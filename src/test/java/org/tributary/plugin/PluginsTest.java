package org.tributary.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;

class PluginsTest {
  /** A kind of plugin. */
  public abstract static class Tool extends Plugin {
    Tool(String name) {
      super(name, "a tool", "a test");
    }
  }

  /** A plugin. */
  public static final class Saw extends Tool {
    public Saw() {
      super("saw");
    }
  }

  /** Another plugin with the same name. */
  public static final class OtherSaw extends Tool {
    public OtherSaw() {
      super("saw");
    }
  }

  /** A plugin that only its own class can create. */
  public static final class Hidden extends Tool {
    private Hidden() {
      super("hidden");
    }
  }

  /** A plugin that cannot be created. */
  public static final class Broken extends Tool {
    public Broken() {
      super("broken");
      throw new IllegalStateException("there is no blade");
    }
  }

  @TempDir Path dir;

  /** Finds tools if a folder with these lines is on the class path of the thread. */
  private SortedMap<String, Tool> find(String... lines) throws Exception {
    Path services = Files.createDirectories(dir.resolve("META-INF/services"));
    Files.writeString(services.resolve(Tool.class.getName()), String.join("\n", lines));
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {dir.toUri().toURL()}, PluginsTest.class.getClassLoader())) {
      thread.setContextClassLoader(loader);
      return Plugins.find(Tool.class);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void findsThoseOfTheThreadsClassPathByName() throws Exception {
    assertThat(find(Saw.class.getName())).containsOnlyKeys("saw");
    assertThat(find()).isEmpty();
  }

  @Test
  void twoOfOneNameAreRefusedAndBothNamed() {
    assertThatThrownBy(() -> find(Saw.class.getName(), OtherSaw.class.getName()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("PluginsTest$Saw in ")
        .hasMessageContaining("PluginsTest$OtherSaw in ")
        .hasMessageContaining("are both called saw; rename one of them, or leave its jar out");
  }

  @Test
  void aClassThatIsNotThereIsToldWithItsFile() {
    assertThatThrownBy(() -> find("org.example.NoSuchTool"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("META-INF/services/" + Tool.class.getName())
        .hasMessageContaining("org.example.NoSuchTool")
        .hasMessageContaining("leave its jar out of --jars");
  }

  @Test
  void aClassThatCannotBeMadeIsToldWithTheReason() {
    assertThatThrownBy(() -> find(Broken.class.getName()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("PluginsTest$Broken")
        .hasMessageContaining("there is no blade");
    assertThatThrownBy(() -> find(Hidden.class.getName()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("PluginsTest$Hidden")
        .hasMessageContaining("a public class with a public constructor without arguments");
  }
}
