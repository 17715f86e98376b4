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
 * base_model.model.<module>.lora_A.weight}. A raw {@code state_dict} also has the name of the
 * adapter, {@code lora_A.default.weight}, and the base model's own tensors of the wrapped modules.
 * The {@code state_dict} of the model inside peft's wrapper has no prefix.
 */
final class AdapterNames {
  /** The prefix that peft adds to the base model's names. */
  static final String PREFIX = "base_model.model.";

  private static final Pattern NAMED =
      Pattern.compile("(.*\\.lora_[AB]|.*\\.modules_to_save)\\.([^.]+)\\.(.+)");

  private static final Pattern REPEAT =
      Pattern.compile("(.*\\.)(modules_to_save|original_module)\\.([^.]+)");

  private AdapterNames() {}

  /**
   * Removes the additions to the base model's names.
   *
   * @param tensors by their names in the file
   * @param problems gets a sentence for each name that cannot be read
   * @return tensors by the base model's names with {@code .lora_A.weight} and the like, sorted
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
            return; // a tensor of the base model, which a raw state_dict repeats
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
   * Leaves out additional tensors that peft writes for a saved embedding or head whose rows were
   * resized: a copy under {@code modules_to_save}, and the base model's tensor. peft does not read
   * them.
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
