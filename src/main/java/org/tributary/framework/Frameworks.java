package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.tributary.config.ConfigReader;
import org.tributary.config.FrameworkSection;
import org.tributary.config.Method;
import org.tributary.error.WrongInput;
import org.tributary.plugin.Plugins;
import org.tributary.protocol.Adapters;

/** The available frameworks, server optimizers and local rules, by name. */
@SuppressWarnings("rawtypes") // The type of a plugin's settings is known only by the plugin's name.
public final class Frameworks {
  private static final SortedMap<String, FrameworkProvider> FRAMEWORKS =
      Plugins.find(FrameworkProvider.class);
  private static final SortedMap<String, ServerOptimizerProvider> SERVERS =
      Plugins.find(ServerOptimizerProvider.class);
  private static final SortedMap<String, LocalRuleProvider> LOCAL_RULES =
      Plugins.find(LocalRuleProvider.class);

  private Frameworks() {}

  /**
   * The choices of {@code framework.name}.
   *
   * @return sorted by name
   */
  public static List<Method<?>> all() {
    return methods(FRAMEWORKS);
  }

  /**
   * The choices of {@code framework.server.name}.
   *
   * @return sorted by name
   */
  public static List<Method<?>> servers() {
    return methods(SERVERS);
  }

  /**
   * The choices of {@code framework.local.name}.
   *
   * @return sorted by name
   */
  public static List<Method<?>> localRules() {
    return methods(LOCAL_RULES);
  }

  /**
   * The frameworks that can be advised to a user who gives clients their own ranks: those of this
   * project and of the user's jars that take ranks and need no keys of their own.
   *
   * @return names, sorted
   */
  public static List<String> takingRanks() {
    return takingRanks(FRAMEWORKS);
  }

  static List<String> takingRanks(SortedMap<String, FrameworkProvider> frameworks) {
    return frameworks.keySet().stream().filter(name -> takesRanks(frameworks.get(name))).toList();
  }

  @SuppressWarnings("unchecked") // The settings are read into the provider's own record.
  private static boolean takesRanks(FrameworkProvider provider) {
    try {
      Class<? extends Record> type = provider.settings();
      Record settings = ConfigReader.read(provider.name(), "{}", List.of(), type, Map.of());
      return provider.of(settings, new Adapters(1, 1, false)).takesRanks();
    } catch (WrongInput e) {
      return false; // Its name alone would not be a configuration that works.
    }
  }

  private static List<Method<?>> methods(SortedMap<String, ? extends Method> methods) {
    List<Method<?>> all = new ArrayList<>();
    methods.values().forEach(all::add);
    return all;
  }

  /**
   * The framework of a run, with its local rule, its server optimizer and its client weights.
   *
   * @param section the framework section of the configuration
   * @param adapters the adapters of the configuration; null if it has none
   * @return the framework
   * @throws WrongInput if the parts do not fit together
   */
  @SuppressWarnings("unchecked") // The configuration was read into the record of the name.
  public static Framework of(FrameworkSection section, Adapters adapters) {
    Framework framework = FRAMEWORKS.get(section.name()).of(section.settings(), adapters);
    FrameworkSection.Local local = section.local();
    if (local != null) {
      LocalRuleProvider rule = LOCAL_RULES.get(local.name());
      if (rule.needsMean()) {
        checkAverages(framework, section, "local", local.name());
      }
      framework = rule.around(framework, local.settings());
    }
    FrameworkSection.Server server = section.server();
    if (server != null) {
      checkAverages(framework, section, "server", server.name());
      framework = SERVERS.get(server.name()).around(framework, server.settings());
    }
    return section.weights().equals("uniform") ? new UniformWeights(framework) : framework;
  }

  private static void checkAverages(
      Framework framework, FrameworkSection section, String key, String name) {
    if (!framework.averages() || framework.pooled()) {
      throw new WrongInput(
          "framework.%s: %s works on the mean of the clients' tensors, which %s does not take; remove %s, or use a framework that does, such as fedavg or fedit"
              .formatted(key, name, section.name(), key));
    }
  }
}
