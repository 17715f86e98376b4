package org.tributary.config;

import java.util.List;

/**
 * The data of a run. A classifier learns from text or image and label; a language model from prompt
 * and answer.
 *
 * @param path folder that {@code partition} wrote
 * @param text column with the input
 * @param label column with the class
 * @param prompt name of a prompt, or its text with {@code {column}} for values, or {@code chat} for
 *     the model's own chat template
 * @param message the question of a chat, by name or as a text
 * @param system what the model is told first in a chat; null for the template's own
 * @param answer column with what follows the prompt
 * @param augment random changes to the images that clients train on
 */
public record DataSection(
    @Key(value = "folder that partition wrote, a URI or path", required = true) String path,
    @Key(value = "column with the input", byDefault = "text") String text,
    @Key(value = "column with the class", byDefault = "label") String label,
    @Key(
            value =
                "prompt of a language model: seed-paper, alpaca, plain, chat, or a text with {column}",
            byDefault = "seed-paper")
        String prompt,
    @Key("question of a chat: a name as of prompt, or a text with {column}") String message,
    @Key("what the model is told first in a chat") String system,
    @Key(value = "column with the answer to the prompt", byDefault = "answer") String answer,
    @Key("random changes to the images that clients train on") Augment augment)
    implements Section {

  /** Only chats have messages. */
  @Override
  public List<String> problems() {
    return chatProblems(prompt, message, system);
  }

  static List<String> chatProblems(String prompt, String message, String system) {
    return prompt.equals("chat") || message == null && system == null
        ? List.of()
        : List.of(
            "message and system belong to a chat, but prompt is \"%s\"; say prompt: chat, or remove them"
                .formatted(prompt));
  }

  /**
   * Random changes to images, in training alone.
   *
   * @param flip whether half of them are mirrored, left to right
   * @param crop black pixels on each side of the image in the model's size, from which a part of
   *     that size is cut out at random; 0 for none
   */
  public record Augment(
      @Key(value = "whether half of the images are mirrored", byDefault = "false") boolean flip,
      @Key(
              value = "pixels by which an image is moved at most, in both directions",
              byDefault = "0",
              min = 0)
          int crop) {}
}
