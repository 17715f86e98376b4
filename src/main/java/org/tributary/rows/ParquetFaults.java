package org.tributary.rows;

import com.github.luben.zstd.ZstdIOException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.tributary.checkpoint.LfsPointer;
import org.tributary.checkpoint.Store;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;
import shaded.parquet.org.apache.thrift.TException;

/** Finds out why a Parquet file cannot be read, and says it in one message. */
final class ParquetFaults {
  private ParquetFaults() {}

  /** Refuses a Git LFS pointer in place of the file. */
  static void refusePointer(Store store, Path file) throws IOException {
    try (InputStream in = store.open(file)) {
      LfsPointer.refuse(file, in.readNBytes(LfsPointer.HEAD));
    }
  }

  /** Detects a missing codec here, not in the middle of the rows. */
  static void refuseCodecs(Path file, ParquetFileReader reader, List<String> names) {
    Set<String> checked = new HashSet<>();
    for (BlockMetaData group : reader.getRowGroups()) {
      for (ColumnChunkMetaData column : group.getColumns()) {
        String name = column.getPath().toArray()[0];
        String codec = column.getCodec().getHadoopCompressionCodecClassName();
        if (codec == null
            || !names.isEmpty() && !names.contains(name)
            || !checked.add(column.getCodec().name())) {
          continue;
        }
        try {
          Class.forName(codec, false, ParquetFaults.class.getClassLoader());
        } catch (ClassNotFoundException e) {
          throw new WrongInput(
              "%s: column %s is compressed with %s, for which this program has no codec; write it with snappy, gzip or zstd"
                  .formatted(file, name, column.getCodec()),
              e);
        }
      }
    }
  }

  /**
   * Whether the bytes are damaged. A fault of the file system may disappear on a retry; damaged
   * bytes do not.
   */
  static boolean damaged(IOException e) {
    return e instanceof EOFException
        || e instanceof ZstdIOException
        || e.getCause() instanceof TException;
  }

  /**
   * Returns the store's own message if the store failed, because Parquet's reader wraps unknown
   * exceptions.
   */
  static RuntimeException unreadable(Path file, Exception cause) {
    Optional<Trouble> trouble = Trouble.in(cause);
    if (trouble.isPresent()) {
      return new UncheckedIOException(trouble.get());
    }
    if (cause instanceof NullPointerException && cause.getMessage().contains("LogicalType")) {
      return new WrongInput(
          "%s: has a column of a type that is newer than this reader, such as FLOAT16; write it as float, text or a whole number"
              .formatted(file),
          cause);
    }
    return new WrongInput(
        "%s is not a readable Parquet file (%s); write it again or name another file"
            .formatted(file, cause.getMessage()),
        cause);
  }
}
