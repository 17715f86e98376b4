package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/**
 * Compiles and runs the snippets of docs/spark.md from the page itself, with a tiny model. Their
 * variables model, work, train and test are given.
 */
@Slow
@Timeout(240)
class SnippetsTest {
  private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w+)\\n(.*?)^```$");
  private static final String COMPILER = "scala.tools.nsc.Main";
  private static final String COMPILER_FILE = "/scala/tools/nsc/Main.class";

  @TempDir static Path dir;

  @RegisterExtension
  static final LocalSpark SPARK = new LocalSpark().with("spark.sql.shuffle.partitions", "2");

  private static String model;
  private static Dataset<Row> train;
  private static Dataset<Row> test;

  @BeforeAll
  static void make() throws Exception {
    model = new Tiny(dir.resolve("tiny"), 5, 5).model().toString();
    train = TinyFrame.texts(SPARK.session(), 40, 1).select("office", "text", "label").cache();
    test = TinyFrame.texts(SPARK.session(), 12, 2).select("office", "text", "label").cache();
  }

  private static List<String> snippets(String language) throws Exception {
    List<String> found = new ArrayList<>();
    Matcher fences = FENCE.matcher(Files.readString(Path.of("docs/spark.md")));
    while (fences.find()) {
      if (fences.group(1).equals(language) && fences.group(2).contains("FederatedFineTuner")) {
        found.add(fences.group(2));
      }
    }
    return found;
  }

  @Test
  void java() throws Exception {
    List<String> snippets = snippets("java");
    assertThat(snippets).hasSize(1);
    String imports = lines(snippets.get(0), true);
    String body = lines(snippets.get(0), false);
    Path source = dir.resolve("java/Snippet.java");
    Files.createDirectories(source.getParent());
    Files.writeString(
        source,
        """
        import org.apache.spark.sql.SparkSession;
        %s
        public class Snippet {
          public static Dataset<Row> run(
              SparkSession spark, Dataset<Row> train, Dataset<Row> test, String model, String work)
              throws Exception {
            %s
            return scored;
          }
        }
        """
            .formatted(imports, body));
    String[] options = {
      "-proc:none", "-cp", System.getProperty("java.class.path"), source.toString()
    };
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, options)).isZero();
    assertScored(run(source.getParent(), "Snippet", dir.resolve("work java")));
  }

  private static String lines(String snippet, boolean imports) {
    return snippet
        .lines()
        .filter(line -> line.startsWith("import ") == imports)
        .collect(Collectors.joining("\n"));
  }

  /** Scala's compiler is on the class path if the shell of Spark is. */
  @Test
  void scala() throws Exception {
    Assumptions.assumeTrue(
        SnippetsTest.class.getResource(COMPILER_FILE) != null,
        "the class path has no Scala compiler");
    List<String> snippets = snippets("scala");
    assertThat(snippets).hasSize(2);
    Path folder = Files.createDirectories(dir.resolve("scala"));
    List<String> arguments =
        new ArrayList<>(
            List.of("-classpath", System.getProperty("java.class.path"), "-d", folder.toString()));
    for (int i = 0; i < snippets.size(); i++) {
      Path source = folder.resolve("Snippet" + i + ".scala");
      Files.writeString(
          source,
          """
          import org.apache.spark.sql.{DataFrame, SparkSession}
          object Snippet%d {
            def run(spark: SparkSession, train: DataFrame, test: DataFrame, model: String,
                work: String): DataFrame = {
          %s
              scored
            }
          }
          """
              .formatted(i, snippets.get(i)));
      arguments.add(source.toString());
    }
    Class.forName(COMPILER)
        .getMethod("process", String[].class)
        .invoke(null, (Object) arguments.toArray(String[]::new));
    for (int i = 0; i < snippets.size(); i++) {
      assertThat(folder.resolve("Snippet" + i + ".class")).exists();
      assertScored(run(folder, "Snippet" + i, dir.resolve("work scala " + i)));
    }
  }

  @SuppressWarnings("unchecked")
  private static Dataset<Row> run(Path classes, String name, Path work) throws Exception {
    URL[] urls = {classes.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, SnippetsTest.class.getClassLoader())) {
      return (Dataset<Row>)
          loader
              .loadClass(name)
              .getMethod(
                  "run",
                  SparkSession.class,
                  Dataset.class,
                  Dataset.class,
                  String.class,
                  String.class)
              .invoke(null, SPARK.session(), train, test, model, work.toString());
    }
  }

  private static void assertScored(Dataset<Row> scored) {
    assertThat(scored.columns()).contains("prediction", "probability", "predictedLabel");
    assertThat(scored.filter("prediction is not null").count()).isEqualTo(12);
  }

  @Test
  void sql() throws Exception {
    Matcher fences = FENCE.matcher(Files.readString(Path.of("docs/spark.md")));
    String query = null;
    while (fences.find()) {
      query =
          fences.group(1).equals("sql") && fences.group(2).contains("classify(")
              ? fences.group(2)
              : query;
    }
    FineTunedModel tuned =
        TinyFrame.tuner(Path.of(model), dir.resolve("work sql")).setRounds(1).fit(train);
    tuned.registerUdf(SPARK.session(), "classify");
    test.createOrReplaceTempView("tickets");
    assertThat(SPARK.session().sql(query).collectAsList())
        .isEqualTo(tuned.transform(test).select("text", "predictedLabel").collectAsList());
  }
}
