package org.tributary.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
  private record Client(String id, List<Integer> rows) {}

  private static final Client CLIENT = new Client("é", List.of(1, 2));

  @Test
  void writesEqualTextForEqualValuesInThreeWays() {
    assertThat(Json.text(CLIENT)).isEqualTo("{\"id\":\"é\",\"rows\":[1,2]}");
    assertThat(Json.bytes(CLIENT)).isEqualTo(Json.text(CLIENT).getBytes(StandardCharsets.UTF_8));
    assertThat(Json.pretty(CLIENT)).isEqualTo("{\n  \"id\" : \"é\",\n  \"rows\" : [ 1, 2 ]\n}");
    assertThat(Json.elements(CLIENT))
        .isEqualTo("{\n  \"id\" : \"é\",\n  \"rows\" : [\n    1,\n    2\n  ]\n}");
  }

  @Test
  void readsWhatItWrites() throws IOException {
    assertThat(Json.own(Json.pretty(CLIENT), Client.class)).isEqualTo(CLIENT);
    assertThat(Json.record(Json.bytes(CLIENT), Client.class)).isEqualTo(CLIENT);
    assertThat(Json.record(Json.treeOf(CLIENT), Client.class)).isEqualTo(CLIENT);
    assertThat(Json.tree(Json.text(CLIENT))).isEqualTo(Json.treeOf(CLIENT));
    assertThatThrownBy(() -> Json.own("{\"no\": 1}", Client.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a Client");
  }

  @Test
  void keepsTheOrderOfFields() {
    ObjectNode object = Json.object().put("z", 1).put("a", 2);
    assertThat(Json.text(object)).isEqualTo("{\"z\":1,\"a\":2}");
  }

  @Test
  void strictReadingRefusesAKeyThatComesTwiceAndTextBehindTheValue() throws IOException {
    assertThat(Json.tree("{\"a\": 1, \"a\": 2} x").get("a").intValue()).isEqualTo(2);
    assertThatThrownBy(() -> Json.strict("{\"a\": 1, \"a\": 2}"))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("Duplicate field 'a'");
    assertThatThrownBy(() -> Json.strict("{\"a\": 1} x".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void strictReadingKeepsTheDigitsOfNumbers() throws IOException {
    String text = "[0.10000000000000000001,1.50]";
    assertThat(Json.text(Json.strict(text))).isEqualTo(text);
    assertThat(Json.text(Json.tree(text))).isEqualTo("[0.1,1.5]");
  }

  @Test
  void refusesTextThatIsNestedTooDeep() throws IOException {
    assertThat(Json.tree("[".repeat(1_000) + "]".repeat(1_000)).size()).isEqualTo(1);
    for (String deep : List.of("[".repeat(1_001) + "]".repeat(1_001), "[".repeat(1_000_000))) {
      assertThatThrownBy(() -> Json.tree(deep))
          .isInstanceOf(JsonProcessingException.class)
          .hasMessageContaining("1000");
      assertThatThrownBy(() -> Json.strict(deep)).isInstanceOf(JsonProcessingException.class);
    }
  }
}
