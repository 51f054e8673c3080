package org.holdfast.gateway.deliver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Doubles the dot that begins a line (RFC 5321 section 4.5.2), piece by piece. One for each
 * message; not thread-safe.
 *
 * <p>A dot after a bare LF is doubled too. Such content does not get past our door; should it ever,
 * a backend that takes LF for a line end must still not see an end of data in it.
 */
final class DotStuffing implements Framing {

  private static final byte DOT = '.';

  private byte beforeLast = '\r';
  private byte last = '\n';

  /** 354 has been heard already. */
  @Override
  public String begin(long size) {
    return "";
  }

  /** {@code in} itself where no dot is missing, else a copy. */
  @Override
  public ByteBuf piece(ByteBuf in, ByteBufAllocator allocator) {
    int missing = lineDot(in, in.readerIndex());
    ByteBuf out = missing < 0 ? in : copy(in, missing, allocator);
    remember(in);
    if (missing >= 0) {
      in.release();
    }
    return out;
  }

  /** The end of data, with a line end before it where the content does not end in one. */
  @Override
  public String end() {
    return beforeLast == '\r' && last == '\n' ? ".\r\n" : "\r\n.\r\n";
  }

  private ByteBuf copy(ByteBuf in, int firstDot, ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(in.readableBytes() + in.readableBytes() / 32 + 16);
    int from = in.readerIndex();
    for (int dot = firstDot; dot >= 0; dot = lineDot(in, dot + 1)) {
      out.writeBytes(in, from, dot - from);
      out.writeByte(DOT);
      from = dot;
    }
    return out.writeBytes(in, from, in.writerIndex() - from);
  }

  /** Index of the next dot that begins a line, from {@code from}; -1 if there is none. */
  private int lineDot(ByteBuf in, int from) {
    int end = in.writerIndex();
    int dot = in.indexOf(from, end, DOT);
    while (dot >= 0 && before(in, dot) != '\n') {
      dot = in.indexOf(dot + 1, end, DOT);
    }
    return dot;
  }

  private byte before(ByteBuf in, int at) {
    return at > in.readerIndex() ? in.getByte(at - 1) : last;
  }

  private void remember(ByteBuf in) {
    int size = in.readableBytes();
    if (size > 0) {
      beforeLast = size > 1 ? in.getByte(in.writerIndex() - 2) : last;
      last = in.getByte(in.writerIndex() - 1);
    }
  }
}
