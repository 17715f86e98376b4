package org.tributary.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.RawSetFile;
import org.tributary.fixture.Slow;

/** Queries in a session whose extension parses SQL, and takes any statement for a query. */
@Slow
class SqlExtensionTest {
  private static final Store STORE = Store.of(new Configuration(false));

  @RegisterExtension
  static final LocalSpark SPARK =
      new LocalSpark().with("spark.sql.extensions", LenientParser.class.getName());

  @TempDir Path dir;

  private void run(String sql) throws IOException {
    PartitionConfig config =
        RawSetFile.config(
            "table",
            sql,
            dir.resolve("out"),
            List.of("validation=0", "partitioner.name=natural", "partitioner.column=site"));
    Partitioning.run(SPARK.session(), STORE, config);
  }

  @BeforeEach
  void view() {
    SPARK
        .session()
        .sql("SELECT concat('s', id % 2) AS site, 'x' AS text, 'yes' AS label FROM range(6)")
        .createOrReplaceTempView("kept");
  }

  @Test
  void aStatementIsNotRun() {
    for (String statement : List.of("DROP VIEW kept", "CACHE TABLE kept", "SHOW TABLES")) {
      assertThatThrownBy(() -> run(statement))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("is neither the name of a table nor an SQL query");
    }
    assertThat(SPARK.session().catalog().tableExists("kept")).isTrue();
    assertThat(SPARK.session().catalog().isCached("kept")).isFalse();
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void aQueryIsRead() throws IOException {
    run("SELECT * FROM kept");
    assertThat(dir.resolve("out")).exists();
  }
}
