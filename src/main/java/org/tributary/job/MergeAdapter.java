package org.tributary.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.AdapterMerge;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The job {@code merge-adapter}: merges an adapter into a model. */
@Command(
    name = "merge-adapter",
    description =
        "Works a PEFT adapter into its model: writes a Hugging Face folder with W + s B A in place of"
            + " every adapted W, in the model's own files and types.")
public final class MergeAdapter implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Hugging Face folder of the model that the adapter was trained on")
  private String model;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "DIR",
      description = "PEFT folder: adapter_config.json, adapter_model.safetensors")
  private String adapter;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "folder to make: a path or URI")
  private String out;

  @Override
  public Integer call() throws IOException {
    Store store = Store.of(SparkSessions.hadoop());
    Path target = store.path(out);
    HuggingFaceFolder base = HuggingFaceFolder.open(store, store.path(model));
    PeftAdapter lora = PeftAdapter.read(store, store.path(adapter));
    AdapterMerge.Done done = AdapterMerge.write(store, base, lora, family(base, lora), target);
    PrintWriter text = spec.commandLine().getOut();
    text.printf(
        "%d weights merged, %d tensors replaced, %d added%n",
        done.merged().size(), done.replaced().size(), done.added().size());
    text.printf("%s %s%n", target, done.written() ? "written" : "was there already");
    return 0;
  }

  /**
   * Merging runs no model program, so families and options without a program can be merged, too.
   */
  private static AdapterMerge.Family family(HuggingFaceFolder base, PeftAdapter adapter)
      throws IOException {
    Optional<Architecture> known = architecture(base, adapter);
    Map<String, String> tied =
        base.config().path("tie_word_embeddings").asBoolean(false)
            ? Map.of("lm_head.weight", "model.embed_tokens.weight")
            : Map.of();
    return new AdapterMerge.Family(
        name -> known.map(family -> family.nameFromPeft(name)).orElse(name),
        config -> withHead(base, config),
        known.map(Architecture::tiedWeights).orElse(tied),
        name ->
            known
                .map(
                    a ->
                        a.weights().containsKey(name)
                            || a.poolerWeights().containsKey(name)
                            || a.head(1).containsKey(name))
                .orElse(false),
        name -> known.map(family -> family.isOfOtherHead(name)).orElse(false));
  }

  private static Optional<Architecture> architecture(HuggingFaceFolder base, PeftAdapter adapter)
      throws IOException {
    try {
      return Optional.of(
          Architectures.adapted(base.config(), base.tensors().keySet(), adapter.saved().keySet()));
    } catch (WrongInput e) {
      return Optional.empty();
    }
  }

  /**
   * The changes of the model's family; for families that Tributary does not support, nothing
   * changes.
   */
  private static ObjectNode withHead(HuggingFaceFolder base, ObjectNode config) {
    ObjectNode before = base.config();
    return Architectures.families().containsKey(before.path("model_type").asText())
        ? Architectures.of(before, Set.of(), null).configWithHead(config)
        : config;
  }
}
