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
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.path.Inbound;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener for SMTP (RFC 5321) or LMTP (RFC 2033). Started once, stopped once; both from any
 * thread but an event loop.
 */
public final class MailServer {

  private static final Logger log = LoggerFactory.getLogger(MailServer.class);
  private static final int BACKLOG = 1024;
  private static final int FIRST_READ = 2048;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

  private final ListenerSettings settings;
  private final EventLoopGroup group;
  private final AllowList allowed;
  private final BodySpool spool;
  private final Listener listener;
  private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable Channel channel;

  /**
   * Reads certificate and key; opens nothing yet.
   *
   * @param group runs all conversations, and is not shut down here: NIO or epoll
   * @param ids shared by all listeners of the process
   * @param room for temporary files; shared likewise
   * @param counted takes the counters {@code holdfast.limit.DOOR.LIMIT}
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
    this.allowed = new AllowList(settings.allow());
    this.spool = new BodySpool(settings, room, writers);
    this.listener = new Listener(settings, inbound, clock, ids, spool, tls(settings), counted);
  }

  /**
   * Listens; returns the address, with the real port where 0 was asked for.
   *
   * @throws IOException when the port is in use or the spool cannot be read
   */
  public InetSocketAddress start() throws IOException {
    spool.clear();
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(channelType(group))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(FIRST_READ / 4, FIRST_READ, Limits.ONE_READ))
            .childHandler(new Door())
            .bind(settings.host(), settings.port())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + settings.host() + ":" + settings.port() + ": " + bound.cause(),
          bound.cause());
    }
    channel = bound.channel();
    return (InetSocketAddress) bound.channel().localAddress();
  }

  /**
   * Stops accepting, says 421 to who is idle, waits until messages in flight are answered, and
   * closes what is left then.
   *
   * @return whether everybody was done in time
   */
  public boolean stop(Duration grace) throws InterruptedException {
    if (channel != null) {
      channel.close().awaitUninterruptibly();
    }
    listener.conversations().forEach(Conversation::stop);
    boolean done = awaitEnd(grace);
    listener.conversations().forEach(Conversation::close);
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

  private static @Nullable SslContext tls(ListenerSettings settings) throws IOException {
    Path certificate = settings.certificate();
    Path key = settings.key();
    if (certificate == null || key == null) {
      return null;
    }
    try {
      return SslContextBuilder.forServer(certificate.toFile(), key.toFile()).build();
    } catch (IllegalArgumentException e) {
      throw new IOException("cannot use certificate " + certificate + " with key " + key, e);
    }
  }

  /** Lets a client in or turns it away. */
  private final class Door extends ChannelInitializer<Channel> {

    @Override
    protected void initChannel(Channel arrived) {
      if (arrived.remoteAddress() instanceof InetSocketAddress client
          && arrived.localAddress() instanceof InetSocketAddress local) {
        Conversation conversation = new Conversation(listener, arrived, client, local);
        WireReply refusal = refusal(conversation);
        if (refusal != null && !listener.mayTurnAway()) {
          var _ = arrived.close(); // too many are being told already
          return;
        }
        if (refusal != null) {
          arrived.closeFuture().addListener(closed -> listener.turnedAway());
          arrived.pipeline().addLast(new TurnedAway(conversation, refusal));
        }
        arrived.pipeline().addLast(conversation);
      } else {
        var _ = arrived.close(); // gone before it was looked at
      }
    }

    /** Why this client is not served; null when it is. */
    private @Nullable WireReply refusal(Conversation conversation) {
      if (!allowed.allows(conversation.client().getAddress())) {
        log.info("client {} is not allowed", conversation.client().getAddress().getHostAddress());
        return ProtocolReplies.NOT_ALLOWED;
      }
      Limit limit = listener.began(conversation);
      if (limit == null) {
        return null;
      }
      conversation.guard().hit(limit);
      return limit.reply();
    }
  }
}
