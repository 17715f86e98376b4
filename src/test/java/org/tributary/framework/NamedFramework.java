package org.tributary.framework;

import java.util.List;
import java.util.Map;
import org.tributary.config.Choices;
import org.tributary.config.ConfigReader;
import org.tributary.config.FrameworkSection;
import org.tributary.protocol.Adapters;

/** Frameworks as a configuration selects them. */
final class NamedFramework {
  private NamedFramework() {}

  /**
   * A framework with its wrappers.
   *
   * @param name of the framework
   * @param adapters null for a run without adapters
   * @param sets further keys below {@code framework}, such as {@code weights=uniform}
   */
  static Framework of(String name, Adapters adapters, String... sets) {
    FrameworkSection section =
        ConfigReader.read(
            "f.yaml",
            "name: " + name,
            List.of(sets),
            FrameworkSection.class,
            Map.of(
                "name", Choices.ofMethods(Frameworks.all()),
                "server.name", Choices.ofMethods(Frameworks.servers()),
                "local.name", Choices.ofMethods(Frameworks.localRules())));
    return Frameworks.of(section, adapters);
  }

  /** A framework for a run without adapters. */
  static Framework of(String name) {
    return of(name, null);
  }
}
