package org.tributary.job;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tributary.config.KeyLines;
import org.tributary.config.Method;
import org.tributary.error.WrongInput;
import org.tributary.framework.Frameworks;
import org.tributary.model.Architectures;
import org.tributary.optim.Optimizers;
import org.tributary.partition.Partitioners;
import org.tributary.plugin.Plugin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The job {@code methods}: describes the methods and families that a configuration or a model can
 * name.
 */
@Command(
    name = "methods",
    description =
        "Lists frameworks, server optimizers, local rules, optimizers, partitioners and model"
            + " families, those of --jars among them: name, what it does, its keys, its source.")
public final class MethodList implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME",
      description = "only these methods; all without a name")
  private List<String> names = List.of();

  @Override
  public Integer call() {
    Map<String, Collection<? extends Plugin>> kinds = new LinkedHashMap<>();
    kinds.put("framework.name", Frameworks.all());
    kinds.put("framework.server.name", Frameworks.servers());
    kinds.put("framework.local.name", Frameworks.localRules());
    kinds.put("client.optimizer.name", Optimizers.all());
    kinds.put("partitioner.name", Partitioners.all());
    kinds.put("model_type in config.json", Architectures.families().values());
    checkNames(kinds);
    PrintWriter out = spec.commandLine().getOut();
    kinds.forEach(
        (key, plugins) -> {
          List<? extends Plugin> wanted =
              plugins.stream().filter(p -> names.isEmpty() || names.contains(p.name())).toList();
          if (!wanted.isEmpty()) {
            out.println(key);
            wanted.forEach(plugin -> print(plugin, out));
          }
        });
    out.flush();
    return 0;
  }

  private void checkNames(Map<String, Collection<? extends Plugin>> kinds) {
    for (String name : names) {
      if (kinds.values().stream()
          .flatMap(Collection::stream)
          .noneMatch(p -> p.name().equals(name))) {
        throw new WrongInput(
            "%s: no method has this name; the job methods without a name lists all"
                .formatted(name));
      }
    }
  }

  private static void print(Plugin plugin, PrintWriter out) {
    out.printf("  %-20s %s [%s]%n", plugin.name(), plugin.about(), plugin.source());
    if (plugin instanceof Method<?> method) {
      KeyLines.of(method.settings()).forEach(line -> out.printf("  %-20s   %s%n", "", line));
    }
  }
}
