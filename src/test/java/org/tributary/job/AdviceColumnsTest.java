package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.federation.Tiny;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.Slow;

/** The advice in messages about columns works, for Parquet and for the metadata of images. */
@Slow
class AdviceColumnsTest extends TinyJob {
  private static final String TEXTS =
      "required binary text (STRING); required binary label (STRING); ";
  private static final String INTERVAL = "required fixed_len_byte_array(12) i (INTERVAL); ";

  private Path parquet(String name, String columns) throws IOException {
    MessageType schema = MessageTypeParser.parseMessageType("message m { " + columns + "}");
    Path file = dir.resolve(name);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(Tiny.hadoop(file))
            .withConf(new Configuration(false))
            .withType(schema)
            .build()) {
      for (int i = 0; i < 20; i++) {
        SimpleGroup row = new SimpleGroup(schema);
        if (columns.contains(TEXTS)) {
          row.add("text", "t" + i);
          row.add("label", i % 2 == 0 ? "x" : "y");
        }
        row.add("i", Binary.fromConstantByteArray(new byte[12]));
        writer.write(row);
      }
    }
    return file;
  }

  private String partition(String format, Path train, String... sets) throws IOException {
    String yaml =
        """
        source: {format: %s, train: %s}
        out: %s
        name: set
        seed: 7
        clients: 2
        label: label
        partitioner: {name: iid}
        test: 0.0
        validation: 0.0
        """
            .formatted(format, train, dir.resolve("sets"));
    return new Advice(dir).run("partition", yaml, sets);
  }

  @Test
  void ofAColumnOfIntervals() throws IOException {
    Path file = parquet("i.parquet", TEXTS + INTERVAL);
    assertThat(partition("parquet", file))
        .contains(
            "cannot keep nested or special columns: i (interval); list the columns to keep under source.columns, or store these as text or numbers");
    assertThat(partition("parquet", file, "label=i"))
        .contains("label: column i holds no plain values; store it as text or numbers")
        .doesNotContain("source.columns");
    assertThat(partition("parquet", file, "source.columns=[text, label]")).isEmpty();
    Path stored = parquet("s.parquet", TEXTS + "required binary i (STRING); ");
    assertThat(partition("parquet", stored, "name=stored")).isEmpty();
    assertThat(partition("parquet", parquet("o.parquet", INTERVAL)))
        .contains("no column holds plain values; convert them to text or numbers");
  }

  /** A column that the prompt uses cannot be left out. */
  @Test
  void ofIntervalsToGenerateFrom() throws IOException {
    Path file = parquet("i.parquet", TEXTS + INTERVAL);
    String yaml =
        """
        out: %s
        model: {path: %s, maxLength: 64}
        data: {paths: [%s], prompt: '{text}'}
        decoding: {newTokens: 2}
        """;
    String asked = yaml.formatted(dir.resolve("answers"), tiny.llama(), file);
    Advice advice = new Advice(dir);
    assertThat(advice.run("generate", asked))
        .contains("columns i hold no plain values", "name those to keep: data.columns: [text, lab");
    assertThat(advice.run("generate", asked, "data.columns=[text, label]")).isEmpty();
    String prompt = "data.prompt='{i}'";
    assertThat(advice.check("generate", asked, prompt))
        .contains("column i, which data.prompt asks for, holds no plain values; store it as text")
        .doesNotContain("name those to keep");
    Path stored = parquet("s.parquet", TEXTS + "required binary i (STRING); ");
    String now = yaml.formatted(dir.resolve("others"), tiny.llama(), stored);
    assertThat(advice.check("generate", now, prompt)).isEmpty();
    assertThat(advice.check("generate", asked, "out=" + dir.resolve("x"), "data.columns=[text]"))
        .isEmpty();
  }

  private Path images() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("images"));
    for (int i = 0; i < 6; i++) {
      Files.copy(
          GoldenCases.of("../cases/20-images/meta/train/i0.png"),
          folder.resolve("i%d.png".formatted(i)));
    }
    return folder;
  }

  private static final String DESCRIBED =
      "file_name,label\ni0.png,chaté\ni1.png,b\ni2.png,b\ni3.png,b\ni4.png,b\n";

  /**
   * The metadata of images is read as strictly as other rows. A library's reader reads an open
   * quote as one long label, replaces Latin 1 by replacement characters, and limits the length of a
   * text.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "i5.png,c~i6.png,\"d~ | opens a quote that is never closed; close it",
        "i5.png,c,d~ | line 7 has 3 fields, the header has 2; correct it",
        "i0.png,c~ | row 7: names i0.png a second time; correct it",
        "i9.png,c~ | names 1 files that are not there (i9.png); copy them, or remove their rows",
      })
  void ofTheMetadataOfImages(String rows, String says) throws IOException {
    Path folder = images();
    Path file = folder.resolve("metadata.csv");
    Files.writeString(file, DESCRIBED + rows.replace('~', '\n'));
    assertThat(partition("images", folder)).contains("source.train: ", "metadata.csv", says);
    Files.writeString(file, DESCRIBED + "i5.png,c\n");
    assertThat(partition("images", folder)).isEmpty();
  }

  @Test
  void ofMetadataInAnotherEncoding() throws IOException {
    Path folder = images();
    Path file = folder.resolve("metadata.csv");
    Files.writeString(file, DESCRIBED, Charset.forName("windows-1252"));
    assertThat(partition("images", folder)).contains("iconv -f windows-1252 -t utf-8");
    Files.writeString(file, DESCRIBED.replace(',', ';'));
    assertThat(partition("images", folder)).contains("add it; commas separate the columns");
    Files.writeString(file, DESCRIBED.replace("b\n", "b".repeat(5000) + "\n"));
    assertThat(partition("images", folder)).isEmpty();
    Files.write(file, DESCRIBED.getBytes(StandardCharsets.UTF_8));
    assertThat(partition("images", folder, "name=again")).isEmpty();
    assertThat(partition("images", folder, "label=kind"))
        .contains("write label: label, and give the column of metadata.csv this name");
  }
}
