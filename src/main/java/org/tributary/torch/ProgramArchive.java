package org.tributary.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a program's text as a TorchScript archive, the file that {@code torch.jit.load} reads: a
 * zip of STORED entries with one pickled object of class {@code __torch__.Program}.
 *
 * <p>An archive depends neither on Java nor on a device, so the same bytes run in any libtorch.
 */
public final class ProgramArchive {
  /** The folder of all entries; its name has no meaning. */
  private static final String ROOT = "program/";

  /** Protocol 2: {@code Program.__new__()} with state {@code {"training": True}}. */
  private static final byte[] OBJECT =
      bytes("\u0080\u0002c__torch__\nProgram\n)\u0081}X\u0008\0\0\0training\u0088sb.");

  /** Protocol 2: the empty tuple. */
  private static final byte[] NO_CONSTANTS = bytes("\u0080\u0002).");

  private ProgramArchive() {}

  /**
   * The archive of a program.
   *
   * @param text TorchScript with one {@code class Program(Module)}
   * @return a zip
   */
  public static byte[] of(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      put(zip, "data.pkl", OBJECT);
      put(zip, "code/__torch__.py", text.getBytes(StandardCharsets.UTF_8));
      put(zip, "constants.pkl", NO_CONSTANTS);
      put(zip, "version", bytes("3\n"));
      put(zip, "byteorder", bytes("little"));
    } catch (IOException e) {
      throw new UncheckedIOException("in memory", e);
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(ROOT + name);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] bytes(String latin) {
    return latin.getBytes(StandardCharsets.ISO_8859_1);
  }
}
