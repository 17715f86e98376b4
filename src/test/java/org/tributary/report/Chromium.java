package org.tributary.report;

import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.tributary.json.Json;

/**
 * A headless Chromium with one page, over its DevTools protocol. Selenium is not used, because it
 * needs another version of Guava than Spark.
 */
final class Chromium implements AutoCloseable {
  /** Set to 1 if a missing Chromium is a failure and not a reason to skip tests. */
  private static final String REQUIRED = "TRIBUTARY_REQUIRE_CHROMIUM";

  private static final long SECONDS = 60;

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<String> console = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

  private Chromium(Process process, URI page) {
    this.process = process;
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(page, new Messages())
            .orTimeout(SECONDS, TimeUnit.SECONDS)
            .join();
  }

  /** The executable, if this machine has one. */
  private static Optional<Path> program() {
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts it. If it is not installed, the test is skipped with a message; with {@value #REQUIRED}
   * it fails.
   *
   * @param profile an empty folder
   */
  static Chromium start(Path profile) throws IOException, InterruptedException {
    Optional<Path> program = program();
    if (program.isEmpty()) {
      String missing =
          "no chromium on the PATH: install it (apt-get install chromium) to test reports";
      if ("1".equals(System.getenv(REQUIRED))) {
        fail(missing);
      }
      System.err.println("SKIPPED: " + missing);
      Assumptions.abort(missing);
    }
    List<String> command = new ArrayList<>();
    command.add(program.orElseThrow().toString());
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-default-browser-check",
            "--hide-scrollbars",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            "about:blank"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("log").toFile())
            .start();
    boolean started = false;
    try {
      Chromium chromium = new Chromium(process, page(process, profile));
      started = true;
      return chromium;
    } finally {
      if (!started) {
        process.destroyForcibly();
      }
    }
  }

  /** The address of the first page, once Chromium has written its port. */
  private static URI page(Process process, Path profile) throws IOException, InterruptedException {
    Path port = profile.resolve("DevToolsActivePort");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (System.nanoTime() < end && process.isAlive()) {
      List<String> lines = Files.exists(port) ? Files.readAllLines(port) : List.of();
      if (lines.size() > 1) {
        URI list = URI.create("http://127.0.0.1:" + lines.get(0) + "/json/list");
        String answer =
            HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        for (JsonNode target : Json.tree(answer)) {
          if (target.path("type").asText().equals("page")) {
            return URI.create(target.path("webSocketDebuggerUrl").asText());
          }
        }
      }
      process.waitFor(50, TimeUnit.MILLISECONDS);
    }
    throw new IOException("Chromium did not start: " + Files.readString(profile.resolve("log")));
  }

  /** Messages from Chromium: answers and events. */
  private final class Messages implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        String message = text.toString();
        text.setLength(0);
        take(message);
      }
      from.request(1);
      return null;
    }

    private void take(String message) {
      JsonNode tree;
      try {
        tree = Json.tree(message);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      if (tree.has("id")) {
        waiting.remove(tree.get("id").asInt()).complete(tree);
        return;
      }
      JsonNode params = tree.path("params");
      switch (tree.path("method").asText()) {
        case "Page.loadEventFired" -> loaded.complete(null);
        case "Network.requestWillBeSent" ->
            requests.add(params.path("request").path("url").asText());
        case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded" ->
            console.add(params.toString());
        default -> {}
      }
    }
  }

  private JsonNode call(String method, Object... keysAndValues) {
    ObjectNode message = Json.object();
    int id = ids.incrementAndGet();
    message.put("id", id);
    message.put("method", method);
    ObjectNode params = message.putObject("params");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      params.set((String) keysAndValues[i], Json.treeOf(keysAndValues[i + 1]));
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    socket.sendText(message.toString(), true).join();
    JsonNode tree = answer.orTimeout(SECONDS, TimeUnit.SECONDS).join();
    if (tree.has("error")) {
      throw new IllegalStateException(method + ": " + tree.get("error"));
    }
    return tree.path("result");
  }

  /**
   * Opens a file in a window.
   *
   * @param file to open
   * @param width of the window, in pixels
   * @param scheme {@code light} or {@code dark}
   */
  void open(Path file, int width, String scheme) {
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable");
    }
    call(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        900,
        "deviceScaleFactor",
        1,
        "mobile",
        width < 600);
    call(
        "Emulation.setEmulatedMedia",
        "features",
        List.of(Map.of("name", "prefers-color-scheme", "value", scheme)));
    loaded = new CompletableFuture<>();
    call("Page.navigate", "url", file.toUri().toString());
    loaded.orTimeout(SECONDS, TimeUnit.SECONDS).join();
  }

  /**
   * The value of an expression in the page.
   *
   * @param expression of JavaScript, may be a promise
   * @return its value as JSON
   */
  JsonNode value(String expression) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            "expression",
            expression,
            "returnByValue",
            true,
            "awaitPromise",
            true);
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  /** Everything that the pages wrote to the console, and their errors. */
  List<String> console() {
    return console;
  }

  /** Every address that the pages asked for. */
  List<String> requests() {
    return requests;
  }

  /** A picture of a whole page, as PNG. */
  byte[] picture() {
    JsonNode answer =
        call("Page.captureScreenshot", "format", "png", "captureBeyondViewport", true);
    return Base64.getDecoder().decode(answer.path("data").asText());
  }

  @Override
  public void close() throws InterruptedException {
    socket.abort();
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
