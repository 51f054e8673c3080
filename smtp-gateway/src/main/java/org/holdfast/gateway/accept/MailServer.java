package org.holdfast.gateway.accept;

import io.netty.bootstrap.ServerBootstrap;
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
import io.netty.handler.timeout.IdleStateHandler;
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

/**
 * One listener for SMTP (RFC 5321) or LMTP (RFC 2033). Started once, stopped once; both from any
 * thread but an event loop.
 */
public final class MailServer {

  private static final int BACKLOG = 1024;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

  private final ListenerSettings settings;
  private final EventLoopGroup group;
  private final ProxyDoor proxies;
  private final BodySpool spool;
  private final Listener listener;
  private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable Channel channel;

  /**
   * Reads certificate and key; opens nothing yet.
   *
   * @param group runs all conversations, and is not shut down here: NIO or epoll
   * @param ids shared by all listeners of the process
   * @throws IOException naming what is wrong with the certificate or the key
   * @throws IllegalArgumentException naming the entry of the allow list that is no network
   */
  public MailServer(
      ListenerSettings settings,
      Inbound inbound,
      EventLoopGroup group,
      InstantSource clock,
      QueueId ids)
      throws IOException {
    this.settings = settings;
    this.group = group;
    this.spool = new BodySpool(settings, writers);
    this.listener = new Listener(settings, inbound, clock, ids, spool, tls(settings));
    this.proxies =
        new ProxyDoor(
            settings.introducers().proxies(),
            settings.maxConnections(),
            this::letIn,
            listener.rejects());
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
    proxies.close();
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

  /** A client arrives: directly, or by a proxy that has yet to say whose connection it is. */
  private final class Door extends ChannelInitializer<Channel> {

    @Override
    protected void initChannel(Channel arrived) {
      if (arrived.remoteAddress() instanceof InetSocketAddress client
          && arrived.localAddress() instanceof InetSocketAddress local) {
        if (proxies.isProxy(client.getAddress())) {
          proxies.await(arrived, client, local);
        } else {
          letIn(arrived, new Peer(client, local));
        }
      } else {
        var _ = arrived.close(); // gone before it was looked at
      }
    }
  }

  /** Lets a client in or turns it away. */
  private void letIn(Channel arrived, Peer peer) {
    Conversation conversation = new Conversation(listener, arrived, peer);
    WireReply refusal = refusal(conversation);
    if (refusal != null) {
      listener.rejects().connection(peer.address(), refusal.text());
    }
    arrived.pipeline().addLast(refusal == null ? idle() : new TurnedAway(conversation, refusal));
    arrived.pipeline().addLast(conversation);
  }

  private IdleStateHandler idle() {
    return new IdleStateHandler(settings.commandTimeout().toMillis(), 0, 0, TimeUnit.MILLISECONDS);
  }

  private @Nullable WireReply refusal(Conversation conversation) {
    if (!listener.allows(conversation.peer().address())) {
      return ProtocolReplies.NOT_ALLOWED;
    }
    return listener.began(conversation) ? null : ProtocolReplies.TOO_MANY_CONNECTIONS;
  }
}
