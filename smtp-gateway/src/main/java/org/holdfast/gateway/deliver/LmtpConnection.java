package org.holdfast.gateway.deliver;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.holdfast.gateway.reply.Reply;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One LMTP or SMTP connection: opened, greeted, then one transaction after the other. Confined to
 * its event loop. A connection whose state is not known for sure is closed, never used again.
 */
final class LmtpConnection extends ChannelInboundHandlerAdapter {

  /** Such as {@code finishConnect(..) failed with error(-111): }. */
  private static final Pattern NATIVE_CALL =
      Pattern.compile("^\\w+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?: ");

  /** Who has it. Called on the event loop. */
  interface Owner {

    /** It can carry a transaction: after LHLO, and after each transaction. */
    void ready(LmtpConnection connection);

    /** It is closed; said exactly once. {@code greeted}: it has been ready before. */
    void lost(LmtpConnection connection, Reply why, boolean greeted);
  }

  private enum Phase {
    CONNECTING,
    GREETING,
    LHLO,
    IDLE,
    BUSY,
    RESET,
    CLOSED
  }

  private static final Logger log = LoggerFactory.getLogger(LmtpConnection.class);

  private final LmtpSettings settings;
  private final Owner owner;
  private final Watch watch;
  private final ReplyReader replies = new ReplyReader();
  private Phase phase = Phase.CONNECTING;
  private Offer offer = Offer.NOTHING;
  private boolean greeted;
  private boolean opened;
  private boolean used;
  private @Nullable Channel channel;
  private @Nullable Exchange exchange;

  LmtpConnection(EventLoop loop, LmtpSettings settings, Owner owner) {
    this.settings = settings;
    this.owner = owner;
    this.watch = new Watch(loop, this::expired);
    watch.at(watch.now() + settings.connectTimeout().toNanos());
  }

  // ---- opening

  /** Tries the addresses in turn until one answers or the connect timeout is over. */
  void connect(Bootstrap bootstrap, List<InetSocketAddress> addresses) {
    if (phase != Phase.CONNECTING) {
      return;
    }
    ChannelFuture connecting = bootstrap.clone().handler(this).connect(addresses.getFirst());
    channel = connecting.channel();
    connecting.addListener(_ -> {
      if (connecting.isSuccess()) {
        expect(Phase.GREETING);
      } else if (addresses.size() > 1) {
        connect(bootstrap, addresses.subList(1, addresses.size()));
      } else {
        fail(OwnWords.noAnswer("connect failed: " + message(connecting.cause())), false);
      }
    });
  }

  /** What an operator reads: Netty's native calls name themselves before the trouble. */
  private static String message(@Nullable Throwable cause) {
    return cause == null
        ? "cancelled"
        : NATIVE_CALL
            .matcher(Objects.toString(cause.getMessage(), cause.toString()))
            .replaceFirst("");
  }

  private void greeting(BackendReply reply) {
    if (reply.code() != 220) {
      fail(reply.toReply(), false);
      return;
    }
    expect(Phase.LHLO);
    say(settings.protocol().hello + " " + settings.hostname() + "\r\n");
  }

  private void lhlo(BackendReply reply) {
    if (reply.code() != 250) {
      fail(reply.toReply(), false);
      return;
    }
    offer = Offer.of(reply);
    greeted = true;
    idle();
  }

  /** True the first time: its opening has ended, well or not. */
  boolean markOpened() {
    boolean first = !opened;
    opened = true;
    return first;
  }

  // ---- transactions

  /** Begins a transaction; the connection is ready. */
  void begin(PendingTransaction transaction, MemberPool pool) {
    phase = Phase.BUSY;
    Exchange begun = new Exchange(this, transaction, pool);
    exchange = begun;
    progress();
    try {
      begun.begin();
    } catch (RuntimeException e) {
      log.error("transaction {} could not begin", transaction.envelope.id(), e);
      fail(OwnWords.unreadable("message can't be read: " + e), false);
    }
  }

  /** The exchange is over and the connection in a known state. */
  void finished(boolean reset) {
    exchange = null;
    used = true;
    if (reset) {
      expect(Phase.RESET);
      say("RSET\r\n");
    } else {
      idle();
    }
  }

  /** The peer did something, or took some content: the wait for its next reply begins anew. */
  void progress() {
    if (phase == Phase.CLOSED) {
      return;
    }
    long byReply = watch.now() + patience().toNanos();
    watch.at(exchange == null ? byReply : Math.min(byReply, exchange.deadline()));
  }

  /** A greeting takes a healthy server no work: one that owes it is as good as not there. */
  private Duration patience() {
    Duration reply = settings.replyTimeout();
    Duration connect = settings.connectTimeout();
    return phase == Phase.GREETING && connect.compareTo(reply) < 0 ? connect : reply;
  }

