package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Splits texts like Python's string methods. */
final class StringSplits {
  private StringSplits() {}

  private static Object argument(
      List<Object> plain, Map<String, Object> named, int place, String name) {
    return plain.size() > place ? plain.get(place) : named.get(name);
  }

  private static long most(List<Object> a, Map<String, Object> n) {
    Object said = argument(a, n, 1, "maxsplit");
    return said == null || (Long) said < 0 ? Long.MAX_VALUE : (Long) said;
  }

  static List<Object> split(String text, List<Object> a, Map<String, Object> named, Budget budget) {
    budget.length(text.length());
    String by = (String) argument(a, named, 0, "sep");
    long most = most(a, named);
    if (by == null) {
      return words(text, most);
    }
    refuseEmpty(by);
    List<Object> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(by); at >= 0 && parts.size() < most; at = text.indexOf(by, from)) {
      parts.add(text.substring(from, at));
      from = at + by.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  static List<Object> rsplit(
      String text, List<Object> a, Map<String, Object> named, Budget budget) {
    budget.length(text.length());
    String by = (String) argument(a, named, 0, "sep");
    if (by == null) {
      throw new JinjaFault("rsplit at white space is not supported");
    }
    refuseEmpty(by);
    List<Object> parts = new ArrayList<>();
    int to = text.length();
    for (int at = text.lastIndexOf(by); at >= 0 && parts.size() < most(a, named); ) {
      parts.add(text.substring(at + by.length(), to));
      to = at;
      at = at < by.length() ? -1 : text.lastIndexOf(by, at - by.length());
    }
    parts.add(text.substring(0, to));
    Collections.reverse(parts);
    return parts;
  }

  private static void refuseEmpty(String by) {
    if (by.isEmpty()) {
      throw new JinjaFault("a text is split at the empty text");
    }
  }

  /** The pieces between white space. */
  private static List<Object> words(String text, long most) {
    List<Object> words = new ArrayList<>();
    int at = skip(text, 0, true);
    while (at < text.length()) {
      int end = words.size() < most ? skip(text, at, false) : text.length();
      String word = text.substring(at, end);
      words.add(end == text.length() ? Methods.strip(word, List.of(), false, true) : word);
      at = skip(text, end, true);
    }
    return words;
  }

  private static int skip(String text, int from, boolean space) {
    int at = from;
    while (at < text.length() && JinjaValues.isSpace(text.charAt(at)) == space) {
      at++;
    }
    return at;
  }

  static List<Object> lines(String text, Budget budget) {
    budget.length(text.length());
    List<Object> lines = new ArrayList<>(text.lines().toList());
    return lines;
  }

  /** The part before a text, the text, and the part after it. */
  static List<Object> parts(String text, String by, boolean last) {
    int at = last ? text.lastIndexOf(by) : text.indexOf(by);
    if (at < 0) {
      return new ArrayList<>(last ? List.of("", "", text) : List.of(text, "", ""));
    }
    return new ArrayList<>(List.of(text.substring(0, at), by, text.substring(at + by.length())));
  }
}
