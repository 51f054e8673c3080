package org.holdfast.gateway.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The PROXY protocol, versions 1 and 2 (HAProxy's {@code proxy-protocol.txt}): from a listed proxy
 * a header must come before anything is said; from everybody else it is a bad command like any
 * other. Thread-safe.
 */
final class ProxyDoor {

  private static final Pattern LEADING_ZERO = Pattern.compile("(^|\\.)0[0-9]");

  private final AllowList proxies;
  private final boolean open;
  private final int most;
  private final RejectLog rejects;
  private final Set<Channel> waiting = ConcurrentHashMap.newKeySet();

  /**
   * A door for these proxies.
   *
   * @param most connections whose header has not come yet
   */
  ProxyDoor(List<String> proxies, int most, RejectLog rejects) {
    this.proxies = new AllowList(proxies);
    this.open = !proxies.isEmpty();
    this.most = most;
    this.rejects = rejects;
  }

  /** Whether this is a proxy, which says for whom it speaks. */
  boolean isProxy(InetAddress client) {
    return open && proxies.allows(client);
  }

  /**
   * Waits for the header, a bounded time.
   *
   * @param letIn adds the conversation behind the handlers that are there
   */
  void await(
      Channel channel, InetSocketAddress proxy, InetSocketAddress local, Consumer<Peer> letIn) {
    if (waiting.size() >= most) {
      rejects.connection(proxy.getAddress(), "too many PROXY headers are being waited for");
      var _ = channel.close();
      return;
    }
    channel
        .pipeline()
        .addLast(
            new HAProxyMessageDecoder(Limits.PROXY_TLVS, true), new Header(proxy, local, letIn));
  }

  /** Closes what still waits. */
  void close() {
    for (Channel channel : waiting) {
      var _ = channel.close();
    }
  }

  /** Connections whose header has not come yet. */
  int waiting() {
    return waiting.size();
  }

  private final class Header extends ChannelInboundHandlerAdapter {

    private final InetSocketAddress proxy;
    private final InetSocketAddress local;
    private final Consumer<Peer> letIn;
    private @Nullable Future<?> timeout;

    Header(InetSocketAddress proxy, InetSocketAddress local, Consumer<Peer> letIn) {
      this.letIn = letIn;
      this.proxy = proxy;
      this.local = local;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      waiting.add(ctx.channel());
      timeout =
          ctx.executor()
              .schedule(
                  () -> refuse(ctx, "no header in time"),
                  Limits.PROXY_HEADER_SECONDS,
                  TimeUnit.SECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      waiting.remove(ctx.channel());
      if (timeout != null) {
        timeout.cancel(false);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      try {
        if (message instanceof HAProxyMessage header) {
          told(ctx, header);
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    private void told(ChannelHandlerContext ctx, HAProxyMessage header) {
      if (isAmbiguous(header)) {
        refuse(ctx, "an address with leading zeros");
        return;
      }
      Peer peer = peer(header);
      if (peer == null) {
        refuse(ctx, "a header for " + header.proxiedProtocol());
        return;
      }
      letIn.accept(peer);
      ctx.fireChannelActive(); // to those who were just added
      ctx.pipeline().remove(this); // what came behind the header follows
    }

    /** Some read 010.0.0.1 as 8.0.0.1; the text of PROXY forbids it. In version 2 it cannot be. */
    private static boolean isAmbiguous(HAProxyMessage header) {
      return header.proxiedProtocol() == HAProxyProxiedProtocol.TCP4
          && (LEADING_ZERO.matcher(header.sourceAddress()).find()
              || LEADING_ZERO.matcher(header.destinationAddress()).find());
    }

    /** A health check (LOCAL) and what has no address speak for the proxy itself. */
    private @Nullable Peer peer(HAProxyMessage header) {
      if (header.command() == HAProxyCommand.LOCAL) {
        return new Peer(proxy, local);
      }
      return switch (header.proxiedProtocol()) {
        case TCP4, TCP6 ->
            new Peer(
                address(header.sourceAddress(), header.sourcePort()),
                address(header.destinationAddress(), header.destinationPort()));
        case UNKNOWN, UNIX_STREAM, UNIX_DGRAM -> new Peer(proxy, local);
        case UDP4, UDP6 -> null;
      };
    }

    /** The decoder has made sure that it is an address literal. */
    private InetSocketAddress address(String literal, int port) {
      return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      refuse(
          ctx, cause instanceof HAProxyProtocolException ? "a bad header" : String.valueOf(cause));
    }

    private void refuse(ChannelHandlerContext ctx, String why) {
      if (waiting.remove(ctx.channel())) {
        rejects.connection(proxy.getAddress(), "PROXY: " + why);
      }
      var _ = ctx.close();
    }
  }
}
