package org.tributary.config;

/**
 * What to do when file systems fail.
 *
 * @param patience seconds for which what a file system refuses is tried again; 0 for a single try
 */
public record StoreSection(
    @Key(
            value = "seconds of retries on a failing file system before the job stops",
            byDefault = "60",
            min = 0)
        int patience) {}
