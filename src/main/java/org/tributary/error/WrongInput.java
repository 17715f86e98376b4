package org.tributary.error;

import java.util.List;

/**
 * What the user gave cannot be used: a configuration, a file, a folder or data in it. Jobs end with
 * exit code 2 and print the message alone, so it names the file, key or client and the way out.
 */
public final class WrongInput extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * One problem.
   *
   * @param message names the thing and the way out, as one sentence
   */
  public WrongInput(String message) {
    super(message);
  }

  /**
   * One problem with its cause, kept for logs at debug level.
   *
   * @param message names the thing and the way out, as one sentence
   * @param cause what was thrown by the library that met the problem
   */
  public WrongInput(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Several problems, told all at once.
   *
   * @param heading what they are about, such as a file's name
   * @param problems one sentence each
   * @return an exception whose message has the heading and a line for each problem
   */
  public static WrongInput all(String heading, List<String> problems) {
    return new WrongInput(heading + "\n  " + String.join("\n  ", problems));
  }
}
