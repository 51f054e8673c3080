package org.holdfast.gateway.accept;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.path.Inbound;

/**
 * A conversation without a network, in the calling thread: octets in, replies out. Cheap enough for
 * millions of them.
 */
final class Talk implements AutoCloseable {

  static final int MAX_SIZE = 5000;

  private static final long SLOWEST_NANOS = TimeUnit.MILLISECONDS.toNanos(Limits.SLOWEST);

  private static final InetSocketAddress CLIENT =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 4711);
  private static final InetSocketAddress LOCAL =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25);

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final StringBuilder heard = new StringBuilder();

  Talk(Listener listener) {
    channel.freezeTime();
    channel.pipeline().addLast(new Conversation(listener, channel, new Peer(CLIENT, LOCAL)));
    channel.pipeline().fireChannelActive();
    hear();
    if (!heard.toString().startsWith("220 ")) {
      throw new AssertionError("banner: " + heard);
    }
    heard.setLength(0);
  }

  /** What many conversations share. Bodies stay in memory; at most three recipients. */
  static Listener listener(Dialect dialect, Inbound inbound) {
    ListenerSettings usual = RunningServer.settings(dialect, Path.of("nowhere"));
    ListenerSettings settings =
        new ListenerSettings(
            dialect,
            usual.host(),
            usual.port(),
            usual.hostname(),
            usual.allow(),
            MAX_SIZE,
            usual.maxRecipients(),
            usual.maxConnections(),
            usual.maxConnectionsPerClient(),
            usual.commandTimeout(),
            null,
            null,
            usual.memoryThreshold(),
            usual.memoryTotal(),
            usual.spool(),
            usual.introducers(),
            usual.security(),
            usual.rates());
    InstantSource clock = InstantSource.system();
    BodySpool spool =
        new BodySpool(
            settings, SpoolRoom.in(settings.spool(), StandingConversation.PLENTY), Runnable::run);
    return new Listener(
        settings, inbound, clock, new QueueId(clock), spool, null, new MetricRegistry());
  }

  /** One character for each octet. */
  Talk send(String octets) {
    return send(octets.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** All that arrives at once. */
  Talk send(byte[] octets) {
    send(Unpooled.wrappedBuffer(octets));
    return this;
  }

  /** The same; takes the buffer over. */
  void send(ByteBuf octets) {
    if (channel.isOpen()) {
      var _ = channel.writeInbound(octets);
    } else {
      octets.release();
    }
    hear();
  }

  /** Does what is due on the event loop. */
  void run() {
    hear();
  }

  private void hear() {
    channel.runPendingTasks();
    // replies that are kept back a little come now; nothing else is near
    for (long next = channel.runScheduledPendingTasks();
        next >= 0 && next <= SLOWEST_NANOS;
        next = channel.runScheduledPendingTasks()) {
      channel.advanceTimeBy(next, TimeUnit.NANOSECONDS);
    }
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      heard.append(out.toString(StandardCharsets.ISO_8859_1));
      out.release();
    }
  }

  /** The last line of each reply since the last call; {@code closed} when nothing more follows. */
  List<String> replies() {
    List<String> replies = new ArrayList<>();
    for (String line : heard.toString().split("\r\n", -1)) {
      if (line.length() > 3 && line.charAt(3) != '-') {
        replies.add(line);
      }
    }
    if (!heard.isEmpty() && heard.charAt(heard.length() - 1) != '\n') {
      throw new AssertionError("half a line: " + heard);
    }
    heard.setLength(0);
    if (closed()) {
      replies.add("closed");
    }
    return replies;
  }

  boolean closed() {
    return !channel.isOpen();
  }

  @Override
  public void close() {
    var _ = channel.close();
    channel.runPendingTasks();
    hear();
    heard.setLength(0);
  }
}
