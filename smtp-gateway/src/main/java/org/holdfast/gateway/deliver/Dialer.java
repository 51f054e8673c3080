package org.holdfast.gateway.deliver;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.holdfast.routing.HostPort;

/**
 * Connects to one member. Names are looked up anew for each connection, on a virtual thread because
 * that blocks; the connect timeout covers the lookup. Thread-safe.
 */
final class Dialer {

  private static final WriteBufferWaterMark UNDER_WAY =
      new WriteBufferWaterMark(ContentSender.PIECE, 2 * ContentSender.PIECE);

  /**
   * Silence on a connection before its peer's machine is asked whether it is there (RFC 9293
   * 3.8.4).
   */
  private static final int KEEPALIVE_SECONDS = 5;

  /** So many unanswered, and the connection counts as lost: 25 s after the machine died. */
  private static final int KEEPALIVES_UNANSWERED = 4;

  private final HostPort where;
  private final Bootstrap bootstrap;

  Dialer(HostPort where, EventLoopGroup group) {
    this.where = where;
    this.bootstrap =
        new Bootstrap()
            .channel(channelFor(group))
            .resolver(NoopAddressResolverGroup.INSTANCE)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNDER_WAY)
            // The connection's own timer covers lookup and connect together.
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0);
    if (isEpoll(group)) {
      // A machine that died says nothing: without this an attempt that only waits for its last
      // reply would hang for the whole reply timeout, though the machine is back.
      bootstrap
          .option(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
          .option(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_SECONDS)
          .option(EpollChannelOption.TCP_KEEPCNT, KEEPALIVES_UNANSWERED);
    }
  }

  private static Class<? extends Channel> channelFor(EventLoopGroup group) {
    return isEpoll(group) ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  private static boolean isEpoll(EventLoopGroup group) {
    return group instanceof IoEventLoopGroup io && io.isIoType(EpollIoHandler.class);
  }

  /** Begins to open {@code connection} on {@code loop}, and returns at once. */
  void dial(LmtpConnection connection, EventLoop loop) {
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(where.host());
    if (literal == null) {
      Thread.ofVirtual().name("lmtp-lookup").start(() -> lookUp(connection, loop));
    } else {
      loop.execute(() -> connect(connection, loop, literal));
    }
  }

  private void connect(LmtpConnection connection, EventLoop loop, byte[] literal) {
    try {
      connection.connect(on(loop), List.of(at(InetAddress.getByAddress(literal))));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 octets are an address", e);
    }
  }

  private void lookUp(LmtpConnection connection, EventLoop loop) {
    try {
      InetAddress[] found = InetAddress.getAllByName(where.host());
      List<InetSocketAddress> addresses = Arrays.stream(found).map(this::at).toList();
      loop.execute(() -> connection.connect(on(loop), addresses));
    } catch (UnknownHostException _) {
      loop.execute(() -> connection.fail(OwnWords.noAnswer("unknown host " + where.host()), false));
    }
  }

  private Bootstrap on(EventLoop loop) {
    return bootstrap.clone(loop);
  }

  private InetSocketAddress at(InetAddress address) {
    return new InetSocketAddress(address, where.port());
  }
}
