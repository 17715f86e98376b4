package org.tributary.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tributary.json.Json;

/**
 * The calls of MLflow's API that a run needs, in one experiment.
 *
 * @param server answers
 * @param name of the experiment
 */
record MlflowCalls(MlflowServer server, String name) {
  private static final String MISSING = "RESOURCE_DOES_NOT_EXIST";
  private static final String THERE = "RESOURCE_ALREADY_EXISTS";

  /**
   * A run on the server.
   *
   * @param id its id there
   * @param status such as {@code RUNNING}
   * @param parameters the keys that it has
   */
  record ServerRun(String id, String status, Set<String> parameters) {}

  /** The id of the experiment, if the server has it. Changes nothing. */
  Optional<String> experiment() throws IOException {
    JsonNode found;
    try {
      found =
          server.get("experiments/get-by-name", Map.of("experiment_name", name)).path("experiment");
    } catch (MlflowFault e) {
      if (e.is(MISSING)) {
        return Optional.empty();
      }
      throw e;
    }
    if (found.path("lifecycle_stage").asText().equals("deleted")) {
      throw new MlflowFault(
          "the experiment %s is deleted on %s; restore it, or name another in trackers.mlflow.experiment"
              .formatted(name, server.url()),
          "",
          false);
    }
    return Optional.of(text(found, "experiment_id"));
  }

  /** The id of the experiment, which is created if it is missing. */
  String experimentForRuns() throws IOException {
    Optional<String> there = experiment();
    if (there.isPresent()) {
      return there.get();
    }
    try {
      return text(
          server.post("experiments/create", Json.object().put("name", name)), "experiment_id");
    } catch (MlflowFault e) {
      if (e.is(THERE)) { // another run has created it meanwhile
        return experiment().orElseThrow(() -> e);
      }
      throw e;
    }
  }

  /** The run with a tag, if there is one that is not deleted. */
  Optional<ServerRun> find(String experiment, String tag, String value) throws IOException {
    ObjectNode body = Json.object().put("max_results", 1);
    body.put("filter", "tags.\"%s\" = '%s'".formatted(tag, value));
    body.putArray("experiment_ids").add(experiment);
    JsonNode found = server.post("runs/search", body).path("runs").path(0);
    return found.isMissingNode() ? Optional.empty() : Optional.of(run(found));
  }

  /**
   * Creates a run.
   *
   * @param experiment its id
   * @param name for people
   * @param begun in milliseconds since 1970
   * @param tags by key
   */
  ServerRun create(String experiment, String name, long begun, Map<String, String> tags)
      throws IOException {
    ObjectNode body = Json.object().put("experiment_id", experiment).put("run_name", name);
    body.put("start_time", begun);
    ArrayNode all = body.putArray("tags");
    MlflowBatches.pairs(tags).forEach(all::add);
    return run(server.post("runs/create", body).path("run"));
  }

  private ServerRun run(JsonNode run) throws IOException {
    Set<String> parameters = new HashSet<>();
    run.path("data").path("params").forEach(p -> parameters.add(p.path("key").asText()));
    JsonNode info = run.path("info");
    return new ServerRun(text(info, "run_id"), info.path("status").asText(), parameters);
  }

  /** The steps of a metric that a run has. */
  Set<Integer> steps(String run, String metric) throws IOException {
    Set<Integer> steps = new HashSet<>();
    Map<String, String> query = new LinkedHashMap<>();
    query.put("run_id", run);
    query.put("metric_key", metric);
    String page;
    do {
      JsonNode history = history(query);
      history.path("metrics").forEach(value -> steps.add(value.path("step").asInt()));
      page = history.path("next_page_token").asText("");
      query.put("page_token", page);
    } while (!page.isEmpty());
    return steps;
  }

  /** A server that keeps files does not know a metric before its first value. */
  private JsonNode history(Map<String, String> query) throws IOException {
    try {
      return server.get("metrics/get-history", query);
    } catch (MlflowFault e) {
      if (e.is(MISSING)) {
        return Json.object();
      }
      throw e;
    }
  }

  /**
   * Adds to a run.
   *
   * @param run its id
   * @param kind {@code metrics} or {@code params}
   * @param entries within the limits of a request
   */
  void log(String run, String kind, List<ObjectNode> entries) throws IOException {
    ObjectNode body = Json.object().put("run_id", run);
    body.putArray(kind).addAll(entries);
    server.post("runs/log-batch", body);
  }

  /**
   * Sets a run's status.
   *
   * @param run its id
   * @param status such as {@code FINISHED}
   * @param ended in milliseconds since 1970; empty if it goes on
   */
  void update(String run, String status, Optional<Long> ended) throws IOException {
    ObjectNode body = Json.object().put("run_id", run).put("status", status);
    ended.ifPresent(millis -> body.put("end_time", millis));
    server.post("runs/update", body);
  }

  private String text(JsonNode answer, String field) throws MlflowFault {
    if (!answer.hasNonNull(field)) {
      throw new MlflowFault(
          "%s does not answer as an MLflow tracking server does (no %s); check the URL"
              .formatted(server.url(), field),
          "",
          false);
    }
    return answer.path(field).asText();
  }
}
