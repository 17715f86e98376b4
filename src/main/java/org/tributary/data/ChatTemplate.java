package org.tributary.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.data.jinja.Jinja;
import org.tributary.data.jinja.JinjaFault;
import org.tributary.error.WrongInput;

/**
 * How a model was taught to see a conversation: the Jinja text in {@code chat_template.jinja}, or
 * under {@code chat_template} of tokenizer_config.json, filled in as transformers' {@code
 * apply_chat_template} does. Nothing in it may depend on the day: {@code strftime_now} is not
 * defined, and templates that ask whether it is take the date they carry.
 */
public final class ChatTemplate {
  private static final String ANSWER = "\u2063answer\u2063";

  private final String name;
  private final Jinja template;
  private final Map<String, Object> tokens;

  private ChatTemplate(String name, Jinja template, Map<String, Object> tokens) {
    this.name = name;
    this.template = template;
    this.tokens = tokens;
  }

  /**
   * Reads a model's template.
   *
   * @param store reaches the folder
   * @param folder the model's
   * @return its template
   * @throws WrongInput where it has none, or one that is not understood
   * @throws IOException where the file system fails
   */
  public static ChatTemplate read(Store store, Path folder) throws IOException {
    Path file = new Path(folder, ModelFiles.CHAT);
    JsonNode config = new ModelFiles(store, folder).json(ModelFiles.TOKENIZER);
    if (store.exists(file)) {
      String source = new String(store.readAll(file), StandardCharsets.UTF_8);
      return of(file.toString(), source, tokens(config));
    }
    String source = source(config.path("chat_template"));
    if (source == null) {
      throw new WrongInput(
          ("%s: has no chat template (no %s, and no chat_template in tokenizer_config.json): write the"
                  + " prompt as a text with {column} in place of chat")
              .formatted(folder, ModelFiles.CHAT));
    }
    return of(new Path(folder, ModelFiles.TOKENIZER).toString(), source, tokens(config));
  }

  /** A text, or the one named default of several. */
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
   * A template from its text.
   *
   * @param name what messages call it
   * @param source Jinja
   * @param tokens special tokens by name, such as {@code bos_token}
   * @return the template
   * @throws WrongInput where it is not understood
   */
  static ChatTemplate of(String name, String source, Map<String, Object> tokens) {
    try {
      return new ChatTemplate(name, Jinja.of(source), tokens);
    } catch (JinjaFault e) {
      throw unusable(name, e);
    }
  }

  private static WrongInput unusable(String name, JinjaFault e) {
    return new WrongInput(
        "%s: its chat template cannot be used: %s; write the prompt as a text with {column} in place of chat"
            .formatted(name, e.getMessage()),
        e);
  }

  /**
   * A question, up to where the answer begins.
   *
   * @param system what the model is told first; null for the template's own, if it has one
   * @param user the question
   * @return the text, with special tokens written out
   * @throws WrongInput where the template takes no such messages, or uses what is not supported
   */
  public String prompt(String system, String user) {
    return render(messages(system, user), true);
  }

  private static List<Object> messages(String system, String user) {
    List<Object> messages = new ArrayList<>();
    if (system != null) {
      messages.add(message("system", system));
    }
    messages.add(message("user", user));
    return messages;
  }

  private static Map<String, Object> message(String role, String content) {
    return Map.of("role", role, "content", content);
  }

  /**
   * What follows an answer.
   *
   * @return without white space before it; such as {@code <|im_end|>}
   */
  String closing() {
    List<Object> messages = messages(null, "?");
    messages.add(message("assistant", ANSWER));
    String whole = render(messages, false);
    int at = whole.lastIndexOf(ANSWER);
    return at < 0 ? "" : whole.substring(at + ANSWER.length()).stripLeading();
  }

  private String render(List<Object> messages, boolean prompt) {
    Map<String, Object> names = new HashMap<>(tokens);
    names.put("messages", messages);
    names.put("add_generation_prompt", prompt);
    names.put("tools", null);
    names.put("documents", null);
    try {
      return template.render(names);
    } catch (JinjaFault e) {
      throw unusable(name, e);
    } catch (ClassCastException | IndexOutOfBoundsException e) {
      throw new WrongInput(
          "%s: its chat template calls a function as Jinja does not know it; write the prompt as a text with {column} in place of chat"
              .formatted(name),
          e);
    }
  }
}
