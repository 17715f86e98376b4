package org.tributary.framework;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.tributary.config.FrameworkSection;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Adapters;

/** The frameworks there are, by name, and what can be put around them. */
public final class Frameworks {
  private static final Map<String, Function<Adapters, Framework>> FRAMEWORKS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry(FedAvg.NAME, adapters -> new FedAvg()),
              Map.entry(FedIt.NAME, adapters -> new FedIt()),
              Map.entry(FfaLora.NAME, adapters -> new FfaLora()),
              Map.entry(FlexLora.NAME, FlexLora::new),
              Map.entry(FedSaLora.NAME, adapters -> new FedSaLora()),
              Map.entry(RoLora.NAME, adapters -> new RoLora()),
              Map.entry(Flora.NAME, Flora::new),
              Map.entry(Local.NAME, adapters -> new Local()),
              Map.entry(Central.NAME, adapters -> new Central())));

  private static final Map<String, BiFunction<Framework, FrameworkSection.Server, Framework>>
      SERVERS =
          new TreeMap<>(
              Map.of(
                  FedAvgM.NAME, (inner, s) -> new FedAvgM(inner, s.lr(), s.momentum()),
                  FedAdagrad.NAME, (inner, s) -> new FedAdagrad(inner, adaptive(s)),
                  FedAdam.NAME, (inner, s) -> new FedAdam(inner, adaptive(s)),
                  FedYogi.NAME, (inner, s) -> new FedYogi(inner, adaptive(s))));

  private static final Map<String, BiFunction<Framework, FrameworkSection.Local, Framework>>
      LOCAL_RULES =
          new TreeMap<>(
              Map.of(
                  FedProx.NAME, (inner, l) -> new FedProx(inner, l.mu()),
                  Scaffold.NAME, (inner, l) -> new Scaffold(inner)));

  private Frameworks() {}

  private static AdaptiveServer.Settings adaptive(FrameworkSection.Server s) {
    return new AdaptiveServer.Settings(s.lr(), s.beta1(), s.beta2(), s.tau());
  }

  /**
   * The names of frameworks that a configuration may use.
   *
   * @return sorted
   */
  public static Set<String> names() {
    return FRAMEWORKS.keySet();
  }

  /**
   * The names of server optimizers that a configuration may use.
   *
   * @return sorted
   */
  public static Set<String> servers() {
    return SERVERS.keySet();
  }

  /**
   * The names of local rules that a configuration may use.
   *
   * @return sorted
   */
  public static Set<String> localRules() {
    return LOCAL_RULES.keySet();
  }

  /**
   * A run's framework with all that is put around it.
   *
   * @param section of the configuration
   * @param adapters that the configuration asks for; null without
   * @return the framework
   * @throws WrongInput if a part does not fit the others
   */
  public static Framework of(FrameworkSection section, Adapters adapters) {
    Framework framework = named(section.name(), adapters);
    if (section.local() != null) {
      String name = section.local().name();
      if (name.equals(Scaffold.NAME)) {
        checkAverages(framework, section, "local", name);
      }
      framework = LOCAL_RULES.get(name).apply(framework, section.local());
    }
    if (section.server() != null) {
      checkAverages(framework, section, "server", section.server().name());
      framework = SERVERS.get(section.server().name()).apply(framework, section.server());
    }
    return section.weights().equals("uniform") ? new UniformWeights(framework) : framework;
  }

  private static void checkAverages(
      Framework framework, FrameworkSection section, String key, String name) {
    if (!framework.averages() || framework.pooled()) {
      throw new WrongInput(
          "framework.%s: %s works on the mean of the clients' tensors, which %s does not take; remove %s, or use fedavg, fedit, ffa-lora, fedsa-lora or rolora"
              .formatted(key, name, section.name(), key));
    }
  }

  /**
   * A framework by itself.
   *
   * @param name one of {@link #names}
   * @param adapters that the configuration asks for; null without
   * @return the framework
   */
  public static Framework named(String name, Adapters adapters) {
    return FRAMEWORKS.get(name).apply(adapters);
  }

  /**
   * A framework for a run without adapters.
   *
   * @param name one of {@link #names}
   * @return the framework
   */
  public static Framework named(String name) {
    return named(name, null);
  }
}
