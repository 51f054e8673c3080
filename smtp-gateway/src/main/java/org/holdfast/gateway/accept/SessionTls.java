package org.holdfast.gateway.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The encryption of one conversation. Belongs to its event loop. */
final class SessionTls {

  private final Listener listener;
  private final Channel channel;
  private boolean encrypted;
  private boolean shakingHands;

  SessionTls(Listener listener, Channel channel) {
    this.listener = listener;
    this.channel = channel;
  }

  /** TLS is spoken, or is about to be. */
  boolean encrypted() {
    return encrypted;
  }

  /** Nothing can be said now that would be understood. */
  boolean shakingHands() {
    return shakingHands;
  }

  /**
   * Whatever comes from now on is TLS. On the event loop, where nothing is read between our 220 and
   * this; so no octet of before can be taken for one of after.
   *
   * @param conversation the handler that takes what was decrypted
   */
  void begin(ChannelHandler conversation) {
    encrypted = true;
    shakingHands = true;
    ChannelPipeline pipeline = channel.pipeline();
    // right before the conversation: what a PROXY decoder still has to pass on is TLS, too
    pipeline.addBefore(
        pipeline.context(conversation).name(), null, listener.tls().newHandler(channel.alloc()));
  }

  /** The session, when the handshake has succeeded; a failed one closes the channel. */
  @Nullable SSLSession completed(SslHandshakeCompletionEvent handshake) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    if (!handshake.isSuccess() || handler == null) {
      return null;
    }
    shakingHands = false;
    return handler.engine().getSession();
  }

  /** Version and cipher; null for plain text. */
  @Nullable Encryption encryption() {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    return handler == null ? null : Encryption.of(handler.engine().getSession());
  }
}
