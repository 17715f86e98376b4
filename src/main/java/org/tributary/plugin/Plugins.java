package org.tributary.plugin;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tributary.error.WrongInput;

/**
 * Finds the plugins of a kind with {@link ServiceLoader}: those of this project, and those of jars
 * that a user passes with {@code --jars}, on the driver and in executors.
 */
public final class Plugins {
  private static final String WAY_OUT =
      "if it is correct (a public class with a public constructor without arguments,"
          + " below the class that the file is named after), build its jar for Java %d against this"
              .formatted(Runtime.version().feature())
          + " version of Tributary, and pass the jars that it needs; or leave its jar out of --jars";

  private Plugins() {}

  /**
   * All plugins of a kind.
   *
   * @param kind an abstract class
   * @param <P> the kind
   * @return by name, sorted
   * @throws WrongInput if a jar names a class that cannot be loaded, or two plugins have the same
   *     name
   */
  public static <P extends Plugin> SortedMap<String, P> find(Class<P> kind) {
    SortedMap<String, P> found = new TreeMap<>();
    for (ClassLoader loader : loaders()) {
      for (P plugin : load(kind, loader)) {
        P other = found.putIfAbsent(plugin.name(), plugin);
        if (other != null && other.getClass() != plugin.getClass()) {
          throw new WrongInput(
              "%s and %s are both called %s; rename one of them, or leave its jar out of --jars"
                  .formatted(where(other), where(plugin), plugin.name()));
        }
      }
    }
    return Collections.unmodifiableSortedMap(found);
  }

  /** Spark adds the jars of {@code --jars} to the class loader of the driver's or task's thread. */
  private static Set<ClassLoader> loaders() {
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    Stream.of(Plugins.class.getClassLoader(), Thread.currentThread().getContextClassLoader())
        .filter(Objects::nonNull)
        .forEach(loaders::add);
    return loaders;
  }

  private static <P extends Plugin> Set<P> load(Class<P> kind, ClassLoader loader) {
    Set<P> plugins = new LinkedHashSet<>();
    try {
      ServiceLoader.load(kind, loader).forEach(plugins::add);
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new WrongInput(
          "META-INF/services/%s names a class that cannot be used: %s; %s"
              .formatted(kind.getName(), said(e), WAY_OUT),
          e);
    }
    return plugins;
  }

  /**
   * The exception and its cause, because ServiceLoader's message lacks the reason why a constructor
   * fails.
   */
  private static String said(Throwable thrown) {
    Throwable cause = thrown.getCause();
    return cause == null ? thrown.getMessage() : "%s (%s)".formatted(thrown.getMessage(), cause);
  }

  private static String where(Plugin plugin) {
    return "%s in %s"
        .formatted(
            plugin.getClass().getName(),
            plugin.getClass().getProtectionDomain().getCodeSource().getLocation());
  }
}
