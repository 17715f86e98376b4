package org.tributary.framework;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.config.Key;
import org.tributary.config.NoSettings;
import org.tributary.plugin.Plugins;
import org.tributary.protocol.Adapters;

/** Messages about clients' ranks name the frameworks that read them, from whatever jar. */
class OneRankTest {
  /** A user's framework whose clients may have adapters of different ranks. */
  public static final class Stacked extends FrameworkProvider<NoSettings> {
    public Stacked() {
      super("a-stack", "a framework of a user", "a test", NoSettings.class);
    }

    @Override
    public Framework of(NoSettings settings, Adapters adapters) {
      return new FlexLora(adapters);
    }
  }

  /** A user's framework with one rank for all clients. */
  public static final class Silent extends FrameworkProvider<NoSettings> {
    public Silent() {
      super("silent", "a framework of a user", "a test", NoSettings.class);
    }

    @Override
    public Framework of(NoSettings settings, Adapters adapters) {
      return new FedIt();
    }
  }

  /**
   * The keys of the next framework.
   *
   * @param depth required
   */
  public record Depth(@Key(value = "a number", required = true) int depth) {}

  /** A user's framework that needs a key, so that a message cannot suggest its name alone. */
  public static final class Demanding extends FrameworkProvider<Depth> {
    public Demanding() {
      super("demanding", "a framework of a user", "a test", Depth.class);
    }

    @Override
    public Framework of(Depth settings, Adapters adapters) {
      return new FlexLora(adapters);
    }
  }

  @TempDir Path dir;

  @Test
  void namesTheFrameworksOfThisProject() {
    assertThat(Frameworks.takingRanks()).containsExactly("flexlora", "flora");
    assertThat(OneRank.ranks().why())
        .isEqualTo("all clients have one rank; flexlora and flora read it");
  }

  @Test
  void namesThoseOfAUsersJarToo() throws Exception {
    Path services = Files.createDirectories(dir.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(FrameworkProvider.class.getName()),
        String.join(
            "\n", Stacked.class.getName(), Silent.class.getName(), Demanding.class.getName()));
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {dir.toUri().toURL()}, OneRankTest.class.getClassLoader())) {
      thread.setContextClassLoader(loader);
      assertThat(Frameworks.takingRanks(Plugins.find(FrameworkProvider.class)))
          .containsExactly("a-stack", "flexlora", "flora");
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