  /** Whether it carried a transaction before: then the peer may have closed it meanwhile. */
  boolean reused() {
    return used;
  }

  Offer offer() {
    return offer;
  }

  LmtpSettings settings() {
    return settings;
  }

  long now() {
    return watch.now();
  }

  Channel channel() {
    return Objects.requireNonNull(channel);
  }

  void say(String line) {
    send(ByteBufUtil.writeAscii(channel().alloc(), line));
  }

  void send(ByteBuf octets) {
    var _ = channel().writeAndFlush(octets, channel().voidPromise());
  }

  private void idle() {
    phase = Phase.IDLE;
    watch.at(watch.now() + settings.idleTime().toNanos());
    owner.ready(this);
  }

  private void expect(Phase next) {
    phase = next;
    progress();
  }

  // ---- closing

  /** Says QUIT and closes, without waiting for the answer. Only while idle. */
  void quit() {
    if (phase == Phase.IDLE) {
      ByteBuf quit = ByteBufUtil.writeAscii(channel().alloc(), "QUIT\r\n");
      Channel open = channel();
      closed(OwnWords.connection("idle connection closed"), false);
      open.writeAndFlush(quit).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /**
   * Closes, and when that is done tells the exchange, then the owner. {@code mayRetry}: the
   * connection turned out dead, so a transaction of which nothing was heard may begin anew on
   * another one.
   *
   * <p>A transaction under way is {@linkplain Cut cut}: a permit is given back only when no octet
   * of its message can leave this machine any more.
   */
  void fail(Reply why, boolean mayRetry) {
    if (phase == Phase.CLOSED) {
      return;
    }
    phase = Phase.CLOSED;
    watch.stop();
    Channel open = channel;
    if (open != null && exchange != null) {
      Cut.cut(open, () -> closed(why, mayRetry));
    } else {
      if (open != null) {
        var _ = open.close();
      }
      closed(why, mayRetry);
    }
  }

  /**
   * Like {@link #fail}, but what was written before still goes out: nothing of a message, because
   * its content was never begun.
   */
  void failAfter(String lastWords, Reply why) {
    Channel open = channel();
    ByteBuf words = ByteBufUtil.writeAscii(open.alloc(), lastWords);
    open.writeAndFlush(words).addListener(ChannelFutureListener.CLOSE);
    closed(why, false);
  }

  private void closed(Reply why, boolean mayRetry) {
    phase = Phase.CLOSED;
    watch.stop();
    Exchange broken = exchange;
    exchange = null;
    if (broken != null) {
      broken.lost(why, mayRetry);
    }
    owner.lost(this, why, greeted);
  }

  private void expired() {
    switch (phase) {
      case CONNECTING -> fail(OwnWords.noAnswer("connect timed out"), false);
      case GREETING -> fail(OwnWords.noAnswer("no greeting in time"), false);
      case IDLE -> quit();
      default -> fail(OwnWords.noAnswer("no reply in time"), false);
    }
  }

  // ---- events of the channel

  /** It serves one channel after the other while it tries the addresses of a name. */
  @Override
  public boolean isSharable() {
    return true;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      BackendReply reply = null;
      while (phase != Phase.CLOSED && (reply = replies.next(in)) != null) {
        heard(reply, in.isReadable());
      }
    } catch (GarbageException e) {
      fail(OwnWords.connection("garbage from the backend: " + e.getMessage()), false);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /**
   * What comes together with the answer to our last command answers nothing that we have said, and
   * whoever counts it as the next answer is one off from then on: at worst a message counts as
   * delivered that the backend has not seen.
   *
   * @param more octets came behind it
   */
  private void heard(BackendReply reply, boolean more) throws GarbageException {
    if (more && phase != Phase.BUSY && reply.positive()) {
      throw new GarbageException("more than one reply to one command");
    }
    switch (phase) {
      case GREETING -> greeting(reply);
      case LHLO -> lhlo(reply);
      case RESET -> reset(reply);
      case BUSY -> {
        progress();
        Objects.requireNonNull(exchange).heard(reply, more);
      }
      // A farewell of a server that saw us idle for too long, or a reply too many: of no use either
      // way.
      default -> fail(reply.toReply(), false);
    }
  }

  private void reset(BackendReply reply) {
    if (reply.positive()) {
      idle();
    } else {
      fail(reply.toReply(), false);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (phase == Phase.BUSY && exchange != null && context.channel().isWritable()) {
      progress();
      exchange.writable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(OwnWords.connection("connection lost"), true);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(OwnWords.connection("connection lost: " + message(cause)), true);
  }
}
