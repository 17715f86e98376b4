package org.tributary.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.tributary.json.Json;

/**
 * MLflow's REST API, version 2.0: one request and its answer. Nothing is retried here, because only
 * the caller knows whether a request may be sent twice.
 *
 * @see <a href="https://mlflow.org/docs/latest/rest-api.html">the API</a>
 */
final class MlflowServer {
  private static final int FIRST_ERROR = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int TOO_MANY = 429;
  private static final int REDIRECT = 300;
  private static final int SERVER_ERROR = 500;
  private static final int LONGEST_WORDS = 300;

  private final String url;
  private final Optional<String> authorization;
  private final Duration limit;
  private final HttpClient client;

  /**
   * A server.
   *
   * @param url its address
   * @param authorization value of the header; empty for none
   * @param limit for connecting, and for an answer
   */
  MlflowServer(String url, Optional<String> authorization, Duration limit) {
    this.url = url.replaceAll("/+$", "");
    this.authorization = authorization;
    this.limit = limit;
    // Credentials must not go to where a redirect leads.
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limit)
            .build();
  }

  /** Its address. */
  String url() {
    return url;
  }

  /**
   * Asks.
   *
   * @param endpoint such as {@code runs/get}
   * @param query parameters
   * @return the answer
   * @throws MlflowFault if there is none, or it is an error
   */
  JsonNode get(String endpoint, Map<String, String> query) throws IOException {
    String parameters =
        query.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return send(request(endpoint + "?" + parameters).GET().build());
  }

  /**
   * Tells.
   *
   * @param endpoint such as {@code runs/create}
   * @param body of the request
   * @return the answer
   * @throws MlflowFault if there is none, or it is an error
   */
  JsonNode post(String endpoint, ObjectNode body) throws IOException {
    return send(
        request(endpoint)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(Json.bytes(body)))
            .build());
  }

  private HttpRequest.Builder request(String endpoint) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + "/api/2.0/mlflow/" + endpoint)).timeout(limit);
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private JsonNode send(HttpRequest request) throws IOException {
    HttpResponse<String> response;
    try {
      response = client.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopped while " + url + " was asked");
    } catch (IOException e) {
      throw new MlflowFault(silence(e), "", true);
    }
    return answer(response);
  }

  /** Why there is no answer. */
  private String silence(IOException e) {
    if (e instanceof HttpTimeoutException) {
      return "%s does not answer within %d s; check that the server runs"
          .formatted(url, limit.toSeconds());
    }
    if (e instanceof SSLException) {
      return "%s has a certificate that Java does not trust (%s); add it to a trust store and name that with -Djavax.net.ssl.trustStore"
          .formatted(url, e.getMessage());
    }
    return e instanceof ConnectException
        ? url + " cannot be reached; check the URL, and that the server runs"
        : "%s breaks the connection off (%s); check the URL".formatted(url, e.getMessage());
  }

  private JsonNode answer(HttpResponse<String> response) throws MlflowFault {
    int status = response.statusCode();
    if (status == UNAUTHORIZED || status == FORBIDDEN) {
      // Since release 3.5 a server also forbids requests to a host name that it was not told of.
      throw new MlflowFault(
          "%s refuses the %s (HTTP %d); %s%s"
              .formatted(
                  url,
                  authorization.isPresent() ? "credentials" : "request without credentials",
                  status,
                  MlflowCredentials.WAY_OUT,
                  status == FORBIDDEN
                      ? "; or start the server with this host in --allowed-hosts"
                      : ""),
          "",
          false);
    }
    if (status >= REDIRECT && status < FIRST_ERROR) {
      throw new MlflowFault(
          "%s redirects to %s; give the URL of the server itself"
              .formatted(url, response.headers().firstValue("location").orElse("another place")),
          "",
          false);
    }
    JsonNode body = tree(response);
    if (status >= FIRST_ERROR) {
      String code = body.path("error_code").asText("");
      String words = body.path("message").asText("").lines().findFirst().orElse("");
      throw new MlflowFault(
          "%s answers HTTP %d %s: %s"
              .formatted(
                  url, status, code, words.substring(0, Math.min(words.length(), LONGEST_WORDS))),
          code,
          status >= SERVER_ERROR || status == TOO_MANY);
    }
    return body;
  }

  /** Proxies and other programs answer with HTML. */
  private JsonNode tree(HttpResponse<String> response) throws MlflowFault {
    try {
      JsonNode body = Json.tree(response.body());
      if (body.isObject()) {
        return body;
      }
    } catch (JsonProcessingException e) {
      // The message below says what is wrong.
    }
    int status = response.statusCode();
    throw new MlflowFault(
        "%s does not answer as an MLflow tracking server does (HTTP %d, no JSON object); check the URL"
            .formatted(url, status),
        "",
        status >= SERVER_ERROR || status == TOO_MANY);
  }
}
