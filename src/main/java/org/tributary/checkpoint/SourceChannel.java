package org.tributary.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** A file on any file system as a channel that can only be read. */
final class SourceChannel implements SeekableByteChannel {
  private final long length;
  private final HeaderFormat.Source source;
  private long position;

  SourceChannel(long length, HeaderFormat.Source source) {
    this.length = length;
    this.source = source;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (position >= length) {
      return -1;
    }
    byte[] bytes = new byte[(int) Math.min(into.remaining(), length - position)];
    source.read(position, bytes);
    into.put(bytes);
    position += bytes.length;
    return bytes.length;
  }

  @Override
  public int write(ByteBuffer from) {
    throw new NonWritableChannelException();
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long to) {
    position = to;
    return this;
  }

  @Override
  public long size() {
    return length;
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new NonWritableChannelException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {
    // The owner of the file closes it.
  }
}
