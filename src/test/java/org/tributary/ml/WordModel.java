package org.tributary.ml;

import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.protocol.HostTensor;

/**
 * A golden model with a tokenizer for which the text "w5 w17" has the ids 5 and 17, so that the ids
 * of a golden case can be given as a text. BERT's special tokens are around it.
 */
final class WordModel {
  private static final String CLS = "[CLS]";
  private static final String SEP = "[SEP]";

  private final Path golden;
  private final Path folder;
  private final boolean around;

  /**
   * Makes the folder.
   *
   * @param golden the case
   * @param folder to make
   * @param around whether the tokenizer puts BERT's special tokens around texts
   */
  WordModel(Path golden, Path folder, boolean around) throws IOException {
    this.golden = golden;
    this.folder = Files.createDirectories(folder);
    this.around = around;
    Files.copy(golden.resolve("config.json"), folder.resolve("config.json"));
    Files.copy(golden.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    int words = JSON.readTree(golden.resolve("config.json").toFile()).get("vocab_size").asInt();
    Files.write(folder.resolve("tokenizer.json"), JSON.writeValueAsBytes(tokenizer(words)));
  }

  private ObjectNode tokenizer(int words) {
    ObjectNode all = JSON.createObjectNode().put("version", "1.0");
    ArrayNode added = all.putArray("added_tokens");
    all.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
    ObjectNode model = all.putObject("model").put("type", "WordLevel").put("unk_token", "w0");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int i = 0; i < words; i++) {
      vocabulary.put(word(i), i);
    }
    if (around) {
      ObjectNode post = all.putObject("post_processor").put("type", "TemplateProcessing");
      ArrayNode single = post.putArray("single");
      special(single, CLS, 0);
      sequence(single, "A", 0);
      special(single, SEP, 0);
      ArrayNode pair = post.putArray("pair");
      pair.addAll(single);
      sequence(pair, "B", 1);
      special(pair, SEP, 1);
      ObjectNode specials = post.putObject("special_tokens");
      for (int id : new int[] {2, 3}) {
        ObjectNode one = specials.putObject(word(id)).put("id", word(id));
        one.putArray("ids").add(id);
        one.putArray("tokens").add(word(id));
        added
            .addObject()
            .put("id", id)
            .put("content", word(id))
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", true);
      }
    }
    return all;
  }

  /** The word of an id. */
  private String word(int id) {
    return around && id == 2 ? CLS : around && id == 3 ? SEP : "w" + id;
  }

  private static void special(ArrayNode to, String id, int type) {
    to.addObject().putObject("SpecialToken").put("id", id).put("type_id", type);
  }

  private static void sequence(ArrayNode to, String id, int type) {
    to.addObject().putObject("Sequence").put("id", id).put("type_id", type);
  }

  /** The model's folder. */
  Path folder() {
    return folder;
  }

  /** The rows of the golden case, each as one text or as the two of a pair. */
  List<List<String>> texts() throws IOException {
    HostTensor ids = input("input_ids");
    HostTensor mask = input("attention_mask");
    int length = (int) ids.shape()[1];
    List<List<String>> rows = new ArrayList<>();
    for (int row = 0; row < ids.shape()[0]; row++) {
      List<Long> own = new ArrayList<>();
      for (int i = row * length; i < (row + 1) * length; i++) {
        if (mask.data().asLongBuffer().get(i) == 1) {
          own.add(ids.data().asLongBuffer().get(i));
        }
      }
      rows.add(around ? between(own) : List.of(text(own)));
    }
    return rows;
  }

  /** The texts between the special tokens 2 and 3. */
  private static List<String> between(List<Long> ids) {
    List<String> texts = new ArrayList<>();
    int from = 1;
    for (int i = 1; i < ids.size(); i++) {
      if (ids.get(i) == 3) {
        texts.add(text(ids.subList(from, i)));
        from = i + 1;
      }
    }
    return texts;
  }

  private static String text(List<Long> ids) {
    return ids.stream().map(id -> "w" + id).collect(Collectors.joining(" "));
  }

  /** The recorded logits of a row. */
  double[] logits(int row) throws IOException {
    HostTensor all = SafeTensors.map(golden.resolve("outputs.safetensors")).get("logits");
    int classes = (int) all.shape()[1];
    double[] logits = new double[classes];
    for (int c = 0; c < classes; c++) {
      logits[c] = all.floats().get(row * classes + c);
    }
    return logits;
  }

  private HostTensor input(String name) throws IOException {
    return SafeTensors.map(golden.resolve("inputs.safetensors")).get(name);
  }
}
