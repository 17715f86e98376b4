package org.tributary.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tributary.json.Json;

/**
 * A small MLflow tracking server on this machine, with the limits and errors that MLflow documents:
 * names, lengths and sizes of batches, parameters that never change, metrics that are only added to
 * (a value that is sent twice is there twice), a history in pages.
 */
public final class MlflowDouble implements AutoCloseable {
  private static final Pattern NAME =
      Pattern.compile("[/\\w.\\- ]+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern FILTER = Pattern.compile("tags\\.\"([^\"]+)\" = '([^']+)'");
  private static final int PAGE = 2;

  static {
    // Otherwise every answer waits 40 ms for an acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final Map<String, String> experiments = new TreeMap<>();
  private final Map<String, Run> runs = new LinkedHashMap<>();
  private final List<String> headers = new ArrayList<>();
  private String required;
  private String broken = "";
  private boolean beforeWork;
  private int times;
  private int longest = 6000;

  /** A run with everything that was sent. */
  public static final class Run {
    private String experiment;
    private String name;
    private final List<String> statuses = new ArrayList<>(List.of("RUNNING"));
    private long ended;
    private final Map<String, String> tags = new TreeMap<>();
    private final Map<String, String> params = new TreeMap<>();
    private final Map<String, List<JsonNode>> metrics = new TreeMap<>();

    /** Its name for people. */
    public String name() {
      return name;
    }

    /** Its status. */
    public String status() {
      return statuses.get(statuses.size() - 1);
    }

    /** All that it has had, in their order. */
    List<String> statuses() {
      return statuses;
    }

    /** Its parameters. */
    public Map<String, String> params() {
      return params;
    }

    Map<String, String> tags() {
      return tags;
    }

    long ended() {
      return ended;
    }

    /** The values of a metric by step; fails if one is there twice. */
    public Map<Long, Double> metric(String key) {
      Map<Long, Double> values = new TreeMap<>();
      for (JsonNode value : metrics.getOrDefault(key, List.of())) {
        if (values.put(value.path("step").asLong(), value.path("value").asDouble()) != null) {
          throw new AssertionError("%s has %s twice".formatted(key, value));
        }
      }
      return values;
    }

    /** The metrics' names. */
    public Set<String> metrics() {
      metrics.keySet().forEach(this::metric);
      return metrics.keySet();
    }
  }

  /** An error as MLflow answers it. */
  private static final class Refusal extends Exception {
    private final int status;
    private final String code;

    private Refusal(int status, String code, String message) {
      super(message);
      this.status = status;
      this.code = code;
    }
  }

  /** Starts a server without experiments. */
  public MlflowDouble() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/2.0/mlflow/", this::handle);
    server.start();
  }

  /** Its address. */
  public String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** From now on it answers only requests with this header {@code Authorization}. */
  synchronized void require(String authorization) {
    required = authorization;
  }

  /** What came in the header {@code Authorization}. */
  synchronized List<String> headers() {
    return List.copyOf(headers);
  }

  /** The next requests of an endpoint fail, before or after their work is done. */
  synchronized void breakNext(String endpoint, int count, boolean before) {
    broken = endpoint;
    times = count;
    beforeWork = before;
  }

  /** Deletes an experiment, which stays visible by its name. */
  synchronized void delete(String experiment) {
    experiments.put(experiment, "deleted");
  }

  /** An early release with shorter values. */
  synchronized void takesValuesUpTo(int characters) {
    longest = characters;
  }

  /** All runs, in the order of their creation. */
  public synchronized List<Run> runs() {
    return List.copyOf(runs.values());
  }

