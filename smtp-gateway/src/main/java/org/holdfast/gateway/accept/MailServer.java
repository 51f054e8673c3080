package org.holdfast.gateway.accept;

import com.codahale.metrics.MetricRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.accept.Security.TlsListen;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.tls.ServerTls;
import org.holdfast.gateway.tls.WatchedFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener for SMTP (RFC 5321) or LMTP (RFC 2033), at one address or, with TLS from the first
 * octet on, at a second one too. Started once, stopped once; both from any thread but an event
 * loop.
 */
public final class MailServer {

  private static final Logger log = LoggerFactory.getLogger(MailServer.class);
  private static final int BACKLOG = 1024;
  private static final int FIRST_READ = 2048;

  /** The system gives lower ones to those who may have them only. */
  private static final int FIRST_FREE_PORT = 1024;

  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

  private final ListenerSettings settings;
  private final EventLoopGroup group;
  private final ProxyDoor proxies;
  private final BodySpool spool;
  private final Listener listener;
  private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();
  private final @Nullable ServerTls tls;
  private @Nullable Channel channel;
  private @Nullable Channel tlsChannel;
  private @Nullable Future<?> looking;

  /**
   * Reads certificate and key; opens nothing yet.
   *
   * @param group runs all conversations, and is not shut down here: NIO or epoll
   * @param ids shared by all listeners of the process
   * @param room for temporary files; shared likewise
   * @param counted takes the counters {@code holdfast_limit_reached}
   * @throws IOException naming what is wrong with the certificate or the key
   * @throws IllegalArgumentException naming the entry of the allow list that is no network
   */
  public MailServer(
      ListenerSettings settings,
      Inbound inbound,
      EventLoopGroup group,
      InstantSource clock,
      QueueId ids,
      SpoolRoom room,
      MetricRegistry counted)
      throws IOException {
    this.settings = settings;
    this.group = group;
    this.spool = new BodySpool(settings, room, writers);
    this.tls = tls(settings, clock);
    this.listener = new Listener(settings, inbound, clock, ids, spool, tls, counted);
    this.proxies =
        new ProxyDoor(
            settings.introducers().proxies(), settings.maxConnections(), listener.rejects());
  }

  /**
   * Listens; returns the address, with the real port where 0 was asked for.
   *
   * @throws IOException when a port is in use or the spool cannot be read
   */
  public InetSocketAddress start() throws IOException {
    spool.clear();
    Channel open = listen(settings.host(), settings.port(), new Door(false));
    channel = open;
    Optional<TlsListen> second = settings.security().tlsListen();
    if (second.isPresent()) {
      tlsChannel = listen(second.get().host(), second.get().port(), new Door(true));
      log.info("{} with TLS from the first octet on: {}", settings.dialect(), tlsAddress());
    }
    long interval = ServerTls.LOOK_INTERVAL.toMillis();
    looking =
        group
            .next()
            .scheduleWithFixedDelay(
                () -> writers.execute(this::look), interval, interval, TimeUnit.MILLISECONDS);
    return (InetSocketAddress) open.localAddress();
  }

  /** Where TLS is spoken from the first octet on; null when nowhere. */
  public @Nullable InetSocketAddress tlsAddress() {
    Channel open = tlsChannel;
    return open == null ? null : (InetSocketAddress) open.localAddress();
  }

  /** Other limits, for clients that come from now on. */
  public void use(ListenerSettings.Live live) {
    listener.use(live);
  }

  /**
   * Looks whether certificate, key or accounts have changed. Happens by itself every {@link
   * ServerTls#LOOK_INTERVAL}. Blocks on files.
   */
  public void look() {
    if (tls != null) {
      tls.look();
    }
    listener.logins().ifPresent(Logins::look);
  }

  /** Hears when the certificate has changed; one listener, set before {@link #start}. */
  public void onCertificate(WatchedFiles.Listener told) {
    if (tls != null) {
      tls.onChange(told);
    }
  }

  /** Counts what happens here, under this prefix. */
  public void register(MetricRegistry counted, String prefix) {
    if (tls != null) {
      counted.registerGauge(prefix + ".tls.certificate.days", tls::daysLeft);
    }
    listener
        .logins()
        .ifPresent(logins -> counted.register(prefix + ".logins.failed", logins.failed()));
  }

