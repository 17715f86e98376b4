package org.tributary.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.tributary.batch.Examples;
import org.tributary.checkpoint.Store;
import org.tributary.config.DataSection;
import org.tributary.config.ModelSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.image.Augmentation;
import org.tributary.image.ImageProcessor;
import org.tributary.image.ImageSet;
import org.tributary.model.Architecture;
import org.tributary.model.ModelTask;
import org.tributary.rows.BadRows;
import org.tributary.rows.Manifest;
import org.tributary.rows.PartFiles;
import org.tributary.rows.PartRows;
import org.tributary.rows.PartSource;
import org.tributary.rows.Schema;
import org.tributary.text.ChatTemplate;
import org.tributary.text.ClassificationSet;
import org.tributary.text.GenerationSet;
import org.tributary.text.Prompt;
import org.tributary.text.SpecialTokens;
import org.tributary.text.TextExamples;
import org.tributary.text.TextRows;
import org.tributary.text.Tokenizer;

/** The partitioned data set of a run, read for the task of the base model. */
public final class RunData {
  private final DataSection data;
  private final BaseModel base;
  private final Path folder;
  private final Manifest manifest;
  private final PartFiles files;
  private final Classes classes;
  private final Prompt prompt;
  private final SpecialTokens special;
  private final ImageProcessor processor;

  private RunData(
      Store store, DataSection data, BaseModel base, PlannedRows rows, Consumer<Manifest> check)
      throws IOException {
    this.data = data;
    this.base = base;
    folder = store.path(data.path());
    manifest = rows.manifest();
    files = new PartFiles(folder);
    processor = base.imageProcessor(store);
    check.accept(manifest);
    if (base.architecture().task() == ModelTask.GENERATION) {
      classes = new Classes(List.of(), List.of());
      Path model = base.files().folder();
      prompt =
          Prompt.of(keys(data), () -> ChatTemplate.read(store, model))
              .fitting(manifest.columns().stream().map(Schema.Column::name).toList());
      special = SpecialTokens.read(store, model, base.architecture().vocabulary(), prompt);
    } else {
      classes = Classes.of(base.head(), manifest, data);
      prompt = null;
      special = null;
    }
  }

  private static Prompt.Keys keys(DataSection d) {
    return new Prompt.Keys(
        d.prompt(),
        d.shortPrompt(),
        d.message(),
        new Prompt.ChatKeys(
            d.system(), d.template(), d.date(), d.messages(), d.turns().equals("last")));
  }

  /**
   * Opens a partitioned set.
   *
   * @param store reaches it
   * @param config of the run
   * @param base its task decides how rows are read
   * @param rows the set
   * @return the set; no rows are read yet
   * @throws WrongInput if it is not a partitioned set, or its labels do not fit the model
   * @throws IOException if a file system fails
   */
  static RunData open(Store store, TrainConfig config, BaseModel base, PlannedRows rows)
      throws IOException {
    return new RunData(
        store, config.data(), base, rows, manifest -> ModalityCheck.check(base, config, manifest));
  }

  /**
   * Opens a partitioned set for a model that is only evaluated.
   *
   * @param store reaches it
   * @param data the set and its columns
   * @param model settings of the model
   * @param batch rows of a forward pass
   * @param base the model; its task decides how rows are read
   * @return the set; no rows are read yet
   * @throws WrongInput if it is not a partitioned set, or its labels do not fit the model
   * @throws IOException if a file system fails
   */
  public static RunData open(
      Store store, DataSection data, ModelSection model, int batch, BaseModel base)
      throws IOException {
    return new RunData(
        store,
        data,
        base,
        () -> Manifest.read(store, store.path(data.path())),
        manifest -> ModalityCheck.check(base, model, data, batch, manifest));
  }

  /**
   * The columns that the prompts of a run need.
   *
   * @param store reaches the model, whose chat template may be needed
   * @param config of the run
   * @param existing the columns of its rows
   * @return names in the order of the prompt
   * @throws WrongInput if the configuration has no prompt, or it needs other columns
   * @throws IOException if a file system fails
   */
  public static List<String> promptColumns(Store store, TrainConfig config, List<String> existing)
      throws IOException {
    Path model = store.path(config.model().path());
    return Prompt.of(keys(config.data()), () -> ChatTemplate.read(store, model))
        .fitting(existing)
        .columns();
  }

  /**
   * The files of an evaluation's rows.
   *
   * @param part {@code test}, {@code validation} or {@code train}
   * @return the global test rows, or all clients' validation or training rows; empty if there are
   *     none
   */
  public List<Manifest.Part> evaluationParts(String part) {
    if (part.equals("test")) {
      return manifest.test() == null ? List.of() : List.of(manifest.test());
    }
    return manifest.clients().values().stream()
        .map(client -> of(client, part))
        .filter(v -> v != null && v.rows() > 0)
        .toList();
  }

  private static Manifest.Part of(Manifest.Client client, String part) {
    return part.equals("train") ? client.train() : client.validation();
  }

  /**
   * The rows of an evaluation.
   *
   * @param part as of {@link #evaluationParts}
   * @return their number
   */
  public long evaluationRows(String part) {
    return evaluationParts(part).stream().mapToLong(Manifest.Part::rows).sum();
  }

