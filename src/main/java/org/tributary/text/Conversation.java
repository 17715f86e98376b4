package org.tributary.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;

/**
 * A conversation in a row: a list of messages with OpenAI's keys {@code role} and {@code content}
 * or ShareGPT's {@code from} and {@code value}. In ShareGPT {@code human} is the user and {@code
 * gpt} the assistant. An assistant's message with {@code weight} 0 does not count. Of the other
 * fields, {@code name} is passed to the template. Fields with output of the assistant outside of
 * the content (tool calls, thoughts under a separate key) are refused by name.
 *
 * @param messages with {@code role} and {@code content}, at least one
 * @param counting indices of the assistant's messages that count, in order
 */
record Conversation(List<Map<String, Object>> messages, List<Integer> counting) {
  /** The names of the three roles in data sets. */
  private static final Map<String, String> ROLES =
      Map.of(
          "system", "system",
          "user", "user",
          "human", "user",
          "assistant", "assistant",
          "gpt", "assistant",
          "chatgpt", "assistant",
          "model", "assistant");

  /** Keys whose values templates write as output of the assistant, outside of its content. */
  private static final List<String> SPOKEN =
      List.of("tool_calls", "function_call", "reasoning_content", "reasoning", "thinking");

  /**
   * Reads a conversation.
   *
   * @param json a list of messages
   * @param column column of the conversation, for messages
   * @param system the system message for a conversation that has none; may be null
   * @return at least one message
   * @throws WrongInput if it is not a conversation, or has parts that cannot be used for training
   */
  static Conversation of(String json, String column, String system) {
    JsonNode list;
    try {
      list = Json.tree(json);
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          "column %s holds no list of messages (%s); name the column of conversations as data.messages"
              .formatted(column, e.getOriginalMessage()),
          e);
    }
    if (!list.isArray() || list.isEmpty()) {
      throw new WrongInput(
          "column %s holds no list of messages; write [{\"role\": \"user\", \"content\": \"...\"}, ...], or leave the row out"
              .formatted(column));
    }
    List<Map<String, Object>> messages = new ArrayList<>();
    List<Integer> counting = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      Map<String, Object> message = message(list.get(i), column + ", message " + i);
      if (i == 0 && system != null && !message.get("role").equals("system")) {
        messages.add(ChatTemplate.message("system", system));
      }
      if (message.get("role").equals("assistant") && counts(list.get(i), column, i)) {
        counting.add(messages.size());
      }
      messages.add(message);
    }
    return new Conversation(messages, counting);
  }

  private static Map<String, Object> message(JsonNode node, String where) {
    boolean openAi = node.has("role") && node.has("content");
    String role = text(node, openAi ? "role" : "from", where);
    String known = ROLES.get(role);
    if (known == null) {
      throw new WrongInput(
          "%s: the role \"%s\" cannot be trained (system, user, assistant, human and gpt can); leave such rows out"
              .formatted(where, role));
    }
    for (String key : SPOKEN) {
      if (!node.path(key).isMissingNode() && !node.path(key).isNull() && !isEmpty(node.path(key))) {
        throw new WrongInput(
            "%s: %s is not supported; put its text into the content, or leave such rows out"
                .formatted(where, key));
      }
    }
    Map<String, Object> message = new HashMap<>();
    message.put("role", known);
    message.put("content", text(node, openAi ? "content" : "value", where));
    if (node.path("name").isTextual()) {
      message.put("name", node.path("name").textValue());
    }
    return message;
  }

  private static boolean isEmpty(JsonNode node) {
    return node.isContainerNode() ? node.isEmpty() : node.isTextual() && node.asText().isEmpty();
  }

  private static String text(JsonNode node, String key, String where) {
    if (!node.path(key).isTextual()) {
      throw new WrongInput(
          "%s: has no text under %s; messages are objects with role and content, or from and value, which are texts"
              .formatted(where, key));
    }
    return node.path(key).textValue();
  }

  private static boolean counts(JsonNode node, String column, int place) {
    JsonNode weight = node.path("weight");
    boolean none = weight.isMissingNode() || weight.isNull();
    double value = none ? 1 : weight.asDouble(-1);
    if (value != 0 && value != 1) {
      throw new WrongInput(
          "%s, message %d: the weight %s is not supported; 0 and 1 are"
              .formatted(column, place, weight));
    }
    return value == 1;
  }

  /** The index of the assistant's last message; -1 if there is none. */
  int lastAnswer() {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).get("role").equals("assistant")) {
        return i;
      }
    }
    return -1;
  }

  /** The messages before an index. */
  List<Map<String, Object>> before(int place) {
    return messages.subList(0, place);
  }
}
