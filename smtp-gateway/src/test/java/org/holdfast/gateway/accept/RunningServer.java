package org.holdfast.gateway.accept;

import com.codahale.metrics.MetricRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.path.Inbound;

/** A listener on a free port of the loopback. */
final class RunningServer implements AutoCloseable {

  static final int MAX_SIZE = 1_000_000;

  private static final long ROOM_FOR_BODIES = 1L << 30;

  final MetricRegistry counted = new MetricRegistry();
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  final MailServer server;
  final InetSocketAddress address;

  RunningServer(ListenerSettings settings, Inbound inbound) throws IOException {
    this(
        settings,
        inbound,
        SpoolRoom.in(settings.spool(), new SpoolRoom.Bounds(ROOM_FOR_BODIES, 100, 0)));
  }

  RunningServer(ListenerSettings settings, Inbound inbound, SpoolRoom room) throws IOException {
    InstantSource clock = InstantSource.system();
    server = new MailServer(settings, inbound, group, clock, new QueueId(clock), room, counted);
    address = server.start();
  }

  static ListenerSettings settings(Dialect dialect, Path spool) {
    return new ListenerSettings(
        dialect,
        "127.0.0.1",
        0,
        "gw.example.org",
        List.of("127.0.0.0/8"),
        MAX_SIZE,
        3,
        50,
        10,
        Duration.ofSeconds(60),
        null,
        null,
        64 * 1024,
        10_000_000,
        spool,
        Introducers.NOBODY,
        Security.USUAL,
        Rates.USUAL);
  }

  /** Where TLS is spoken from the first octet on. */
  InetSocketAddress tls() {
    return Objects.requireNonNull(server.tlsAddress());
  }

  Client client() throws IOException {
    Client client = new Client(address);
    String banner = client.reply();
    if (!banner.startsWith("220 gw.example.org ")) {
      throw new AssertionError(banner);
    }
    return client;
  }

  @Override
  public void close() {
    try {
      boolean done = server.stop(Duration.ofSeconds(1));
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
      if (!done) {
        throw new AssertionError("listener was not done in time");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
