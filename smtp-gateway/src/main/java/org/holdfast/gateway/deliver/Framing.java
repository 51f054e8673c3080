package org.holdfast.gateway.deliver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** How a backend sees where a message ends. One for each message; not thread-safe. */
interface Framing {

  /** Said before the first octet of so many. */
  String begin(long size);

  /**
   * The next piece of content, ready to be sent. Takes {@code in} over; the caller gets the result
   * to release.
   */
  ByteBuf piece(ByteBuf in, ByteBufAllocator allocator);

  /** Said after the last octet. */
  String end();
}
