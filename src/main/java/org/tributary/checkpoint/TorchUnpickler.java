package org.tributary.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.Unpickler;
import org.tributary.protocol.DType;

/**
 * Reads a pickle of {@code torch.save} that has tensors and nothing else. A pickle is a program
 * that can name any function of Python and call it. This class runs the few instructions of such a
 * program that make texts, numbers, lists, dictionaries and tensors. It calls no code: the names of
 * the functions below stand for cases of this class, and every other name is refused.
 */
final class TorchUnpickler extends Unpickler {
  /** Instructions that only make plain values. */
  private static final Set<Short> PLAIN =
      Set.of(
          Opcodes.PROTO,
          Opcodes.FRAME,
          Opcodes.STOP,
          Opcodes.MARK,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.LONG1,
          Opcodes.BINFLOAT,
          Opcodes.SHORT_BINUNICODE,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.EMPTY_LIST,
          Opcodes.APPEND,
          Opcodes.APPENDS,
          Opcodes.EMPTY_DICT,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET);

  /** The element types of storages, by class name in the module {@code torch}. */
  private static final Map<String, DType> STORAGES =
      Map.of(
          "DoubleStorage", DType.F64,
          "FloatStorage", DType.F32,
          "HalfStorage", DType.F16,
          "BFloat16Storage", DType.BF16,
          "LongStorage", DType.I64,
          "IntStorage", DType.I32,
          "ShortStorage", DType.I16,
          "CharStorage", DType.I8,
          "ByteStorage", DType.U8,
          "BoolStorage", DType.BOOL);

  /** The most bytes of a text. Names of tensors have a few hundred. */
  private static final int LONGEST_TEXT = 1 << 20;

  private final Map<String, TorchTensor.Storage> storages = new HashMap<>();

  /** A function of the pickle that this class knows. */
  private enum Function {
    TENSOR,
    PARAMETER,
    DICTIONARY
  }

  /**
   * Reads one pickle and no byte after it.
   *
   * @param in at the begin of the pickle
   * @return texts, numbers, lists, maps by text, arrays (tuples), {@link TorchTensor}s; or null
   * @throws TorchTensor.Refused if it has anything else
   * @throws IOException if the stream fails or ends too early
   */
  Object value(InputStream in) throws IOException {
    try {
      return load(in);
    } catch (PickleException
        | ClassCastException
        | IndexOutOfBoundsException
        | NullPointerException
        | ArithmeticException
        | IllegalArgumentException e) {
      throw new TorchTensor.Refused("has a damaged pickle (" + e + ")");
    }
  }

  /** The storages that the pickle named, by key. */
  Map<String, TorchTensor.Storage> storages() {
    return storages;
  }

  @Override
  protected Object dispatch(short code) throws IOException {
    switch (code) {
      case Opcodes.GLOBAL -> stack.add(global(line(), line()));
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        stack.add(global((String) stack.pop(), name));
      }
      case Opcodes.REDUCE -> {
        Object[] arguments = (Object[]) stack.pop();
        stack.add(made(stack.pop(), arguments));
      }
      case Opcodes.BUILD -> {
        // The attributes of a state_dict, _metadata, have the versions of modules and no weights.
        stack.pop();
        if (!(stack.peek() instanceof Map)) {
          throw new TorchTensor.Refused("has an object with attributes, which is no tensor");
        }
      }
      case Opcodes.BINPERSID -> stack.add(storage((Object[]) stack.pop()));
      case Opcodes.BINUNICODE -> stack.add(text());
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        put((String) stack.pop(), value);
      }
      case Opcodes.SETITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        for (int i = 0; i < items.size(); i += 2) {
          put((String) items.get(i), items.get(i + 1));
        }
      }
      default -> {
        if (!PLAIN.contains(code)) {
          throw new TorchTensor.Refused(
              "has a pickle with the instruction 0x%02x, which files of tensors do not need"
                  .formatted(code));
        }
        return super.dispatch(code);
      }
    }
    return NO_RETURN_VALUE;
  }

  @SuppressWarnings("unchecked")
  private void put(String key, Object value) {
    ((Map<String, Object>) stack.peek()).put(key, value);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = input.read(); c != '\n'; c = input.read()) {
      if (c < 0 || line.length() > LONGEST_TEXT) {
        throw new TorchTensor.Refused("has a damaged pickle");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private String text() throws IOException {
    long size = 0;
    for (int i = 0; i < 4; i++) {
      size |= (long) input.read() << (8 * i);
    }
    if (size < 0 || size > LONGEST_TEXT) {
      throw new TorchTensor.Refused("has a pickle with a text of %d bytes".formatted(size));
    }
    byte[] bytes = input.readNBytes((int) size);
    if (bytes.length < size) {
      throw new TorchTensor.Refused("ends within its pickle");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** A storage's type or a function, by the name that the pickle has. */
  private static Object global(String module, String name) {
    if (module.equals("torch") && STORAGES.containsKey(name)) {
      return STORAGES.get(name);
    }
    return switch (module + "." + name) {
      case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> Function.TENSOR;
      case "torch._utils._rebuild_parameter" -> Function.PARAMETER;
      case "collections.OrderedDict" -> Function.DICTIONARY;
      default ->
          throw new TorchTensor.Refused(
              "has a pickle that names %s.%s, which is no tensor and could run code"
                  .formatted(module, name));
    };
  }

  /** The result of a call. */
  private static Object made(Object function, Object... arguments) {
    return switch ((Function) function) {
      case TENSOR ->
          TorchTensor.of(
              (TorchTensor.Storage) arguments[0],
              TorchTensor.whole(arguments[1]),
              TorchTensor.sizes((Object[]) arguments[2]),
              TorchTensor.sizes((Object[]) arguments[3]));
      case PARAMETER -> (TorchTensor) arguments[0];
      case DICTIONARY -> dictionary(arguments);
    };
  }

  private static Map<String, Object> dictionary(Object... arguments) {
    Map<String, Object> made = new TreeMap<>();
    if (arguments.length > 0) {
      for (Object pair : (List<?>) arguments[0]) {
        Object[] entry = pair instanceof List<?> list ? list.toArray() : (Object[]) pair;
        made.put((String) entry[0], entry[1]);
      }
    }
    return made;
  }

  private TorchTensor.Storage storage(Object... id) {
    boolean known = id.length >= 5 && "storage".equals(id[0]) && id[1] instanceof DType;
    if (!known || id.length > 5 && id[5] != null) {
      throw new TorchTensor.Refused("has a storage of a kind that this program does not know");
    }
    TorchTensor.Storage storage =
        new TorchTensor.Storage((String) id[2], (DType) id[1], TorchTensor.whole(id[4]));
    TorchTensor.Storage before = storages.putIfAbsent(storage.key(), storage);
    if (before != null && !before.equals(storage)) {
      throw new TorchTensor.Refused("has two storages with the name %s".formatted(storage.key()));
    }
    return storage;
  }
}
