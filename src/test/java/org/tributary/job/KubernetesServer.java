package org.tributary.job;

import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * The part of an API server that a submission uses: it accepts pods and the objects that belong to
 * them. It reports the statuses of a pod that a script lists, one after the other.
 */
final class KubernetesServer implements AutoCloseable {

  private final HttpServer server;
  private final Map<String, ObjectNode> pods = new ConcurrentSkipListMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Deque<String> statuses = new ArrayDeque<>();
  private volatile String refusal;
  private volatile String log = "";

  KubernetesServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::answer);
    server.start();
  }

  /** Its address. */
  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The results of each list of pods; the last one is repeated. JSON, or empty for no pod. */
  KubernetesServer tells(String... each) {
    synchronized (statuses) {
      statuses.clear();
      statuses.addAll(List.of(each));
    }
    return this;
  }

  /** Refuses all requests with this message, or none if it is null. */
  void refuses(String words) {
    refusal = words;
  }

  /** Sets the content of a pod's log. */
  void logs(String text) {
    log = text;
  }

  /** The pods that were created. */
  List<ObjectNode> pods() {
    return new ArrayList<>(pods.values());
  }

  /** Methods and paths of the requests, in order. */
  List<String> requests() {
    return requests;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      URI uri = exchange.getRequestURI();
      requests.add(exchange.getRequestMethod() + " " + uri);
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (refusal != null) {
        ObjectNode status = JSON.createObjectNode();
        status.put("kind", "Status").put("apiVersion", "v1").put("status", "Failure");
        status.put("message", refusal).put("reason", "Forbidden").put("code", 403);
        send(exchange, 403, status.toString());
      } else if (uri.getPath().endsWith("/log")) {
        send(exchange, 200, log);
      } else if (exchange.getRequestMethod().equals("GET") && uri.getPath().endsWith("/pods")) {
        send(exchange, 200, list(uri).toString());
      } else if (exchange.getRequestMethod().equals("POST") && uri.getPath().endsWith("/pods")) {
        send(exchange, 201, make((ObjectNode) JSON.readTree(body)).toString());
      } else if (exchange.getRequestMethod().equals("GET")) {
        send(exchange, 404, "{}");
      } else {
        send(exchange, 200, body.length == 0 ? "{}" : asJson(body));
      }
    }
  }

  /** Some requests have a body in YAML, of which JSON is a subset. */
  private static String asJson(byte[] body) throws IOException {
    return JSON.readTree(body).toString();
  }

  /** Creates the driver's pod of a submission. */
  void makes(String submission, String name) {
    ObjectNode pod = JSON.createObjectNode().put("kind", "Pod").put("apiVersion", "v1");
    ObjectNode metadata = pod.putObject("metadata").put("name", name);
    metadata.putObject("labels").put(KubernetesDriver.LABEL, submission);
    make(pod);
  }

  private ObjectNode make(ObjectNode pod) {
    ((ObjectNode) pod.get("metadata")).put("uid", UUID.randomUUID().toString());
    pod.putObject("status").put("phase", "Pending");
    pods.put(pod.at("/metadata/name").asText(), pod);
    return pod;
  }

  private JsonNode list(URI uri) throws IOException {
    ObjectNode list = JSON.createObjectNode().put("kind", "PodList").put("apiVersion", "v1");
    list.putObject("metadata").put("resourceVersion", "1");
    ArrayNode items = list.putArray("items");
    String status;
    synchronized (statuses) {
      status = statuses.size() > 1 ? statuses.poll() : statuses.isEmpty() ? "{}" : statuses.peek();
    }
    String label = URLDecoder.decode(String.valueOf(uri.getRawQuery()), StandardCharsets.UTF_8);
    for (ObjectNode pod : status.isEmpty() ? List.<ObjectNode>of() : pods()) {
      String submission = pod.at("/metadata/labels/" + KubernetesDriver.LABEL).asText();
      if (label.contains(KubernetesDriver.LABEL + "=" + submission)) {
        items.add(pod.deepCopy().set("status", JSON.readTree(status)));
      }
    }
    return list;
  }

  private static void send(HttpExchange exchange, int code, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
