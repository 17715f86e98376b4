package org.tributary.tracking;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.tributary.error.WrongInput;

/**
 * The credentials for an MLflow server, from the environment variables that MLflow's own client
 * reads. Messages never have their values.
 */
final class MlflowCredentials {
  private static final String TOKEN = "MLFLOW_TRACKING_TOKEN";
  private static final String USER = "MLFLOW_TRACKING_USERNAME";
  private static final String PASSWORD = "MLFLOW_TRACKING_PASSWORD";

  /** What to set. */
  static final String WAY_OUT =
      "set the environment variable %s, or %s and %s, for the driver"
          .formatted(TOKEN, USER, PASSWORD);

  private MlflowCredentials() {}

  /**
   * The value of the header {@code Authorization}. User and password come before a token, as in
   * MLflow.
   *
   * @param environment gives the value of a variable, or null
   * @return empty without credentials
   * @throws WrongInput if a variable is missing or has characters that no header may have
   */
  static Optional<String> header(UnaryOperator<String> environment) {
    String user = value(environment, USER);
    String password = value(environment, PASSWORD);
    String token = value(environment, TOKEN);
    if (user.isEmpty() != password.isEmpty()) {
      throw new WrongInput(
          "trackers.mlflow: only one of the environment variables %s and %s is set; set both"
              .formatted(USER, PASSWORD));
    }
    if (!user.isEmpty()) {
      byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      return Optional.of("Basic " + Base64.getEncoder().encodeToString(both));
    }
    if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new WrongInput(
          "trackers.mlflow: the environment variable %s has white space or a character that is not ASCII; set it to the token alone"
              .formatted(TOKEN));
    }
    return token.isEmpty() ? Optional.empty() : Optional.of("Bearer " + token);
  }

  /** A variable without white space at its ends, such as the newline of a file with a secret. */
  private static String value(UnaryOperator<String> environment, String name) {
    String value = environment.apply(name);
    return value == null ? "" : value.strip();
  }
}
