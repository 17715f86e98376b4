package org.tributary.error;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Input of the user that cannot be used: a configuration, a file, a folder or its data. Jobs end
 * with exit code 2 and print only the message, so it names the file, key or client and how to fix
 * it.
 */
public final class WrongInput extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int MOST = 10;

  /**
   * The most lines of a message with several problems: people do not read more, and files can have
   * millions.
   */
  private static final int ALL = 100;

  /** The most characters of a line: names and values come from files and may have millions. */
  private static final int LONGEST_LINE = 4000;

  /**
   * One problem.
   *
   * @param message names the thing and how to fix it, as one sentence
   */
  public WrongInput(String message) {
    super(bounded(message));
  }

  /**
   * One problem with its cause, kept for logs at debug level.
   *
   * @param message names the thing and how to fix it, as one sentence
   * @param cause the exception of the library that found the problem
   */
  public WrongInput(String message, Throwable cause) {
    super(bounded(message), cause);
  }

  private static String bounded(String message) {
    if (message.length() <= LONGEST_LINE) {
      return message;
    }
    return message
        .lines()
        .map(
            line ->
                line.length() <= LONGEST_LINE
                    ? line
                    : "%s ... (%d more characters) ... %s"
                        .formatted(
                            line.substring(0, LONGEST_LINE / 2),
                            line.length() - LONGEST_LINE,
                            line.substring(line.length() - LONGEST_LINE / 2)))
        .collect(Collectors.joining("\n"));
  }

  /**
   * Several problems, reported together; at most the first hundred.
   *
   * @param heading what they are about, such as a file's name
   * @param problems one sentence each
   * @return an exception whose message has the heading, a line for each problem, and how many more
   *     there are
   */
  public static WrongInput all(String heading, List<String> problems) {
    return first(ALL, heading, problems);
  }

  /**
   * Several problems, perhaps very many, such as one for each tensor of a model.
   *
   * @param heading what they are about, such as a file's name
   * @param problems one sentence each, at least one
   * @return an exception whose message has the heading, a line for each of the first ten problems,
   *     and how many more there are
   */
  public static WrongInput some(String heading, List<String> problems) {
    return first(MOST, heading, problems);
  }

  /**
   * The first of several problems.
   *
   * @param most the most problems that are reported, at least one
   * @param heading what they are about, such as a file's name
   * @param problems one sentence each, at least one
   * @return an exception whose message has the heading, a line for each problem that is reported,
   *     and how many more there are
   */
  public static WrongInput first(int most, String heading, List<String> problems) {
    List<String> told = new ArrayList<>(problems.subList(0, Math.min(most, problems.size())));
    if (problems.size() > most) {
      told.add(String.format(Locale.ROOT, "and %,d more", problems.size() - most));
    }
    return new WrongInput(heading + "\n  " + String.join("\n  ", told));
  }
}
