package org.tributary.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.FakeObjectStore;
import org.tributary.checkpoint.Store;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.RawSetFile;
import org.tributary.fixture.Slow;
import org.tributary.image.ImageDecoder;
import org.tributary.image.Pixels;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;

/** Folders, zips, IDX and Parquet files of images, including broken images and duplicates. */
@Slow
class ImagePartitioningTest {
  private static final Store STORE = Store.of(new Configuration(false));
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir Path dir;

  private PartitionConfig config(String format, String train, String... sets) {
    return RawSetFile.config(
        format,
        train,
        dir.resolve("out"),
        List.of("seed=3", "clients=2", "partitioner.name=iid", "test=0.2"),
        sets);
  }

  private Manifest run(String format, Path train, String... sets) throws IOException {
    return Partitioning.run(SPARK.session(), STORE, config(format, train.toUri().toString(), sets))
        .manifest();
  }

  /** An image that depends only on a number. */
  private static byte[] image(int number, String format, int size) throws IOException {
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        image.setRGB(x, y, number * 0x010203 + x * 0x1100 + y * 0x71);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, format, out);
    return out.toByteArray();
  }

  private void write(String name, byte[] bytes) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  /**
   * Twelve training images of two labels in two groups; four test images, one of which equals a
   * training image in another encoding; two broken images, one of a single pixel.
   */
  private Path tree() throws IOException {
    for (int i = 0; i < 12; i++) {
      write(
          "set/train/%s/ward %d/i%d.png".formatted(i % 3 == 0 ? "no" : "yes", i % 2, i),
          image(i, "png", 5));
    }
    write("set/train/yes/one.png", image(77, "png", 1));
    write("set/train/no/notes.png", "this is not an image".getBytes());
    write("set/train/.DS_Store", new byte[10]);
    write("set/test/yes/a.png", image(100, "png", 5));
    write("set/test/yes/equal.bmp", image(1, "bmp", 5));
    write("set/test/no/b.png", image(101, "png", 5));
    byte[] whole = image(102, "png", 5);
    write("set/test/no/half.png", Arrays.copyOf(whole, whole.length / 2));
    return dir.resolve("set");
  }

  private List<Row> rows(String part) throws IOException {
    List<Row> rows = new ArrayList<>();
    ParquetRows.forEach(
        STORE,
        new org.apache.hadoop.fs.Path(dir.resolve("out/set/" + part).toUri()),
        List.of(),
        rows::add);
    return rows;
  }

  private List<Row> trainRows(Manifest manifest) throws IOException {
    List<Row> all = new ArrayList<>();
    for (Manifest.Client client : manifest.clients().values()) {
      all.addAll(rows(client.train().file()));
    }
    return all;
  }

  @Test
  void aTreeWithTrainAndTest() throws Exception {
    Path tree = tree();
    Manifest manifest = run("images", tree);
    assertThat(manifest.labels()).containsExactly("no", "yes");
    assertThat(manifest.inputs().image()).isEqualTo("image");
    assertThat(manifest.sources()).containsEntry("train", 13L).containsEntry("test", 3L);
    assertThat(manifest.columns().stream().map(c -> c.name()))
        .containsExactly("image", "label", "group", "file");
    List<Row> train = trainRows(manifest);
    assertThat(train).hasSize(13);
    for (Row row : train) {
      Path file = tree.resolve("train").resolve(row.text("file"));
      assertThat((byte[]) row.value(0)).as("as it was").isEqualTo(Files.readAllBytes(file));
      assertThat(row.text("file")).startsWith(row.text("label") + "/");
      assertThat(row.text("group"))
          .isEqualTo(
              row.text("file").endsWith("one.png")
                  ? ""
                  : file.getParent().getFileName().toString());
    }
    assertThat(manifest.skipped().get("train").rows()).isEqualTo(1);
    assertThat(manifest.skipped().get("train").named())
        .containsExactly("no/notes.png: is not PNG, JPEG, BMP, GIF, TIFF or WebP");
    assertThat(manifest.skipped().get("test").named())
        .singleElement()
        .asString()
        .startsWith("no/half.png: ");
    Manifest.Duplicates duplicates = manifest.duplicates().get("test");
    assertThat(duplicates.rows()).isEqualTo(1);
    assertThat(duplicates.inTrain()).isEqualTo(1);
    assertThat(duplicates.dropped()).isZero();
    assertThat(duplicates.labels()).isEqualTo(Map.of("yes", 1L));
    assertThat(duplicates.named()).containsExactly("yes/equal.bmp = train yes/ward 1/i1.png");
    assertThat(Manifest.read(STORE, new org.apache.hadoop.fs.Path(dir.resolve("out/set").toUri())))
        .isEqualTo(manifest);
  }

  @Test
  void aTreeMayBeAWholeBucket() throws Exception {
    Path tree = tree();
    Configuration hadoop = SPARK.session().sparkContext().hadoopConfiguration();
    FakeObjectStore.set(hadoop, FakeObjectStore.class, tree);
    Manifest manifest =
        Partitioning.run(SPARK.session(), Store.of(hadoop), config("images", "s3a://whole/"))
            .manifest();
    assertThat(manifest.sources()).containsEntry("train", 13L).containsEntry("test", 3L);
    assertThat(manifest.labels()).containsExactly("no", "yes");
  }

  @Test
  void duplicatesAreDroppedFromWhereItIsAsked() throws Exception {
    Path tree = tree();
    Manifest manifest = run("images", tree, "duplicates=drop-train");
    assertThat(trainRows(manifest)).hasSize(12).noneMatch(r -> r.text("file").endsWith("i1.png"));
    assertThat(manifest.test().rows()).isEqualTo(3);
    assertThat(manifest.duplicates().get("test").dropped()).isEqualTo(1);
    manifest = run("images", tree, "duplicates=drop-test", "name=other");
    assertThat(manifest.test().rows()).isEqualTo(2);
    assertThat(manifest.duplicates().get("test").dropped()).isEqualTo(1);
    assertThat(manifest.clients().values().stream().mapToLong(c -> c.train().rows()).sum())
        .isEqualTo(13);
  }

  @Test
  void aShareForTheTestKeepsDuplicatesTogether() throws Exception {
    for (int i = 0; i < 20; i++) {
      write("set/a/i%d.png".formatted(i), image(i / 2, i % 2 == 0 ? "png" : "bmp", 4));
    }
    Manifest manifest = run("images", dir.resolve("set"), "test=0.3");
    List<List<Byte>> test = pixels(rows(manifest.test().file()));
    List<List<Byte>> train = pixels(trainRows(manifest));
    assertThat(test).hasSize(6);
    assertThat(train).hasSize(14).doesNotContainAnyElementsOf(test);
  }

  private static List<List<Byte>> pixels(List<Row> rows) throws Exception {
    List<List<Byte>> all = new ArrayList<>();
    for (Row row : rows) {
      List<Byte> values = new ArrayList<>();
      for (byte b : ImageDecoder.decode((byte[]) row.value(0)).withChannels(3).values()) {
        values.add(b);
      }
      all.add(values);
    }
    return all;
  }

  @Test
  void everyPartitionerCutsImages() throws Exception {
    Path tree = tree();
    Manifest natural =
        run(
            "images",
            tree.resolve("train"),
            "test=0",
            "partitioner={name: natural, column: label}",
            "clients=null");
    assertThat(natural.clients().keySet()).containsExactly("no", "yes");
    for (String cut :
        List.of("{name: dirichlet, alpha: 1}", "{name: by-label, shards: 1}", "{name: iid}")) {
      String name = cut.replaceAll("[^a-z]", "");
      Manifest manifest = run("images", tree, "partitioner=" + cut, "name=" + name);
      assertThat(manifest.clients()).hasSize(2);
    }
    Files.delete(tree.resolve("train/yes/one.png"));
    assertThat(
            run(
                    "images",
                    tree.resolve("train"),
                    "name=wards",
                    "test=0",
                    "partitioner={name: natural, column: group}",
                    "clients=null")
                .clients()
                .keySet())
        .containsExactly("ward%200", "ward%201");
  }

  @Test
  void aZipIsAsItsFolder() throws Exception {
    Path tree = tree();
    zip(tree, "set.zip");
    Manifest folder = run("images", tree);
    Manifest zip = run("images", dir.resolve("set.zip"), "name=zip");
    assertThat(zip.clients()).isEqualTo(folder.clients());
    assertThat(zip.test()).isEqualTo(folder.test());
    assertThat(zip.skipped()).isEqualTo(folder.skipped());
    assertThat(zip.duplicates()).isEqualTo(folder.duplicates());
  }

  @Test
  void filesAtTheTopDoNotChangeHowFoldersAreRead() throws Exception {
    Path tree = tree();
    Manifest plain = run("images", tree);
    write("set/README.txt", "about".getBytes());
    write("set/labels.csv", "a,b".getBytes());
    write("set/cover.png", image(5, "png", 4));
    write("set/train/counts.json", "{}".getBytes());
    Manifest beside = run("images", tree, "name=beside");
    assertThat(beside.labels()).containsExactly("no", "yes");
    assertThat(beside.clients()).isEqualTo(plain.clients());
    assertThat(beside.test()).isEqualTo(plain.test());
    assertThat(beside.skipped().get("train").rows()).isEqualTo(5);
    assertThat(beside.skipped().get("train").named())
        .contains(
            "README.txt: is in no label's folder",
            "cover.png: is in no label's folder",
            "counts.json: is in no label's folder");
    write("set/train/one.png", image(6, "png", 4));
    Manifest single =
        run("images", tree.resolve("train"), "name=single", "source.test=" + tree.resolve("test"));
    assertThat(single.clients()).isEqualTo(plain.clients());
    assertThat(single.skipped().get("train").named()).contains("one.png: is in no label's folder");
  }

  @Test
  void underscoresAreNamesLikeOthersAndHiddenImagesAreNamed() throws Exception {
    Path tree = tree();
    write("set/train/_maybe/_DSC0001.png", image(60, "png", 5));
    write("set/train/yes/_DSC0002.png", image(61, "png", 5));
    for (String marker : List.of("_SUCCESS", "yes/_metadata", "yes/_committed_17")) {
      write("set/train/" + marker, new byte[3]);
    }
    write("set/train/yes/.hidden.png", image(62, "png", 5));
    write("set/train/yes/._DSC0002.png", new byte[20]);
    write("set/test/.old/x.JPG", image(63, "jpg", 5));
    write("set/__MACOSX/set/._y.png", new byte[20]);
    write("set/_temporary/0/yes/z.png", image(64, "png", 5));
    Manifest folder = run("images", tree);
    assertThat(folder.labels()).containsExactly("_maybe", "no", "yes");
    assertThat(folder.sources()).containsEntry("train", 15L).containsEntry("test", 3L);
    assertThat(trainRows(folder).stream().map(row -> row.text("file")))
        .contains("_maybe/_DSC0001.png", "yes/_DSC0002.png");
    String hidden = ": is hidden by its name or a folder's";
    assertThat(folder.skipped().get("train").named())
        .containsExactly(
            "no/notes.png: is not PNG, JPEG, BMP, GIF, TIFF or WebP",
            "__MACOSX/set/._y.png" + hidden,
            "_temporary/0/yes/z.png" + hidden,
            "yes/._DSC0002.png" + hidden,
            "yes/.hidden.png" + hidden);
    assertThat(folder.skipped().get("test").rows()).isEqualTo(2);
    assertThat(folder.skipped().get("test").named()).contains(".old/x.JPG" + hidden);
    zip(tree, "all.zip");
    Manifest zip = run("images", dir.resolve("all.zip"), "name=zip");
    assertThat(zip.clients()).isEqualTo(folder.clients());
    assertThat(zip.skipped()).isEqualTo(folder.skipped());
    write("dots/a/.x.png", image(1, "png", 3));
    refused("images", dir.resolve("dots"), "source.train", "only hidden images (a/.x.png)");
  }

  private void zip(Path tree, String name) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(dir.resolve(name)));
        Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        zip.putNextEntry(new ZipEntry(tree.relativize(file).toString()));
        zip.write(Files.readAllBytes(file));
      }
    }
  }

  @Test
  void foldersOfSetsBesideOthersAreRefused() throws Exception {
    Path tree = tree();
    write("set/extra/x.png", image(5, "png", 4));
    refused("images", tree, "source.train", "folders of sets next to others (extra)");
    Files.move(tree.resolve("train"), dir.resolve("train"));
    Files.delete(tree.resolve("extra/x.png"));
    refused("images", tree, "source.train", "holds test but no train");
  }

  /** Otherwise each owner would be a label. */
  @Test
  void foldersOfKeysAreNoLabels() throws Exception {
    write("hive/hospital=A/cat/1.png", image(5, "png", 4));
    write("hive/hospital=B/dog/2.png", image(6, "png", 4));
    refused("images", dir.resolve("hive"), "source.train", "hospital=A: images get no column");
  }

  @Test
  void aZipMayHoldItsFoldersInOne() throws Exception {
    Path tree = tree();
    Manifest folder = run("images", tree);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(dir.resolve("in.zip")));
        Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        zip.putNextEntry(new ZipEntry("brain/" + tree.relativize(file)));
        zip.write(Files.readAllBytes(file));
        zip.putNextEntry(
            new ZipEntry(
                "__MACOSX/brain/"
                    + tree.relativize(file).resolveSibling("._" + file.getFileName())));
        zip.write(1);
      }
      for (String name : List.of("notes.txt", ".hidden", "brain/README.txt")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(2);
      }
    }
    Manifest zip = run("images", dir.resolve("in.zip"), "name=zip");
    assertThat(zip.clients()).isEqualTo(folder.clients());
    assertThat(zip.test()).isEqualTo(folder.test());
    assertThat(zip.skipped().get("test")).isEqualTo(folder.skipped().get("test"));
    // Images alone are told of what a Mac leaves, behind all else.
    assertThat(zip.skipped().get("train").rows()).isEqualTo(3 + 18);
    assertThat(zip.skipped().get("train").named())
        .startsWith(
            "README.txt: is in no label's folder",
            "no/notes.png: is not PNG, JPEG, BMP, GIF, TIFF or WebP",
            "notes.txt: is in no label's folder",
            "__MACOSX/brain/test/no/._b.png: is hidden by its name or a folder's");
  }

  private static byte[] idx(int magic, int[] sizes, byte[] values) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(magic);
    for (int size : sizes) {
      out.writeInt(size);
    }
    out.write(values);
    return bytes.toByteArray();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private void writeIdx() throws IOException {
    byte[] values = new byte[10 * 6];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (i * 37);
    }
    byte[] labels = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0};
    write("f/train-images-idx3-ubyte.gz", gzip(idx(0x803, new int[] {10, 3, 2}, values)));
    write("f/train-labels-idx1-ubyte", idx(0x801, new int[] {10}, labels));
    write("f/t10k-images-idx3-ubyte", idx(0x803, new int[] {1, 3, 2}, new byte[6]));
    write("f/t10k-labels-idx1-ubyte.gz", gzip(idx(0x801, new int[] {1}, new byte[] {2})));
  }

  @Test
  void idxFilesBecomeLosslessPngs() throws Exception {
    writeIdx();
    Manifest manifest =
        run("idx", dir.resolve("f"), "source.names=[shirt, bag, boot]", "clients=1");
    assertThat(manifest.labels()).containsExactly("bag", "boot", "shirt");
    assertThat(manifest.test().labels()).isEqualTo(Map.of("boot", 1L));
    Map<Integer, Row> byPlace = new TreeMap<>();
    for (Row row : trainRows(manifest)) {
      byPlace.put(Integer.parseInt(row.text("file").replaceAll(".*#", "")), row);
    }
    assertThat(byPlace).hasSize(10);
    for (int i = 0; i < 10; i++) {
      Pixels pixels = ImageDecoder.decode((byte[]) byPlace.get(i).value(0));
      assertThat(pixels.width()).isEqualTo(2);
      assertThat(pixels.height()).isEqualTo(3);
      assertThat(pixels.channels()).isEqualTo(1);
      for (int k = 0; k < 6; k++) {
        assertThat(pixels.values()[k]).isEqualTo((byte) ((6 * i + k) * 37));
      }
      assertThat(byPlace.get(i).text("label"))
          .isEqualTo(List.of("shirt", "bag", "boot").get(i % 3));
    }
  }

  @Test
  void idxNamesAreAsManyAsTheClasses() throws Exception {
    writeIdx();
    refused(
        "idx",
        dir.resolve("f"),
        List.of("source.names=[shirt, bag]"),
        "source.names: 2 names",
        "labels-idx1-ubyte",
        "has the label 2; give 3 names");
  }

  @Test
  void idxFilesThatAreNoneOrCut() throws Exception {
    writeIdx();
    byte[] whole = Files.readAllBytes(dir.resolve("f/t10k-images-idx3-ubyte"));
    write("f/t10k-images-idx3-ubyte", Arrays.copyOf(whole, whole.length - 2));
    refused("idx", dir.resolve("f"), "t10k-images-idx3-ubyte ends before its last entry");
    write("f/t10k-images-idx3-ubyte", idx(0x803, new int[] {2, 3, 2}, new byte[12]));
    refused("idx", dir.resolve("f"), "has 2 images", "has 1 labels");
    write("f/t10k-images-idx3-ubyte", "no idx at all".getBytes());
    refused("idx", dir.resolve("f"), "is not an IDX file of images");
    Files.delete(dir.resolve("f/t10k-labels-idx1-ubyte.gz"));
    refused("idx", dir.resolve("f"), "has no t10k-labels-idx1-ubyte next to it");
  }

  @Test
  void parquetInHuggingFacesLayoutAndPlain() throws Exception {
    StructType picture =
        new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType);
    StructType schema = new StructType().add("picture", picture).add("label", DataTypes.LongType);
    List<org.apache.spark.sql.Row> rows = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      rows.add(
          RowFactory.create(
              RowFactory.create(image(i, "png", 4), "p%d.png".formatted(i)), (long) (i % 2)));
    }
    rows.add(RowFactory.create(RowFactory.create(null, "gone.png"), 1L));
    Path folder = dir.resolve("hf");
    SPARK.session().createDataFrame(rows, schema).coalesce(1).write().parquet(folder.toString());
    Manifest manifest = run("parquet", folder, "source.image=picture");
    assertThat(manifest.inputs().image()).isEqualTo("picture");
    assertThat(manifest.columns().stream().map(c -> c.name()))
        .containsExactly("picture", "file", "label");
    assertThat(trainRows(manifest)).hasSize(8).allMatch(r -> r.value(0) instanceof byte[]);
    assertThat(manifest.skipped().get("train").named()).containsExactly("gone.png: has no bytes");
    rows.add(RowFactory.create(RowFactory.create("nothing".getBytes(), null), 1L));
    SPARK
        .session()
        .createDataFrame(rows, schema)
        .coalesce(1)
        .write()
        .parquet(dir.resolve("bad").toString());
    assertThat(
            run("parquet", dir.resolve("bad"), "source.image=picture", "name=bad")
                .skipped()
                .get("train")
                .named())
        .as("a row without a name, by its identity")
        .anyMatch(name -> name.matches("part-.*\\.parquet, row [0-9a-f]{16}: is not PNG.*"));
    Manifest plain =
        run(
            "parquet",
            dir.resolve("out/set/client=0000/train"),
            "source.image=picture",
            "name=plain");
    assertThat(plain.sources()).containsEntry("train", 4L);
    refused("parquet", folder, List.of("source.image=pictur"), "did you mean picture?");
  }

  private void refused(String format, Path train, String... fragments) {
    refused(format, train, List.of(), fragments);
  }

  private void refused(String format, Path train, List<String> sets, String... fragments) {
    List<String> all = new ArrayList<>(sets);
    all.add("name=refused");
    assertThatThrownBy(() -> run(format, train, all.toArray(String[]::new)))
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(fragments));
    assertThat(dir.resolve("out/refused")).doesNotExist();
  }

  @Test
  void treesThatAreNone() throws Exception {
    refused("images", dir.resolve("absent"), "source.train", "does not exist");
    write("file.txt", new byte[1]);
    refused("images", dir.resolve("file.txt"), "neither a folder nor a .zip");
    Files.createDirectories(dir.resolve("empty"));
    refused("images", dir.resolve("empty"), "holds no files");
    write("broken/a/x.png", "nothing".getBytes());
    refused("images", dir.resolve("broken"), "none of its 1 files is an image", "a/x.png: is no");
    write("flat/x.png", image(1, "png", 3));
    refused("images", dir.resolve("flat"), "holds files (x.png) but no folders with files");
    Path tree = tree();
    refused(
        "images",
        tree,
        List.of("source.test=" + tree.resolve("test").toUri()),
        "source.test: there is one inside of source.train too");
  }
}