  /** The names of the experiments. */
  public synchronized List<String> experiments() {
    return List.copyOf(experiments.keySet());
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    String endpoint = exchange.getRequestURI().getPath().replace("/api/2.0/mlflow/", "");
    byte[] body = exchange.getRequestBody().readAllBytes();
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    if (header != null) {
      headers.add(header);
    }
    boolean breaks = endpoint.equals(broken) && times-- > 0;
    int status = 200;
    ObjectNode answer;
    try {
      if (required != null && !required.equals(header)) {
        throw new Refusal(401, "UNAUTHENTICATED", "no");
      }
      if (breaks && beforeWork) {
        throw new Refusal(503, "TEMPORARILY_UNAVAILABLE", "later");
      }
      JsonNode request =
          exchange.getRequestMethod().equals("GET") ? query(exchange) : Json.tree(body);
      answer = answer(exchange.getRequestMethod() + " " + endpoint, request, body.length);
      if (breaks) {
        exchange.close(); // the work is done, the answer is lost
        return;
      }
    } catch (Refusal e) {
      status = e.status;
      answer = Json.object().put("error_code", e.code).put("message", e.getMessage());
    }
    byte[] bytes = Json.bytes(answer);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static JsonNode query(HttpExchange exchange) {
    ObjectNode query = Json.object();
    for (String part : exchange.getRequestURI().getRawQuery().split("&")) {
      String[] pair = part.split("=", 2);
      query.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  private ObjectNode answer(String call, JsonNode request, int size) throws Refusal {
    return switch (call) {
      case "GET experiments/get-by-name" -> experiment(request.path("experiment_name").asText());
      case "POST experiments/create" -> createExperiment(request.path("name").asText());
      case "POST runs/search" -> search(request);
      case "POST runs/create" -> create(request);
      case "POST runs/update" -> update(request);
      case "POST runs/log-batch" -> log(request, size);
      case "GET metrics/get-history" -> history(request);
      default -> throw new Refusal(404, "ENDPOINT_NOT_FOUND", call);
    };
  }

  private ObjectNode experiment(String name) throws Refusal {
    if (!experiments.containsKey(name)) {
      throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", "no experiment " + name);
    }
    ObjectNode found = Json.object();
    found
        .putObject("experiment")
        .put("experiment_id", "id of " + name)
        .put("lifecycle_stage", experiments.get(name));
    return found;
  }

  private ObjectNode createExperiment(String name) throws Refusal {
    if (experiments.putIfAbsent(name, "active") != null) {
      throw new Refusal(400, "RESOURCE_ALREADY_EXISTS", name + " exists");
    }
    return Json.object().put("experiment_id", "id of " + name);
  }

  private ObjectNode search(JsonNode request) throws Refusal {
    Matcher filter = FILTER.matcher(request.path("filter").asText());
    if (!filter.matches()) {
      throw invalid("filter");
    }
    ObjectNode found = Json.object();
    ArrayNode list = found.putArray("runs");
    runs.forEach(
        (id, run) -> {
          if (run.experiment.equals(request.path("experiment_ids").path(0).asText())
              && filter.group(2).equals(run.tags.get(filter.group(1)))) {
            list.add(described(id, run));
          }
        });
    return found;
  }

  private static ObjectNode described(String id, Run run) {
    ObjectNode all = Json.object();
    all.putObject("info").put("run_id", id).put("status", run.status());
    ArrayNode params = all.putObject("data").putArray("params");
    run.params.forEach((key, value) -> params.addObject().put("key", key).put("value", value));
    return all;
  }

  private ObjectNode create(JsonNode request) throws Refusal {
    Run run = new Run();
    run.experiment = request.path("experiment_id").asText();
    if (!experiments.containsKey(run.experiment.replace("id of ", ""))) {
      throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", "no experiment " + run.experiment);
    }
    run.name = request.path("run_name").asText();
    for (JsonNode tag : request.path("tags")) {
      run.tags.put(name(tag), limited(tag, 5000));
    }
    String id = "%032x".formatted(runs.size() + 1);
    runs.put(id, run);
    ObjectNode answer = Json.object();
    answer.set("run", described(id, run));
    return answer;
  }

  private Run run(JsonNode request) throws Refusal {
    Run run = runs.get(request.path("run_id").asText());
    if (run == null) {
      throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", "no run " + request.path("run_id"));
    }
    return run;
  }

  private ObjectNode update(JsonNode request) throws Refusal {
    Run run = run(request);
    String status = request.path("status").asText();
    if (!List.of("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED").contains(status)) {
      throw invalid("status " + status);
    }
    run.statuses.add(status);
    run.ended = request.path("end_time").asLong(run.ended);
    return Json.object();
  }

  private ObjectNode log(JsonNode request, int size) throws Refusal {
    Run run = run(request);
    if (size > 1_000_000
        || request.path("params").size() > 100
        || request.path("metrics").size() > 1000) {
      throw invalid("batch");
    }
    Map<String, String> params = new TreeMap<>();
    for (JsonNode param : request.path("params")) {
      String value = limited(param, longest);
      if (params.put(name(param), value) != null
          || !value.equals(run.params.getOrDefault(name(param), value))) {
        throw invalid("parameter " + name(param) + " is there with another value");
      }
    }
    for (JsonNode metric : request.path("metrics")) {
      boolean number =
          metric.path("value").isNumber()
              || metric.path("value").asText().matches("NaN|-?Infinity");
      if (!number || !metric.hasNonNull("timestamp") || !metric.path("step").isIntegralNumber()) {
        throw invalid("metric " + metric);
      }
      name(metric);
    }
    run.params.putAll(params);
    request
        .path("metrics")
        .forEach(
            m ->
                run.metrics.computeIfAbsent(m.path("key").asText(), k -> new ArrayList<>()).add(m));
    return Json.object();
  }

  private ObjectNode history(JsonNode request) throws Refusal {
    List<JsonNode> values = run(request).metrics.get(request.path("metric_key").asText());
    if (values == null) {
      throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", "no metric");
    }
    int from = request.path("page_token").asInt(0);
    int to = Math.min(values.size(), from + PAGE);
    ObjectNode page = Json.object();
    page.putArray("metrics").addAll(values.subList(from, to));
    if (to < values.size()) {
      page.put("next_page_token", Integer.toString(to));
    }
    return page;
  }

  private static String name(JsonNode entry) throws Refusal {
    String name = entry.path("key").asText();
    if (!NAME.matcher(name).matches() || name.length() > 250 || name.startsWith("/")) {
      throw invalid("name " + name);
    }
    return name;
  }

  private static String limited(JsonNode entry, int longest) throws Refusal {
    String value = entry.path("value").asText();
    if (value.codePointCount(0, value.length()) > longest) {
      throw invalid("value of " + value.length() + " characters");
    }
    return value;
  }

  private static Refusal invalid(String what) {
    return new Refusal(400, "INVALID_PARAMETER_VALUE", "invalid: " + what);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
