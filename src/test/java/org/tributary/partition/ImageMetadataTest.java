package org.tributary.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.RawSetFile;
import org.tributary.fixture.Slow;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;

/** Images whose labels are in metadata next to them, and the formats of a set of images. */
@Slow
class ImageMetadataTest {
  private static final Store STORE = Store.of(new Configuration());
  private static final Path CASE = GoldenCases.of("../cases/20-images");
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir Path dir;

  private Manifest run(Path train, String... sets) throws IOException {
    return Partitioning.run(
            SPARK.session(),
            STORE,
            RawSetFile.config(
                "images",
                train.toUri().toString(),
                dir.resolve("out"),
                List.of("clients=1", "partitioner.name=iid"),
                sets))
        .manifest();
  }

  private Map<String, String> labels(Manifest manifest) throws IOException {
    Map<String, String> labels = new TreeMap<>();
    ParquetRows.forEach(
        STORE,
        new org.apache.hadoop.fs.Path(
            dir.resolve("out/set/" + manifest.clients().get("0000").train().file()).toUri()),
        List.of("file", "label", "group"),
        row -> labels.put(row.text("file"), row.text("label") + row.text("group")));
    return labels;
  }

  private Path images(String... names) throws IOException {
    byte[] one = Files.readAllBytes(CASE.resolve("meta/train/i0.png"));
    Path folder = Files.createDirectories(dir.resolve("images"));
    for (String name : names) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.write(folder.resolve(name), one);
    }
    return folder;
  }

  @Test
  void theCasesMetadataHasTheLabels() throws IOException {
    Map<String, String> labels = labels(run(CASE.resolve("meta")));
    assertThat(labels)
        .containsEntry("i0.png", "cat")
        .containsEntry("i1.png", "dog")
        .containsEntry("i5.png", "dog")
        .hasSize(6);
  }

  @Test
  void theCasesWebpAndTiffAndGreyAreRead() throws IOException {
    assertThat(labels(run(CASE.resolve("webp")))).hasSize(8).containsEntry("dog/a1.webp", "dog");
    Manifest manifest = run(CASE.resolve("images"), "name=all");
    assertThat(manifest.skipped().get("train").named())
        .noneMatch(name -> name.contains("w.webp") || name.contains("t.tiff"))
        .noneMatch(name -> name.contains("g16.png"))
        .anyMatch(name -> name.startsWith("cat/truncated.jpg: "));
    assertThat(manifest.test().rows()).isEqualTo(4);
  }

  @Test
  void jsonLinesNameFilesBelow() throws IOException {
    Path folder = images("a/1.png", "a/2.png", "3.png", "left.png");
    Files.writeString(
        folder.resolve("metadata.jsonl"),
        """
        {"file_name": "a/1.png", "label": 1, "text": "one"}
        {"file_name": "a/2.png", "label": 0}

        {"file_name": "3.png", "label": 1}
        """);
    Manifest manifest = run(folder);
    assertThat(labels(manifest)).isEqualTo(Map.of("a/1.png", "1a", "a/2.png", "0a", "3.png", "1"));
    assertThat(manifest.skipped().get("train").named())
        .containsExactly("left.png: is not in the metadata");
  }

  @Test
  void otherLabelsAreAnotherSet() throws IOException {
    Path folder = images("1.png", "2.png");
    Files.writeString(folder.resolve("metadata.csv"), "file_name,label\n1.png,a\n2.png,b\n");
    run(folder);
    Files.writeString(folder.resolve("metadata.csv"), "label,file_name\r\nb,1.png\r\na,2.png\r\n");
    refused(folder, "holds another partition");
    assertThat(run(folder, "name=set2").labels()).containsExactly("a", "b");
  }

  private void refused(Path folder, String... fragments) {
    assertThatThrownBy(() -> run(folder))
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(fragments));
  }

  @Test
  void badMetadataIsRefused() throws IOException {
    Path folder = images("1.png", "2.png");
    Path csv = folder.resolve("metadata.csv");
    Files.writeString(csv, "file,label\n1.png,a\n");
    refused(folder, "metadata.csv: has no column file_name, but [file, label]");
    Files.writeString(csv, "file_name,class\n1.png,a\n");
    refused(
        folder,
        "source.train: file:",
        "has no column label, but [file_name, class]; add it, or give the class's column this name");
    assertThatThrownBy(() -> run(folder, "label=class"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("write label: label, and give the column of metadata.csv this name");
    Files.writeString(csv, "file_name,label\n1.png,a\n1.png,b\n");
    refused(folder, "metadata.csv, row 3: names 1.png a second time");
    Files.writeString(csv, "file_name,label\n1.png,a\nnone.png,b\n");
    refused(folder, "metadata.csv names 1 files that are not there (none.png)");
    Files.writeString(csv, "file_name,label\n1.png,a\n2.png,\n");
    refused(folder, "1 of 2 rows have no value in column label");
    Files.writeString(csv, "file_name,label\n");
    refused(folder, "metadata.csv names no images");
    Files.delete(csv);
    Files.writeString(folder.resolve("metadata.jsonl"), "{\"file_name\": \"1.png\"\n");
    refused(folder, "metadata.jsonl: line 1 ");
    Files.writeString(folder.resolve("metadata.jsonl"), "{\"file_name\": \"1.png\"}\n");
    refused(folder, "metadata.jsonl: has no column label, but [file_name]; add it");
    Files.writeString(
        folder.resolve("metadata.jsonl"), "{\"file_name\": \"1.png\", \"label\": [1]}\n");
    refused(folder, "metadata.jsonl: column label holds lists or objects; write one text or num");
    Files.writeString(folder.resolve("metadata.jsonl"), "{\"file_name\": null, \"label\": 1}\n");
    refused(folder, "metadata.jsonl, row 1: has no file_name");
  }
}
