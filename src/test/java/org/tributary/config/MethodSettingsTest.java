package org.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tributary.error.WrongInput;

/** Keys that depend on a name: settings of methods, which are in the section of the name. */
class MethodSettingsTest {
  record Kitchen(
      @Key(value = "the stove", required = true) Stove stove,
      @Key(value = "guests", byDefault = "2") int guests) {}

  record Stove(
      @Key(value = "the stove's name", required = true) String name,
      @Key(
              value = "rings",
              byDefault = "4",
              formerly = {"plates", "fires"})
          int rings,
      @Key(value = "its own keys", settingsOf = "name") Record settings) {}

  record Gas(
      @Key(value = "pressure", required = true, above = 0, formerly = "bar") double pressure,
      @Key(value = "the pipe", optional = true) Pipe pipe)
      implements Section {
    @Override
    public List<UnreadKey> unread() {
      return List.of(new UnreadKey("/guests", "name", "gas cooks for any number"));
    }

    @Override
    public List<String> problems() {
      return pressure > 9 ? List.of("pressure: blows the lid off; lower it") : List.of();
    }
  }

  record Pipe(@Key(value = "length", byDefault = "1") int length) {}

  record Wood(
      @Key(value = "logs", byDefault = "3") int logs,
      @Key(value = "pressure of the air", byDefault = "1") double pressure) {}

  private static final class Fire<S extends Record> extends Method<S> {
    Fire(String name, Class<S> settings) {
      super(name, "cooks", "a test", settings);
    }
  }

  private static final Map<String, Choices> CHOICES =
      Map.of(
          "stove.name",
          Choices.ofMethods(
              List.of(
                  new Fire<>("gas", Gas.class),
                  new Fire<>("wood", Wood.class),
                  new Fire<>("cold", NoSettings.class))));

  private static Kitchen read(String yaml, String... sets) {
    return ConfigReader.read("k.yaml", yaml, List.of(sets), Kitchen.class, CHOICES);
  }

  private static Kitchen written(String yaml, String... sets) {
    return ConfigReader.written("k.yaml", yaml, List.of(sets), Kitchen.class, CHOICES).config();
  }

  @Test
  void keysOfTheNamedMethodStandBesideItsName() {
    assertThat(read("stove: {name: gas, pressure: 2, pipe: {length: 5}, rings: 1}"))
        .isEqualTo(new Kitchen(new Stove("gas", 1, new Gas(2, new Pipe(5))), 2));
    assertThat(read("stove: {name: wood}").stove().settings()).isEqualTo(new Wood(3, 1));
    assertThat(read("stove: {name: cold}").stove().settings()).isEqualTo(new NoSettings());
  }

  @Test
  void theEffectiveConfigurationHasThemInTheirPlace() {
    Kitchen kitchen = read("stove: {name: gas, pressure: 2}");
    String yaml = EffectiveConfig.yaml(kitchen);
    assertThat(yaml)
        .isEqualTo(
            """
            stove:
              name: gas
              rings: 4
              pressure: 2.0
              pipe: null
            guests: 2
            """);
    assertThat(read(yaml)).isEqualTo(kitchen);
    assertThat(EffectiveConfig.readYaml(kitchen, Set.of()))
        .as("gas reads no guests")
        .doesNotContain("guests");
    assertThat(EffectiveConfig.difference(kitchen, read("stove: {name: wood, pressure: 2}")))
        .containsExactly("stove.name: was gas, now wood", "stove.logs: was not set, now 3");
  }

  @Test
  void aKeyOfAnotherMethodIsRefusedAndItsReadersAreNamed() {
    assertThatThrownBy(() -> written("stove: {name: cold, pressure: 2}"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("stove.pressure: cold does not read it, gas and wood do; remove");
    assertThatThrownBy(() -> written("stove: {name: gas, pressure: 1, logs: 2}"))
        .hasMessageContaining("stove.logs: gas does not read it, wood does");
    assertThatThrownBy(() -> written("stove: {name: gas, pressure: 1}\nguests: 3"))
        .hasMessageContaining("guests: gas cooks for any number");
    assertThat(read("stove: {name: cold, pressure: 2}").stove().settings())
        .as("a program may write all keys")
        .isEqualTo(new NoSettings());
    assertThat(written("stove: {name: wood, logs: 2}", "stove.name=cold").stove().settings())
        .as("a key of the file that an override leaves behind")
        .isEqualTo(new NoSettings());
  }

  @Test
  void problemsOfSettingsNameKeyAndPlace() {
    assertThatThrownBy(() -> read("stove:\n  name: gas\n"))
        .hasMessageContaining("stove.pressure: missing; add this key: pressure");
    assertThatThrownBy(() -> read("stove:\n  name: gas\n  pressure: 0\n"))
        .hasMessageContaining("k.yaml:3: stove.pressure: must be above 0, got 0");
    assertThatThrownBy(() -> read("stove: {name: gas, pressure: 10}"))
        .hasMessageContaining("stove: pressure: blows the lid off");
    assertThatThrownBy(() -> read("stove: {name: gaz, pressure: 1}"))
        .hasMessageContaining(
            "stove.name: \"gaz\" is not one of gas, wood, cold; did you mean gas?");
    assertThatThrownBy(() -> read("stove: {name: gas, pressure: 1, presure: 2}"))
        .hasMessageContaining("stove.presure: unknown key; did you mean stove.pressure?");
    assertThatThrownBy(() -> read("stove: {name: gas, pressure: 1, pressure: 2}"))
        .hasMessageContaining("is there a second time");
  }

  @Test
  void formerNamesAreReadFromWhatWasStoredAndToldToPeople() {
    Kitchen stored =
        ConfigReader.stored(
            "config.yaml", "stove: {name: gas, bar: 3, plates: 2}", Kitchen.class, CHOICES);
    assertThat(stored).isEqualTo(read("stove: {name: gas, pressure: 3, rings: 2}"));
    assertThatThrownBy(() -> written("stove: {name: gas, bar: 3, fires: 2}"))
        .hasMessageContaining("stove.bar: is called stove.pressure now; write that")
        .hasMessageContaining("stove.fires: is called stove.rings now; write that");
  }

  @Test
  void keysInWords() {
    assertThat(KeyLines.of(Gas.class))
        .containsExactly("pressure (required): pressure", "pipe.length (default 1): length");
    assertThat(KeyLines.of(NoSettings.class)).isEmpty();
  }
}
