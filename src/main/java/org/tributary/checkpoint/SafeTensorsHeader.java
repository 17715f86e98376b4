package org.tributary.checkpoint;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/**
 * The header of a safetensors file.
 *
 * @param tensors by name, in the order of their bytes, without gaps
 * @param metadata texts, sorted by key
 */
public record SafeTensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata) {

  /** Keeps the order of the tensors; the maps cannot be changed. */
  public SafeTensorsHeader {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  /**
   * The size of all tensors.
   *
   * @return bytes
   */
  public long bytes() {
    return tensors.values().stream().mapToLong(Entry::bytes).sum();
  }

  /**
   * The type, shape and place of a tensor.
   *
   * @param dtype element type
   * @param shape sizes, outermost first; empty for a scalar
   * @param begin its first byte, counted from the end of the header
   * @param end one past its last byte
   */
  public record Entry(DType dtype, long[] shape, long begin, long end) {
    /**
     * The size of the tensor.
     *
     * @return bytes
     */
    public long bytes() {
      return end - begin;
    }

    /**
     * The number of elements.
     *
     * @return the product of the shape
     */
    public long elements() {
      return HostTensor.elements(shape);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Entry that
          && dtype == that.dtype
          && Arrays.equals(shape, that.shape)
          && begin == that.begin
          && end == that.end;
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(shape) + Long.hashCode(begin);
    }

    @Override
    public String toString() {
      return "%s%s at %d..%d".formatted(dtype, Arrays.toString(shape), begin, end);
    }
  }

  /**
   * Lays out a new file as the reference library does: tensors are sorted by their element type,
   * larger ones first, so that every tensor is aligned, and then by name. The same tensors give the
   * same layout, whatever the order in which they were added.
   */
  public static final class Builder {
    private static final List<DType> ORDER =
        List.of(
            DType.I64,
            DType.F64,
            DType.F32,
            DType.I32,
            DType.BF16,
            DType.F16,
            DType.I16,
            DType.I8,
            DType.U8,
            DType.BOOL);

    private final Map<String, Entry> kinds = new HashMap<>();
    private final Map<String, String> texts = new TreeMap<>();

    /**
     * Adds a tensor.
     *
     * @param name unique
     * @param dtype element type
     * @param shape sizes, outermost first
     * @return this
     */
    public Builder tensor(String name, DType dtype, long... shape) {
      long bytes = Math.multiplyExact(HostTensor.elements(shape), dtype.bytes());
      if (name.equals(HeaderFormat.METADATA)
          || kinds.put(name, new Entry(dtype, shape, 0, bytes)) != null) {
        throw new IllegalArgumentException("tensor name taken: " + name);
      }
      return this;
    }

    /**
     * Adds texts.
     *
     * @param more by key
     * @return this
     */
    public Builder metadata(Map<String, String> more) {
      texts.putAll(more);
      return this;
    }

    /**
     * The layout.
     *
     * @return tensors without gaps, from byte 0
     */
    public SafeTensorsHeader build() {
      List<String> names =
          kinds.keySet().stream()
              .sorted(
                  Comparator.<String>comparingInt(name -> ORDER.indexOf(kinds.get(name).dtype()))
                      .thenComparing(Comparator.naturalOrder()))
              .toList();
      Map<String, Entry> placed = new LinkedHashMap<>();
      long at = 0;
      for (String name : names) {
        Entry kind = kinds.get(name);
        placed.put(name, new Entry(kind.dtype(), kind.shape(), at, at + kind.bytes()));
        at += kind.bytes();
      }
      return new SafeTensorsHeader(placed, texts);
    }
  }
}
