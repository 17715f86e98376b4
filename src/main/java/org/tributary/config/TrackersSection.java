package org.tributary.config;

/**
 * The programs beside the tables that show a run's progress.
 *
 * @param tensorboard whether TensorBoard's event files are written
 */
public record TrackersSection(
    @Key(
            value =
                "whether TensorBoard's event files are written, to the folder tensorboard in out",
            byDefault = "false")
        boolean tensorboard) {}
