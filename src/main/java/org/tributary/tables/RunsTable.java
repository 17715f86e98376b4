package org.tributary.tables;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Locale;
import org.tributary.config.ClientSection;
import org.tributary.config.TrainConfig;
import org.tributary.json.Json;
import org.tributary.rows.Manifest;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;
import org.tributary.run.Blueprint;

/** The table {@code runs}: one row for each run, with every effective parameter. */
public final class RunsTable {
  /** Its name. */
  public static final String NAME = "runs";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column(
              "model",
              Type.STRING,
              "",
              "the model's name on the hub if it is known, else the last part of model.path"),
          new Column("model_type", Type.STRING, "", "of config.json, such as bert"),
          new Column("task", Type.STRING, "", "classification or generation"),
          new Column("clients", Type.INT, "clients", "of the partitioned set"),
          new Column("samples", Type.LONG, "rows", "training rows of all clients"),
          new Column("rounds", Type.INT, "rounds", "the key rounds at the last start of the run"),
          new Column("steps", Type.INT, "steps", "client.steps, a round; null with client.epochs"),
          new Column("epochs", Type.DOUBLE, "", "client.epochs, a round; null with client.steps"),
          new Column("batch", Type.INT, "rows", "client.batch"),
          new Column("precision", Type.STRING, "", "client.precision"),
          new Column("version", Type.STRING, "", "Tributary's version at the first start"),
          new Column("commit", Type.STRING, "", "its git commit"),
          new Column("spark", Type.STRING, "", "Spark's version"),
          new Column("libtorch", Type.STRING, "", "libtorch's version"),
          new Column("cpu_capability", Type.STRING, "", "of the driver, such as AVX2"),
          new Column(
              "parameters",
              Type.STRING,
              "",
              "every effective key of the configuration, as a JSON object"));

  private RunsTable() {}

  /**
   * A run's row.
   *
   * @param stored the run's {@code config.yaml}
   * @param parameters the effective configuration of this start
   */
  static Row row(RunLabels labels, Blueprint blueprint, JsonNode stored, JsonNode parameters)
      throws IOException {
    TrainConfig config = blueprint.config();
    ClientSection client = config.client();
    Manifest manifest = blueprint.manifest();
    JsonNode facts = stored.path("run");
    return labels.row(
        SCHEMA,
        null,
        null,
        blueprint.base().name().title(),
        blueprint.base().files().config().path("model_type").asText(null),
        blueprint.architecture().task().name().toLowerCase(Locale.ROOT),
        manifest.clients().size(),
        manifest.clients().values().stream().mapToLong(c -> c.train().rows()).sum(),
        config.rounds(),
        client.steps(),
        client.epochs(),
        client.batch(),
        client.precision(),
        facts.path("version").asText(null),
        facts.path("commit").asText(null),
        facts.path("spark").asText(null),
        facts.path("libtorch").asText(null),
        facts.path("cpuCapability").asText(null),
        Json.text(parameters));
  }
}
