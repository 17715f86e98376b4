package org.tributary.torch;

import ai.djl.Device;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Programs without state that all tasks of this JVM share. The engine takes some milliseconds to
 * compile a text, as long as a step of a small model. The map is static and mutable because tasks
 * have no other place to keep values. It is not bounded: a run has two or three such texts, each a
 * few kilobytes, and programs stay until the JVM ends.
 */
public final class SharedPrograms {
  private static final Map<Key, Program> PROGRAMS = new ConcurrentHashMap<>();

  private SharedPrograms() {}

  private record Key(String text, Device device) {}

  /**
   * A program, loaded on the first call.
   *
   * @param text see {@link Program#load}
   * @param device the device of its constants
   * @return the program, which callers must not close
   * @throws IllegalArgumentException if the engine refuses the text
   */
  public static Program of(String text, Device device) {
    return PROGRAMS.computeIfAbsent(
        new Key(text, device), key -> Program.load(key.text(), key.device()));
  }
}
