package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.AdapterMerge;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The job {@code merge-adapter}: a model and an adapter become one model. */
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
    Store store = Store.of(Sessions.hadoop());
    Path target = store.path(out);
    AdapterMerge.Done done =
        AdapterMerge.write(
            store,
            HuggingFaceFolder.open(store, store.path(model)),
            PeftAdapter.read(store, store.path(adapter)),
            target);
    PrintWriter text = spec.commandLine().getOut();
    text.printf(
        "%d weights merged, %d tensors replaced, %d added%n",
        done.merged().size(), done.replaced().size(), done.added().size());
    text.printf("%s %s%n", target, done.written() ? "written" : "was there already");
    return 0;
  }
}
