package org.holdfast.gateway.accept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.james.protocols.api.Response;
import org.jspecify.annotations.Nullable;

/**
 * The replies of one conversation on their way out: gathered until the next flush, so that the
 * answers to commands that came together go together. Belongs to the event loop.
 */
final class ReplyOutput {

  /** How long after our last word the client may go on sending before the socket is closed. */
  private static final int LINGER_SECONDS = 2;

  private static final int REPLY_BUFFER = 256;

  private final Channel channel;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf gathered;
  private @Nullable Future<?> end;

  ReplyOutput(Channel channel) {
    this.channel = channel;
  }

  /** Where replies are written from now on. */
  void writesTo(ChannelHandlerContext handler) {
    context = handler;
  }

  void add(Response response) {
    if (response instanceof WireReply reply) {
      buffer().writeBytes(reply.octets());
    } else {
      for (CharSequence line : response.getLines()) {
        buffer().writeBytes(WireReply.encode(line));
      }
    }
  }

  /** Octets that wait for the next flush. */
  int gathered() {
    return gathered == null ? 0 : gathered.readableBytes();
  }

  /**
   * Sends what was gathered.
   *
   * @param last nothing follows: the connection ends
   */
  void flush(boolean last) {
    ByteBuf buffer = gathered;
    ChannelHandlerContext to = context;
    gathered = null;
    if (buffer != null && to != null) {
      var written = to.writeAndFlush(buffer);
      if (last) {
        closeAfter(Limits.LAST_WORDS_SECONDS);
        written.addListener(done -> linger());
      }
    }
  }

  /** Nothing more is said: closes the connection when what was said is on its way. */
  void end() {
    var written = channel.writeAndFlush(gathered == null ? Unpooled.EMPTY_BUFFER : gathered);
    gathered = null;
    closeAfter(Limits.LAST_WORDS_SECONDS);
    written.addListener(done -> close());
  }

  /** The connection is gone: gives back what nobody will read. */
  void release() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
    if (end != null) {
      end.cancel(false);
    }
  }

  /** Whatever happens; a later call replaces an earlier one. */
  private void closeAfter(int seconds) {
    if (end != null) {
      end.cancel(false);
    }
    end = channel.eventLoop().schedule(this::close, seconds, TimeUnit.SECONDS);
  }

  private ByteBuf buffer() {
    ByteBuf buffer = gathered;
    if (buffer == null) {
      buffer = channel.alloc().buffer(REPLY_BUFFER);
      gathered = buffer;
    }
    return buffer;
  }

  /**
   * Closing a socket with unread octets in it would reset the connection and could take our last
   * reply with it; so our side is closed first and the rest is read away for a moment.
   */
  private void linger() {
    if (!channel.isOpen()) {
      return;
    }
    if (channel.pipeline().get(SslHandler.class) != null
        || !(channel instanceof DuplexChannel duplex)
        || duplex.isInputShutdown()) {
      close();
      return;
    }
    var _ = duplex.shutdownOutput();
    channel.config().setAutoRead(true);
    closeAfter(LINGER_SECONDS);
  }

  private void close() {
    var _ = channel.close();
  }
}
