package org.tributary.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.text.jinja.Jinja;
import org.tributary.text.jinja.JinjaFault;

/**
 * The chat template of a model: the Jinja text in {@code chat_template.jinja}, or under {@code
 * chat_template} of tokenizer_config.json, filled in as transformers' {@code apply_chat_template}
 * does. The result does not depend on the day of the run. {@code strftime_now} uses the date of the
 * configuration, and is not defined without one. Templates that ask whether it is defined then use
 * their built-in date.
 */
public final class ChatTemplate {
  /** The advice for a job that can do without a template. It does not apply to conversations. */
  static final String AS_TEXT =
      ", or, without data.messages, write the prompt as a text with {column} in place of chat";

  private final String name;
  private final Jinja template;
  private final Map<String, Object> tokens;
  private final LocalDate day;

  private ChatTemplate(String name, Jinja template, Map<String, Object> tokens, LocalDate day) {
    this.name = name;
    this.template = template;
    this.tokens = tokens;
    this.day = day;
  }

  /**
   * Reads a model's template.
   *
   * @param store access to the folder
   * @param folder the model's
   * @return its template
   * @throws WrongInput if it has none, or the template has a syntax that is not supported
   * @throws IOException if the file system fails
   */
  public static ChatTemplate read(Store store, Path folder) throws IOException {
    Path file = new Path(folder, ModelFiles.CHAT);
    JsonNode config = new ModelFiles(store, folder).settings();
    if (store.exists(file)) {
      String source = new String(store.readAll(file), StandardCharsets.UTF_8);
      return of(file.toString(), source, tokens(config));
    }
    String source = source(config.path("chat_template"));
    if (source == null) {
      throw new WrongInput(
          "%s: has no chat template (no %s, and no chat_template in tokenizer_config.json): put the template there that the model was trained with%s"
              .formatted(folder, ModelFiles.CHAT, AS_TEXT));
    }
    return of(new Path(folder, ModelFiles.TOKENIZER).toString(), source, tokens(config));
  }

  /** The template text, or the one named default if there are several. */
  private static String source(JsonNode said) {
    for (JsonNode one : said) {
      if (one.path("name").asText().equals("default")) {
        return one.path("template").asText(null);
      }
    }
    return said.isTextual() ? said.textValue() : null;
  }

  private static Map<String, Object> tokens(JsonNode config) {
    Map<String, Object> tokens = new HashMap<>();
    for (String key : List.of("bos", "eos", "unk", "sep", "pad", "cls", "mask")) {
      String text = ModelFiles.text(config, key + "_token");
      if (text != null) {
        tokens.put(key + "_token", text);
      }
    }
    return tokens;
  }

  /**
   * Parses a template.
   *
   * @param name its name in messages
   * @param source text of the template, in Jinja
   * @param tokens special tokens by name, such as {@code bos_token}
   * @return the template
   * @throws WrongInput if it is not understood
   */
  static ChatTemplate of(String name, String source, Map<String, Object> tokens) {
    try {
      return new ChatTemplate(name, Jinja.of(source), tokens, null);
    } catch (JinjaFault e) {
      throw unusable(name, e);
    }
  }

  /**
   * The same template with additional variables.
   *
   * @param variables strings, integers, booleans and lists by name; may be null
   * @param day date for the template; null for none
   * @return another template
   * @throws WrongInput if the template does not use one of them
   */
  public ChatTemplate with(Map<String, Object> variables, LocalDate day) {
    Map<String, Object> given = new HashMap<>(tokens);
    List<String> unknown = new ArrayList<>();
    if (variables != null) {
      given.putAll(variables);
      variables.keySet().stream()
          .filter(key -> !template.names().contains(key))
          .forEach(key -> unknown.add("data.template." + key));
    }
    if (day != null && !template.names().contains(Jinja.NOW)) {
      unknown.add("data.date");
    }
    if (!unknown.isEmpty()) {
      throw new WrongInput(
          "%s: its chat template does not ask for %s; remove what it does not know, or correct the name"
              .formatted(name, String.join(", ", unknown)));
    }
    return new ChatTemplate(name, template, given, day);
  }

  private static WrongInput unusable(String name, JinjaFault e) {
    return new WrongInput(
        "%s: its chat template cannot be used: %s; correct it%s"
            .formatted(name, e.getMessage(), AS_TEXT),
        e);
  }

  /**
   * Renders a question, up to the beginning of the answer.
   *
   * @param system the system message; null for the template's own, if it has one
   * @param user the question
   * @return the text, including special tokens
   * @throws WrongInput if the template does not accept such messages, or uses an unsupported
   *     feature
   */
  public String prompt(String system, String user) {
    return prompt(messages(system, user));
  }

  /**
   * Renders a conversation, up to the beginning of the next answer.
   *
   * @param messages with {@code role} and {@code content}, in order
   * @return the text, including special tokens
   * @throws WrongInput as {@link #prompt(String, String)}
   */
  String prompt(List<Map<String, Object>> messages) {
    return render(messages, true).text();
  }

  /**
   * Renders a whole conversation.
   *
   * @param messages with {@code role} and {@code content}, in order
   * @return the text, and the parts that the template marks as the assistant's
   * @throws WrongInput as {@link #prompt(String, String)}
   */
  Jinja.Filled whole(List<Map<String, Object>> messages) {
    return render(messages, false);
  }

  /** Makes a conversation with one question. */
  static List<Map<String, Object>> messages(String system, String user) {
    List<Map<String, Object>> messages = new ArrayList<>();
    if (system != null) {
      messages.add(message("system", system));
    }
    messages.add(message("user", user));
    return messages;
  }

  static Map<String, Object> message(String role, String content) {
    return Map.of("role", role, "content", content);
  }

  /**
   * The text after an answer.
   *
   * @return the text without leading white space, such as {@code <|im_end|>}
   */
  String closing() {
    List<Map<String, Object>> messages = messages(null, "?");
    messages.add(message("assistant", AnswerSpans.MARK));
    String whole = whole(messages).text();
    int at = whole.lastIndexOf(AnswerSpans.MARK);
    return at < 0 ? "" : whole.substring(at + AnswerSpans.MARK.length()).stripLeading();
  }

  /** Its name in messages. */
  String name() {
    return name;
  }

  private Jinja.Filled render(List<Map<String, Object>> messages, boolean prompt) {
    Map<String, Object> names = new HashMap<>(tokens);
    names.put("messages", messages);
    names.put("add_generation_prompt", prompt);
    names.put("tools", null);
    names.put("documents", null);
    try {
      return template.fill(names, day);
    } catch (JinjaFault e) {
      throw unusable(name, e);
    }
  }
}
