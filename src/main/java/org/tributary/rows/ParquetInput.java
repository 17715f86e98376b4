package org.tributary.rows;

import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.tributary.checkpoint.Store;

/** Parquet's input from a store. It reads local files raw, in the same way as they are written. */
record ParquetInput(Store store, Path file) implements InputFile {

  @Override
  public long getLength() throws IOException {
    return store.status(file).getLen();
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    return HadoopStreams.wrap(store.open(file));
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
