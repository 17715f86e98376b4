package org.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.config.PartitionConfig.Partitioner;
import org.tributary.config.PartitionConfig.Source;
import org.tributary.error.WrongInput;
import org.tributary.partition.Partitioning;

class PartitionConfigTest {
  private static final String LEAST =
      """
      source:
        format: jsonl
        train: raw/a.jsonl
      name: a
      clients: 4
      partitioner:
        name: iid
      """;

  private static final String WHOLE =
      """
      source:
        format: parquet
        train: raw/train.parquet
        validation: raw/validation.parquet
        test: raw/test.parquet
        columns: [definition, category]
        image: picture
        names: []
      out: hdfs:///p
      name: wordnet
      seed: 7
      shared: true
      label: category
      clients: 5
      partitioner:
        name: dirichlet
        alpha: 0.1
        minRows: 10
      validation: 0.2
      test: 0
      duplicates: drop-test
      duplicateColumns: [definition]
      store:
        patience: 5
      """;

  private static PartitionConfig read(String yaml, String... sets) {
    return ConfigReader.read(
        "p.yaml", yaml, List.of(sets), PartitionConfig.class, Partitioning.CHOICES);
  }

  @Test
  void defaults() {
    assertThat(read(LEAST))
        .isEqualTo(
            new PartitionConfig(
                new Source("jsonl", "raw/a.jsonl", null, null, List.of(), null, List.of(), null),
                "data-partitions",
                "a",
                0,
                false,
                null,
                4,
                new Partitioner("iid", 1, new NoSettings()),
                0.1,
                0.1,
                "report",
                List.of(),
                new StoreSection(60)));
  }

  @Test
  void everyKey() {
    PartitionConfig whole = read(WHOLE);
    assertThat(EffectiveConfig.keys(whole.partitioner().settings()))
        .isEqualTo(Map.of("alpha", 0.1));
    assertThat(whole)
        .isEqualTo(
            new PartitionConfig(
                new Source(
                    "parquet",
                    "raw/train.parquet",
                    "raw/validation.parquet",
                    "raw/test.parquet",
                    List.of("definition", "category"),
                    "picture",
                    List.of(),
                    null),
                "hdfs:///p",
                "wordnet",
                7,
                true,
                "category",
                5,
                new Partitioner("dirichlet", 10, whole.partitioner().settings()),
                0.2,
                0.0,
                "drop-test",
                List.of("definition"),
                new StoreSection(5)));
    assertThat(read(EffectiveConfig.yaml(whole))).isEqualTo(whole);
    assertThat(read(EffectiveConfig.yaml(read(LEAST)))).isEqualTo(read(LEAST));
  }

  @Test
  void dataSourcesOfSparkAndTheirOptions() {
    PartitionConfig config =
        read(LEAST, "source={format: com.acme.Rows, train: a, image: b, options: {c: 1, d: x}}");
    assertThat(config.source().format()).isEqualTo("com.acme.Rows");
    assertThat(config.source().options()).isEqualTo(Map.of("c", 1L, "d", "x"));
    assertThat(config.source().imageColumn()).isEqualTo("b");
    assertThat(config.source().isOfFiles()).isFalse();
    assertThat(read(EffectiveConfig.yaml(config))).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "source.train=null          | source.train: has no value; give a value",
        "source=null                | source: expected a section with format, train",
        "name=Word Net              | name: \"Word Net\" does not match",
        "name=null                  | name: has no value",
        "clients=0                  | clients: must be at least 1, got 0",
        "clients=null               | clients: missing; the partitioner iid needs it",
        "partitioner.name=dirichlt  | did you mean dirichlet?",
        "partitioner.name=dirichlet | partitioner.alpha: missing; add this key: concentration",
        "partitioner.name=by-label  | label: missing; the partitioner by-label needs the column",
        "partitioner.name=natural   | partitioner.column: missing; add this key",
        "partitioner={name: dirichlet, alpha: 0} | partitioner.alpha: must be above 0, got 0",
        "partitioner.minRows=0      | partitioner.minRows: must be at least 1",
        "partitioner={name: by-label, shards: 0} | partitioner.shards: must be at least 1",
        "source.names=[a, b]        | source: names: is for the format idx; remove it",
        "source.image=picture       | source: image: is for parquet and for what Spark reads, not for jsonl",
        "source.options={a: 1}      | source: options: are for data sources of Spark, such as orc and jdbc, not for jsonl",
        "source={format: orc, train: a, options: {a: [1]}} | source: options.a: is a list; write it as text",
        "source={format: table, train: a, options: {a: 1}} | source: options: are for data sources of Spark",
        "source.format=jsnl         | source.format: \"jsnl\" is not one of jsonl, csv, parquet, images, idx, table, orc",
        "source.format=Parquet      | did you mean parquet?",
        "duplicates=drop            | duplicates: \"drop\" is not one of report",
        "validation=1               | validation: must be at least 0 and below 1, got 1",
        "validation=-0.1            | validation: must be at least 0 and below 1, got -0.1",
        "test=1.0                   | test: must be at least 0 and below 1, got 1.0",
        "partitioner={name: natural, column: ward} | clients: the partitioner natural makes one",
      })
  void badInput(String set, String problem) {
    assertThatThrownBy(() -> read(LEAST, set))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(problem);
  }

  @Test
  void aLabelThatIsLeftOut() {
    assertThatThrownBy(() -> read(LEAST, "label=kind", "source.columns=[text]"))
        .hasMessageContaining("label: source.columns leaves the column kind out; add it there");
    assertThat(read(LEAST, "label=kind", "source.columns=[text, kind]").label()).isEqualTo("kind");
  }

  @Test
  void naturalClients() {
    PartitionConfig natural =
        read(LEAST, "clients=null", "partitioner={name: natural, column: ward}");
    assertThat(natural.clients()).isNull();
    assertThat(natural.partitioner().ownerColumn()).isEqualTo("ward");
  }
}
