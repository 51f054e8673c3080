package org.holdfast.gateway.deliver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The whole message as one chunk (RFC 3030 section 2): its size is known, so there is nothing to
 * wait for between chunks.
 */
final class OneChunk implements Framing {

  @Override
  public String begin(long size) {
    return "BDAT " + size + " LAST\r\n";
  }

  @Override
  public ByteBuf piece(ByteBuf in, ByteBufAllocator allocator) {
    return in;
  }

  @Override
  public String end() {
    return "";
  }
}
