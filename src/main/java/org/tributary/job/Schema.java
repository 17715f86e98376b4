package org.tributary.job;

import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.tributary.config.ConfigForm;
import org.tributary.error.WrongInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The job {@code schema}: prints the JSON Schema of a configuration file, for editors. */
@Command(
    name = "schema",
    description =
        "Prints the JSON Schema of the file that a job reads, for editors, with the methods of"
            + " --jars.")
public final class Schema implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "JOB", description = "partition, train, compare, evaluate or generate")
  private String name;

  @Override
  public Integer call() {
    ConfigForm form =
        ConfigForms.all().stream()
            .filter(f -> f.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new WrongInput(
                        "%s: no job reads such a file; take %s"
                            .formatted(
                                name,
                                ConfigForms.all().stream()
                                    .map(ConfigForm::name)
                                    .collect(Collectors.joining(", ")))));
    spec.commandLine().getOut().print(ConfigForms.schema(form));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
