package org.tributary.config;

/**
 * The retries of failing file systems.
 *
 * @param patience seconds for which failed operations are retried; 0 for a single try
 */
public record StoreSection(
    @Key(
            value = "seconds of retries on a failing file system before the job stops",
            byDefault = "60",
            min = 0,
            example = "300")
        int patience) {}
