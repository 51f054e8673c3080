package org.holdfast.gateway.accept;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A conversation without a socket, on a clock that stands until it is moved. */
final class StandingConversation {

  static final SpoolRoom.Bounds PLENTY = new SpoolRoom.Bounds(1L << 30, 100, 0);

  final FakeInbound inbound = new FakeInbound();
  final EmbeddedChannel channel = new EmbeddedChannel();
  final Listener listener;
  private final StringBuilder replies = new StringBuilder();

  StandingConversation(ListenerSettings settings, SpoolRoom.Bounds room) {
    InstantSource clock = InstantSource.system();
    channel.freezeTime();
    listener =
        new Listener(
            settings,
            inbound,
            clock,
            new QueueId(clock),
            new BodySpool(settings, SpoolRoom.in(settings.spool(), room), Runnable::run),
            null,
            new MetricRegistry());
    Conversation conversation =
        new Conversation(
            listener,
            channel,
            new Peer(
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25000),
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.25"), 25)));
    channel.pipeline().addLast(conversation);
    channel.pipeline().fireChannelActive();
  }

  static StandingConversation smtp(Path spool) {
    return new StandingConversation(RunningServer.settings(Dialect.SMTP, spool), PLENTY);
  }

  /** From now on nothing that we say leaves the machine. */
  StandingConversation takesNothingMore() {
    channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(ChannelHandlerContext ctx, Object said, ChannelPromise written) {
                ReferenceCountUtil.release(said);
              }
            });
    return this;
  }

  StandingConversation send(String octets) {
    channel.writeInbound(Unpooled.copiedBuffer(octets, StandardCharsets.ISO_8859_1));
    return this;
  }

  StandingConversation seconds(int passed) {
    return millis(1000 * passed);
  }

  StandingConversation millis(int passed) {
    channel.advanceTimeBy(passed, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
    return this;
  }

  /** All that was said since the last time. */
  String said() {
    @Nullable ByteBuf out = channel.readOutbound();
    while (out != null) {
      replies.append(out.toString(StandardCharsets.US_ASCII));
      out.release();
      out = channel.readOutbound();
    }
    String all = replies.toString();
    replies.setLength(0);
    return all;
  }

  long hits(Limit limit) {
    return listener.limits().of(limit);
  }
}
