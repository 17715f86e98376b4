package org.tributary.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class YamlTest {
  @Test
  void readsWhatItWrites() throws IOException {
    ObjectNode tree = Json.object().put("rounds", 3).put("name", "no");
    tree.putObject("data").put("path", "a: b");
    String text = Yaml.text(tree);
    assertThat(text).isEqualTo("---\nrounds: 3\nname: \"no\"\ndata:\n  path: \"a: b\"\n");
    assertThat(Yaml.tree(text)).isEqualTo(tree);
    assertThat(Yaml.tree(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(tree);
  }

  @Test
  void refusesWhatIsNoYaml() {
    assertThatThrownBy(() -> Yaml.tree("a: [")).isInstanceOf(JsonProcessingException.class);
  }
}
