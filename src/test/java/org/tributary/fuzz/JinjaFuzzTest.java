package org.tributary.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tributary.checkpoint.Store;
import org.tributary.fixture.Slow;
import org.tributary.text.ChatTemplate;

/** Chat templates that are invalid, never end, or produce endless texts. */
@Slow
class JinjaFuzzTest {
  private static final String TEMPLATE =
      """
      {%- if messages[0]['role'] == 'system' %}
          {%- set system = messages[0]['content'] %}
          {%- set messages = messages[1:] %}
      {%- else %}
          {%- set system = 'You are ' + 'kind' %}
      {%- endif %}
      {%- for message in messages %}
          {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
              {{- raise_exception('roles must alternate') }}
          {%- endif %}
          {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>\\n' }}
      {%- endfor %}
      {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
      """;

  @TempDir Path dir;

  private static List<MalformedInput> nasty() {
    String file = "chat_template.jinja";
    List<MalformedInput> inputs = new ArrayList<>(MalformedInputs.foreign(file));
    for (String template :
        List.of(
            "{% set ns = namespace(s='x') %}{% for i in range(99999999999) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
            "{% for i in range(1000000000) %}{% endfor %}",
            "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
            "{{ 'x' * 2000000000 }}",
            "{{ ('x' * 100000) * 100000 }}",
            "{{ [1] * 2000000000 }}",
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "{% set s = 'x' %}" + "{% set s = s ~ s %}".repeat(40) + "{{ s }}",
            "{% set l = [1] %}" + "{% set l = l + l %}".repeat(40) + "{{ l }}",
            "{% set s = 'ab' %}" + "{% set s = s.replace('a', s) %}".repeat(40) + "{{ s }}",
            "{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}",
            "{{ " + "[".repeat(50_000) + " }}",
            "{{ " + "not ".repeat(50_000) + "1 }}",
            "{{ " + "1 + ".repeat(100_000) + "1 }}",
            "{{ " + "-".repeat(50_000) + "1 }}",
            "{{ 'a'" + "|upper".repeat(50_000) + " }}",
            "{{ messages" + "[0]".repeat(50_000) + " }}",
            "{% if 1 %}".repeat(20_000),
            "{% for m in messages %}".repeat(20_000),
            "x".repeat(10_000_000),
            "{{ '" + "x".repeat(10_000_000) + "' }}",
            "{# " + "x".repeat(1_000_000),
            "{{ 1 / 0 }}",
            "{{ 1 % 0 }}",
            "{{ 9999999999 * 9999999999 * 9999999999 }}",
            "{{ messages[99] }}",
            "{{ messages.content.content }}",
            "{{ undefined_name.x }}",
            "{{ messages | tojson(indent=1000000000) }}",
            "{{ 'a'.join(messages) }}",
            "{{ '%s' % messages }}",
            "{{ 'a'.format(1) }}",
            "{% extends 'x' %}",
            "{% include '/etc/passwd' %}",
            "{{ ''.__class__.__mro__ }}",
            "{{ self }}",
            "{% raw %}",
            "{% set messages = 1 %}{% for m in messages %}{% endfor %}",
            "{{ range(10000000000)[-1] }}",
            "{{ 'x'.center(2000000000) }}",
            "{{ 'x' | indent(2000000000) }}",
            "{{ 'aaaa'.split('') }}",
            "\u0000{{",
            "{{ \"\\ud800\" }}",
            "{% filter upper %}")) {
      inputs.add(
          MalformedInput.of(
              template.substring(0, Math.min(80, template.length())), file, template));
    }
    return inputs;
  }

  static List<MalformedInput> inputs() {
    List<MalformedInput> inputs = nasty();
    inputs.addAll(
        MalformedInputs.broken(
            "chat_template.jinja", TEMPLATE.getBytes(StandardCharsets.UTF_8), 30, Mutator::text));
    return inputs;
  }

  private FuzzTrial prompt(MalformedInput input) throws Exception {
    input.write(dir);
    Store store = Store.of(new Configuration(false));
    var folder = new org.apache.hadoop.fs.Path(dir.toUri());
    return FuzzTrial.call(
        dir,
        () -> {
          ChatTemplate template = ChatTemplate.read(store, folder);
          return template.prompt("be kind", "why?") + template.prompt(null, "why?");
        });
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void aTemplateIsTakenOrRefused(MalformedInput input) throws Exception {
    prompt(input);
  }

  @Test
  void wholeTemplatesAreTaken() throws Exception {
    Files.createDirectories(dir);
    MalformedInput whole = MalformedInput.of("whole", "chat_template.jinja", TEMPLATE);
    assertThat(prompt(whole).message()).isEmpty();
    assertThat(prompt(MalformedInput.of("open", "chat_template.jinja", "{%")).refused()).isTrue();
  }
}
