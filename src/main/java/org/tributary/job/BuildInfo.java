package org.tributary.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/**
 * The version and commit from which this program was built.
 *
 * @param version of the project
 * @param commit full git commit; {@code unknown} in a build without git
 * @param dirty whether the sources differed from the commit
 */
public record BuildInfo(String version, String commit, boolean dirty) {
  private static final String FILE = "/org/tributary/build.properties";

  /**
   * Reads the build's properties in the jar.
   *
   * @return this build
   */
  public static BuildInfo read() {
    Properties properties = new Properties();
    try (InputStream in = BuildInfo.class.getResourceAsStream(FILE)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(FILE, e);
    }
    return new BuildInfo(
        properties.getProperty("git.build.version", "unknown"),
        properties.getProperty("git.commit.id.full", "unknown"),
        Boolean.parseBoolean(properties.getProperty("git.dirty")));
  }

  /** Gives the version to picocli. */
  public static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      BuildInfo build = read();
      String changed = build.dirty() ? ", with changes" : "";
      return new String[] {
        "tributary %s (commit %s%s)".formatted(build.version(), build.commit(), changed)
      };
    }
  }
}
