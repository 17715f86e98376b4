package org.tributary.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tributary.protocol.HostTensor;

/**
 * The names of an adapter's tensors. peft's {@code save_pretrained} writes {@code
 * base_model.model.<module>.lora_A.weight}. A raw {@code state_dict} has the adapter's name in
 * them, {@code lora_A.default.weight}, next to the base model's own tensors of the wrapped modules,
 * and one that was taken below peft's model has no prefix.
 */
final class AdapterNames {
  /** What peft puts in front of the base model's names. */
  static final String PREFIX = "base_model.model.";

  private static final Pattern NAMED =
      Pattern.compile("(.*\\.lora_[AB]|.*\\.modules_to_save)\\.([^.]+)\\.(.+)");

  private static final Pattern REPEAT =
      Pattern.compile("(.*\\.)(modules_to_save|original_module)\\.([^.]+)");

  private AdapterNames() {}

  /**
   * Takes off what stands in front of the base model's names and between them.
   *
   * @param tensors by the file's names
   * @param problems gets a sentence for each name that cannot be read
   * @return by the base model's names with {@code .lora_A.weight} and the like, sorted
   */
  static Map<String, HostTensor> own(Map<String, HostTensor> tensors, List<String> problems) {
    boolean prefixed = tensors.keySet().stream().anyMatch(name -> name.startsWith(PREFIX));
    Set<String> adapters = new TreeSet<>();
    tensors.keySet().forEach(name -> named(name).ifPresent(m -> adapters.add(m.group(2))));
    if (adapters.size() > 1) {
      problems.add("it holds several adapters, %s; save only one of them".formatted(adapters));
    }
    Map<String, HostTensor> own = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          boolean wrapped = name.contains(".original_module.") || name.contains(".base_layer.");
          if (!adapters.isEmpty() && wrapped) {
            return; // the base model's own, which a raw state_dict repeats
          }
          if (prefixed && !name.startsWith(PREFIX)) {
            problems.add("tensor %s does not begin with %s".formatted(name, PREFIX));
            return;
          }
          String bare = prefixed ? name.substring(PREFIX.length()) : name;
          own.put(named(bare).map(AdapterNames::unnamed).orElse(bare), tensor);
        });
    withoutRepeats(own, problems);
    return own;
  }

  /**
   * Leaves out what peft writes of a saved embedding or head in addition to its weight, where their
   * rows were resized: a copy under {@code modules_to_save}, and the base model's own. It reads
   * neither.
   */
  private static void withoutRepeats(Map<String, HostTensor> own, List<String> problems) {
    for (String name : List.copyOf(own.keySet())) {
      Matcher repeat = REPEAT.matcher(name);
      if (repeat.matches() && own.containsKey(repeat.group(1) + repeat.group(3))) {
        HostTensor tensor = own.remove(name);
        HostTensor weight = own.get(repeat.group(1) + repeat.group(3));
        if (repeat.group(2).equals("modules_to_save") && !tensor.equals(weight)) {
          problems.add("tensor %s is another one than without modules_to_save".formatted(name));
        }
      }
    }
  }

  private static java.util.Optional<Matcher> named(String name) {
    Matcher matcher = NAMED.matcher(name);
    return matcher.matches() ? java.util.Optional.of(matcher) : java.util.Optional.empty();
  }

  private static String unnamed(Matcher matcher) {
    String module = matcher.group(1);
    String saved = ".modules_to_save";
    return module.endsWith(saved)
        ? module.substring(0, module.length() - saved.length()) + "." + matcher.group(3)
        : module + "." + matcher.group(3);
  }
}
