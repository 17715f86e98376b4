package org.tributary.job;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.RegularFile;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkMaster;
import org.tributary.config.Choices;
import org.tributary.config.ConfigReader;
import org.tributary.config.LocatedConfig;
import org.tributary.error.WrongInput;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line arguments of jobs that read a YAML file. */
public final class ConfigFile {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigFile.class);

  /** The most bytes of a configuration in UTF-8. */
  private static final long LARGEST = 4 << 20;

  @Parameters(paramLabel = "CONFIG", description = "YAML file of the run: a local path or a URI")
  private String file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "a value in place of the file's, such as client.batch=8; the value is YAML")
  private List<String> sets = List.of();

  @Option(
      names = "--check",
      description =
          "checks the configuration, and model and data as far as this machine can read them; starts nothing")
  private boolean check;

  /** Whether the job only checks whether it can begin. */
  boolean isCheck() {
    return check;
  }

  /** The name of the file as written. */
  String name() {
    return file;
  }

  /**
   * The place of a further file that a configuration names. jobs/submit sends local files with a
   * driver that runs on a cluster; there they are in the working directory.
   *
   * @param named a local path or a URI
   * @return the path for this process
   */
  String find(String named) {
    boolean travelled = SparkMaster.isAway() && !check && !isUri(named);
    return travelled ? Path.of(named).getFileName().toString() : named;
  }

  private static boolean isUri(String file) {
    return file.matches("[A-Za-z][A-Za-z0-9+.-]*:/.*");
  }

  /**
   * Reads the file with its overrides. Keys of the file that are not read because of the overrides
   * are named in the log.
   *
   * @param hadoop for files named by a URI
   * @param type the record to read into
   * @param choices the allowed names of keys, by dotted key
   * @param <T> the record
   * @return the configuration, and the places of its keys
   * @throws WrongInput naming every problem, and every key that nothing reads
   * @throws IOException if a file system fails
   */
  <T extends Record> LocatedConfig<T> written(
      Configuration hadoop, Class<T> type, Map<String, Choices> choices) throws IOException {
    LocatedConfig<T> written = ConfigReader.written(file, text(file, hadoop), sets, type, choices);
    written.leftOut().forEach(LOG::info);
    return written;
  }

  /** The same, but only the configuration. */
  <T extends Record> T read(Configuration hadoop, Class<T> type, Map<String, Choices> choices)
      throws IOException {
    return written(hadoop, type, choices).config();
  }

  /**
   * The text of a configuration.
   *
   * @param file a local path or a URI
   * @param hadoop for files named by a URI
   * @return its characters
   * @throws WrongInput if there is no such text file
   * @throws IOException if a file system fails
   */
  static String text(String file, Configuration hadoop) throws IOException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes(file, hadoop)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new WrongInput(
          file + ": is not UTF-8 text; save it as UTF-8, or name the YAML file of a run", e);
    } catch (FileNotFoundException | NoSuchFileException e) {
      throw new WrongInput(file + ": no such file; name the YAML file of a run", e);
    } catch (AccessDeniedException e) {
      throw new WrongInput(file + ": may not be read; check its permissions", e);
    } catch (FileSystemException | InvalidPathException e) {
      String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
      throw new WrongInput("%s: cannot be read (%s)".formatted(file, reason), e);
    }
  }

  private static byte[] bytes(String file, Configuration hadoop) throws IOException {
    if (!isUri(file)) {
      // A path without a scheme is local, whatever the default file system is, because users edit
      // the file locally.
      Path local = Path.of(file);
      if (Files.isDirectory(local)) {
        throw new WrongInput(file + ": is a folder; name the YAML file of a run");
      }
      RegularFile.require(local);
      if (Files.size(local) > LARGEST) {
        throw new WrongInput(
            "%s: has %d bytes, more than any configuration; name the YAML file of a run"
                .formatted(file, Files.size(local)));
      }
      return Files.readAllBytes(local);
    }
    Store store = Store.of(hadoop);
    return store.readAll(store.path(file));
  }
}