  private Channel listen(String host, int port, Door door) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(channelType(group))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(FIRST_READ / 4, FIRST_READ, Limits.ONE_READ))
            .childHandler(door)
            .bind(host, port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + host + ":" + port + ": " + why(bound.cause(), port), bound.cause());
    }
    return bound.channel();
  }

  /** The system's own words, without the calls and classes that they came through. */
  private static String why(Throwable cause, int port) {
    String said = String.valueOf(cause.getMessage());
    String words = said.substring(said.lastIndexOf(": ") + 1).strip();
    return port > 0 && port < FIRST_FREE_PORT && words.equals("Permission denied")
        ? words + " (ports below 1024: docs/operations.md, \"Install\")"
        : words;
  }

  /**
   * Stops accepting, says 421 to who is idle, waits until messages in flight are answered, and says
   * 421 to who is left then.
   *
   * @return whether everybody was done in time
   */
  public boolean stop(Duration grace) throws InterruptedException {
    for (Channel open : new Channel[] {channel, tlsChannel}) {
      if (open != null) {
        open.close().awaitUninterruptibly();
      }
    }
    if (looking != null) {
      looking.cancel(false);
    }
    proxies.close();
    listener.conversations().forEach(Conversation::stop);
    boolean done = awaitEnd(grace);
    listener.conversations().forEach(Conversation::cut);
    listener.logins().ifPresent(Logins::stop);
    writers.shutdown();
    boolean written = writers.awaitTermination(grace.toMillis() + 1, TimeUnit.MILLISECONDS);
    return done && written;
  }

  /** Connections open now. */
  public int connections() {
    return listener.conversations().size();
  }

  private boolean awaitEnd(Duration grace) throws InterruptedException {
    long deadline = System.nanoTime() + grace.toNanos();
    while (!listener.conversations().isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(LOOK_AGAIN);
    }
    return listener.conversations().isEmpty();
  }

  private static Class<? extends ServerChannel> channelType(EventLoopGroup group) {
    boolean nio = !(group instanceof IoEventLoopGroup io) || io.isIoType(NioIoHandler.class);
    return nio ? NioServerSocketChannel.class : EpollServerSocketChannel.class;
  }

  private static @Nullable ServerTls tls(ListenerSettings settings, InstantSource clock)
      throws IOException {
    Path certificate = settings.certificate();
    Path key = settings.key();
    if (certificate == null || key == null) {
      return null;
    }
    Security security = settings.security();
    String name = settings.dialect().name().toLowerCase(Locale.ROOT);
    return new ServerTls(name, certificate, key, security.minVersion(), security.clientCa(), clock);
  }

  /** A client arrives: directly, or by a proxy that has yet to say whose connection it is. */
  private final class Door extends ChannelInitializer<Channel> {

    private final boolean tlsAtOnce;

    Door(boolean tlsAtOnce) {
      this.tlsAtOnce = tlsAtOnce;
    }

    @Override
    protected void initChannel(Channel arrived) {
      if (arrived.remoteAddress() instanceof InetSocketAddress client
          && arrived.localAddress() instanceof InetSocketAddress local) {
        if (proxies.isProxy(client.getAddress())) {
          proxies.await(arrived, client, local, peer -> letIn(arrived, peer));
        } else {
          letIn(arrived, new Peer(client, local));
        }
      } else {
        var _ = arrived.close(); // gone before it was looked at
      }
    }

    /** Lets a client in or turns it away. */
    private void letIn(Channel arrived, Peer peer) {
      Conversation conversation = new Conversation(listener, arrived, peer);
      WireReply refusal = listener.refusal(conversation);
      if (refusal != null && (tlsAtOnce || !listener.mayTurnAway())) {
        // Too many are being told already; or it takes a handshake, which would be our work.
        var _ = arrived.close();
        return;
      }
      if (refusal != null) {
        arrived.closeFuture().addListener(closed -> listener.turnedAway());
        arrived.pipeline().addLast(new TurnedAway(conversation, refusal));
      }
      arrived.pipeline().addLast(conversation);
      if (tlsAtOnce) {
        conversation.encrypt();
      }
      if (refusal == null && conversation.login().isMissing()) {
        awaitLogin(arrived, conversation);
      }
    }

    private void awaitLogin(Channel arrived, Conversation conversation) {
      long time = settings.security().loginTime().toMillis();
      Future<?> due =
          arrived.eventLoop().schedule(conversation::loginDue, time, TimeUnit.MILLISECONDS);
      arrived.closeFuture().addListener(closed -> due.cancel(false));
    }
  }
}