  /**
   * The clients that own the rows of an evaluation.
   *
   * @param part as of {@link #evaluationParts}
   * @param skipped the rows to leave out
   * @return none for the global test rows
   */
  public RowOwners owners(String part, SkippedRows skipped) {
    RowOwners owners = RowOwners.NONE;
    if (!part.equals("test")) {
      for (Map.Entry<String, Manifest.Client> client : manifest.clients().entrySet()) {
        Manifest.Part rows = of(client.getValue(), part);
        if (rows != null && rows.rows() > 0) {
          owners = owners.and(client.getKey(), rows.rows() - skipped.count(List.of(rows)));
        }
      }
    }
    return owners;
  }

  /**
   * Where the rows of an evaluation are.
   *
   * @param part as of {@link #evaluationParts}
   * @param skipped the rows to leave out
   * @return by the index of a row among all rows of the evaluation
   */
  public RowPlaces places(String part, SkippedRows skipped) {
    List<RowPlaces.File> places = new ArrayList<>();
    for (Manifest.Part file : evaluationParts(part)) {
      places.add(new RowPlaces.File(file.file(), Math.toIntExact(file.rows()), skipped.of(file)));
    }
    return new RowPlaces(places);
  }

  /** Compares the files with the manifest. */
  public PartFiles files() {
    return files;
  }

  /**
   * Reads rows for the model's task, after comparing the files with the manifest.
   *
   * @param store reaches the files
   * @param parts of the manifest
   * @param tokens the base model's tokenizer; null for images
   * @param skipped the rows to leave out
   * @return at least one row
   * @throws WrongInput if there are no rows, a file has changed since it was partitioned, or a row
   *     cannot be used
   * @throws IOException if a file system fails
   */
  public Examples rows(
      Store store, List<Manifest.Part> parts, Tokenizer tokens, SkippedRows skipped)
      throws IOException {
    List<PartSource> sources = sources(store, parts, skipped);
    if (processor != null) {
      return ImageSet.read(store, sources, images());
    }
    TextRows rows =
        base.architecture().task() == ModelTask.GENERATION
            ? GenerationSet.read(store, sources, generation(), tokens)
            : ClassificationSet.read(store, sources, columns(), classes.labels());
    Architecture architecture = base.architecture();
    return new TextExamples(rows, tokens, architecture.padToken(), architecture.tokenTypes() > 1);
  }

  private List<PartSource> sources(Store store, List<Manifest.Part> parts, SkippedRows skipped)
      throws IOException {
    List<PartSource> sources = new ArrayList<>();
    for (Manifest.Part part : parts) {
      files.check(store, part);
      BitSet left = skipped.of(part);
      if (left.cardinality() < part.rows()) {
        sources.add(new PartSource(files.folder(part), left));
      }
    }
    if (sources.isEmpty()) {
      throw new WrongInput(
          "%s: none of its rows can be used, all are left out (data.badRows: skip)"
              .formatted(files.folder(parts.get(0))));
    }
    return sources;
  }

  /**
   * The values of one column, in the order of {@link #rows}.
   *
   * @param store reaches the files
   * @param parts of the manifest
   * @param column of the set, not of encoded images
   * @param skipped the rows to leave out
   * @return as text; null where a row has none
   * @throws WrongInput if there are no rows, or a file has changed since it was partitioned
   * @throws IOException if a file system fails
   */
  public List<String> values(
      Store store, List<Manifest.Part> parts, String column, SkippedRows skipped)
      throws IOException {
    List<String> values = new ArrayList<>();
    for (PartSource source : sources(store, parts, skipped)) {
      PartRows.forEach(
          store, source, List.of(column), (row, where) -> values.add(row.text(column)));
    }
    return values;
  }

  /**
   * Finds the rows of a part that cannot be used, without keeping rows in memory.
   *
   * @param store reaches the file
   * @param part of the manifest
   * @param tokens the base model's tokenizer; null for images
   * @return the rows that {@link #rows} or a batch would refuse
   * @throws WrongInput if the file is not Parquet, or a column is missing
   * @throws IOException if a file system fails
   */
  public BadRows check(Store store, Manifest.Part part, Tokenizer tokens) throws IOException {
    Path folder = files.folder(part);
    if (processor != null) {
      return ImageSet.check(store, folder, images());
    }
    return base.architecture().task() == ModelTask.GENERATION
        ? GenerationSet.check(store, folder, generation(), tokens, part.rows())
        : ClassificationSet.check(
            store,
            folder,
            columns(),
            classes.labels(),
            new ClassificationSet.Lengths(tokens, part.rows()));
  }

  private ImageSet.Layout images() {
    DataSection.Augment augment = data.augment();
    return new ImageSet.Layout(
        manifest.inputs().image(),
        data.label(),
        classes.labels(),
        processor,
        new Augmentation(augment.flip(), augment.crop()));
  }

  private GenerationSet.Layout generation() {
    return new GenerationSet.Layout(prompt, data.answer(), special, base.maxLength());
  }

  private ClassificationSet.Columns columns() {
    return new ClassificationSet.Columns(data.text(), data.label());
  }

  /**
   * The tokens at the start and the end of the language model's texts.
   *
   * @return null for a classifier
   */
  public SpecialTokens special() {
    return special;
  }

  /** The folder of the set. */
  Path folder() {
    return folder;
  }

  /** The manifest of the set. */
  public Manifest manifest() {
    return manifest;
  }

  /**
   * The model's names of the classes, in the order of the classifier's rows; empty for language
   * models.
   */
  public List<String> labels() {
    return classes.names();
  }
}
