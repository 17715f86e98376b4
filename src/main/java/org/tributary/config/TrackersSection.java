package org.tributary.config;

import java.util.List;

/**
 * The programs beside the tables that show a run's progress.
 *
 * @param tensorboard whether TensorBoard's event files are written
 * @param mlflow the MLflow server that hears of the run; null for none
 */
public record TrackersSection(
    @Key(
            value =
                "whether TensorBoard's event files are written, to the folder tensorboard in out",
            byDefault = "false")
        boolean tensorboard,
    @Key(value = "the MLflow tracking server that gets the run", optional = true) Mlflow mlflow) {

  /**
   * An MLflow tracking server. Credentials are environment variables.
   *
   * @param url of the server, without a path below {@code /api}
   * @param experiment the experiment of the run; it is created if the server has none of that name
   */
  public record Mlflow(
      @Key(
              value = "URL of the server; credentials come from MLflow's environment variables",
              required = true,
              example = "http://localhost:5000")
          String url,
      @Key(
              value = "name of the experiment, which is created if it is missing",
              byDefault = "tributary",
              example = "tickets")
          String experiment)
      implements Section {
    private static final int LONGEST_NAME = 500;

    /** The message does not repeat a URL, because it may have a password. */
    @Override
    public List<String> problems() {
      if (url.contains("@")) {
        return List.of(
            "url: has a user or a password; give the URL without them, and set the environment variables MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD");
      }
      if (!url.matches("https?://[^/\\s?#]+(/[^\\s?#]*)?")) {
        return List.of(
            "url: is not the URL of an MLflow server; give one such as http://localhost:5000");
      }
      return experiment.isBlank() || experiment.length() > LONGEST_NAME
          ? List.of(
              "experiment: a name has 1 to %d characters; give another".formatted(LONGEST_NAME))
          : List.of();
    }
  }
}
