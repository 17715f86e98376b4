package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.tributary.rows.Manifest;
import org.tributary.rows.Schema;

class PartitionSummaryTest {
  private static Manifest.Part part(String file, Object... labelsAndRows) {
    SortedMap<String, Long> labels = new TreeMap<>();
    long rows = 0;
    for (int i = 0; i < labelsAndRows.length; i += 2) {
      long n = (Integer) labelsAndRows[i + 1];
      labels.put((String) labelsAndRows[i], n);
      rows += n;
    }
    return new Manifest.Part(file, rows, labels, "00", 99L);
  }

  @Test
  void clientsTheirRowsAndTheirMostFrequentLabels() {
    Manifest.Part many =
        part("client=0/train/a.parquet", "a", 1, "b", 7, "c", 2, "d", 2, "e", 5, "f", 1, "g", 3);
    Manifest manifest =
        new Manifest(
            Manifest.VERSION,
            new Manifest.Inputs(
                "words",
                7,
                "csv",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                "kind",
                new Manifest.Partitioner("dirichlet", new TreeMap<>(Map.of("alpha", 0.1))),
                new Manifest.Shares(0.1, 0),
                null,
                null,
                null),
            Map.of("train", 22L),
            List.of(new Schema.Column("text", Schema.Type.STRING)),
            List.of("a", "b", "c", "d", "e", "f", "g"),
            new TreeMap<>(
                Map.of(
                    "0", new Manifest.Client(many, part("v", "a", 1), null),
                    "1", new Manifest.Client(part("t"), null, "caf\u00e9"))),
            null,
            Map.of(),
            Map.of(),
            new TreeMap<>(Map.of("ab", "has 1 rows", "a\nb", "has 2 rows")));
    assertThat(PartitionSummary.of(new Path("file:/p/words"), manifest))
        .containsExactly(
            "partitioned set file:/p/words",
            "  name: words, seed: 7",
            "  partitioner: dirichlet {alpha=0.1}",
            "  columns: text STRING",
            "  clients: 2, labels: 7",
            "  client=0: train 21 rows (b 7, e 5, g 3, c 2, d 2, 2 more); validation 1 row (a 1)",
            "  client=1 (caf\u00e9): train 0 rows; validation none",
            "  left out: 2 owners that did not become clients",
            "    a?b has 2 rows",
            "    ab has 1 rows",
            "  test: none");
  }
}
