package org.holdfast.gateway.accept;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.james.protocols.api.Response;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.Replies;
import org.holdfast.gateway.reply.Reply;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's session: takes what the {@link Framer} cuts out, lets James's dispatcher answer
 * commands, and {@link MessageIn} gather messages. Everything happens on the channel's event loop;
 * an answer that comes from elsewhere is brought back to it.
 */
final class Conversation extends ChannelInboundHandlerAdapter implements Framer.Receiver {

  private static final Logger log = LoggerFactory.getLogger(Conversation.class);

  private final Listener listener;
  private final Framer framer = new Framer(this);
  private final InetSocketAddress client;
  private final InetSocketAddress local;
  private final Channel channel;
  private final ReplyOutput output;
  private final MessageIn messages;
  private @Nullable MailSession session;

  private boolean encrypted;
  private boolean waiting;
  private boolean stopping;
  private boolean ending;
  private boolean gone;
  private int errors;

  Conversation(
      Listener listener, Channel channel, InetSocketAddress client, InetSocketAddress local) {
    this.listener = listener;
    this.channel = channel;
    this.client = client;
    this.local = local;
    this.output = new ReplyOutput(channel);
    this.messages = new MessageIn(this, listener, framer);
  }

  // --- what the command handlers ask ---

  MailSession session() {
    MailSession open = session;
    if (open == null) {
      open = new MailSession(this, listener.configuration());
      session = open;
    }
    return open;
  }

  /** The messages that come in. */
  MessageIn messages() {
    return messages;
  }

  /** We say 421 as soon as nothing is in flight. */
  boolean stopping() {
    return stopping;
  }

  ListenerSettings settings() {
    return listener.settings();
  }

  Inbound inbound() {
    return listener.inbound();
  }

  InetSocketAddress client() {
    return client;
  }

  InetSocketAddress local() {
    return local;
  }

  boolean encrypted() {
    return encrypted;
  }

  void startTls() {
    framer.forget();
    say(ProtocolReplies.READY_FOR_TLS);
    flush();
    session().forgetGreeting();
    encrypted = true;
    SslHandler handler = listener.newTls(channel.alloc());
    channel.pipeline().addFirst(handler);
  }

  /** The answer if it is there already; else null, and it is said when it comes. */
  <T> @Nullable Response await(CompletionStage<T> stage, Function<T, WireReply> answer) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    if (future.isDone()) {
      return answerOf(future, answer);
    }
    waitFor(future, done -> say(answerOf(done, answer)));
    return null;
  }

  // --- what the framer cuts out ---

  @Override
  public void line(byte[] untrimmed) {
    byte[] line = CommandLine.trimmed(untrimmed);
    WireReply refusal = CommandLine.refusal(line);
    if (refusal != null) {
      say(refusal);
      return;
    }
    Response response = listener.commands().onLine(session(), line);
    if (response != null) {
      say(response);
    }
  }

  @Override
  public void badLine(WireReply refusal) {
    say(refusal);
  }

  @Override
  public void octets(byte[] buffer, int from, int to) {
    messages.octets(buffer, from, to);
  }

  @Override
  public void endOfData() {
    messages.endOfData();
  }

  @Override
  public void endOfChunk() {
    messages.endOfChunk();
  }

  // --- answers ---

  /** Reads on only when the stage has ended and {@code then} has run, on the event loop. */
  <T> void waitFor(CompletableFuture<T> future, Consumer<CompletableFuture<T>> then) {
    waiting = true;
    framer.pause();
    var _ =
        future.whenComplete((done, failure) ->
            onLoop(() -> {
              waiting = false;
              then.accept(future);
              if (!waiting) {
                framer.resume();
              }
              flush();
              adjustReading();
            }));
  }

  /** Any thread. */
  void onLoop(Runnable work) {
    try {
      channel.eventLoop().execute(work);
    } catch (java.util.concurrent.RejectedExecutionException e) {
      log.debug("event loop is gone", e);
    }
  }

  private <T> WireReply answerOf(CompletableFuture<T> future, Function<T, WireReply> answer) {
    if (future.isCompletedExceptionally()) {
      log.error("no answer for {}", clientText(), future.exceptionNow());
      return WireReply.of(ProtocolReplies.TROUBLE);
    }
    return answer.apply(future.resultNow());
  }

  /** Appends the reply to those that go out at the next flush. */
  void say(Response response) {
    if (gone || ending) {
      return;
    }
    output.add(response);
    countError(
        response instanceof WireReply reply
            ? reply.code()
            : Integer.parseInt(response.getRetCode()));
    if (response.isEndSession()) {
      end();
    }
  }

  private void countError(int code) {
    if ((code >= 500 && code <= 504) || code == 555) {
      errors++;
      if (errors > Limits.ERRORS) {
        say(ProtocolReplies.TOO_MANY_ERRORS);
      }
    }
  }

  private void end() {
    ending = true;
    framer.close();
    messages.drop();
  }

  private void flush() {
    output.flush(ending);
  }

  // --- the channel ---

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    output.writesTo(ctx);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    say(WireReply.of(new Reply(220, "", settings().hostname() + banner())));
    flush();
  }

  /** Says why the client is not served, and ends. */
  void turnAway(WireReply reply) {
    say(reply);
    flush();
  }

  private String banner() {
    return settings().dialect() == Dialect.LMTP ? " LMTP Holdfast" : " ESMTP Holdfast";
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    framer.read((ByteBuf) message);
    adjustReading();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    adjustReading();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    gone = true;
    framer.close();
    messages.drop();
    output.release();
    listener.ended(this);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent && !waiting && channel.config().isAutoRead()) {
      say(ProtocolReplies.SILENT);
      flush();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof java.io.IOException
        || cause.getCause() instanceof javax.net.ssl.SSLException) {
      log.info("connection of {} broke: {}", clientText(), cause.toString());
    } else {
      log.error("conversation with {} failed", clientText(), cause);
    }
    close();
  }

  /** Says goodbye now if nothing is in flight, else after its answer. Any thread. */
  void stop() {
    onLoop(() -> {
      stopping = true;
      if (!waiting && !messages.inBody()) {
        say(WireReply.last(Replies.SHUTTING_DOWN));
        flush();
      }
    });
  }

  /** Names the connection in James's debug log. */
  String id() {
    return channel.id().asShortText();
  }

  void close() {
    var _ = channel.close();
  }

  /** Stops or resumes reading from the socket, by what waits here. */
  void adjustReading() {
    if (ending || gone) {
      return;
    }
    boolean read =
        framer.unread() <= Limits.UNREAD
            && messages.unwritten() <= Limits.UNWRITTEN
            && channel.isWritable();
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
    }
  }

  // --- words ---

  /** The client as an address literal (RFC 5321 section 4.1.3). */
  String literal() {
    String address = address();
    return address.indexOf(':') < 0 ? "[" + address + "]" : "[IPv6:" + address + "]";
  }

  /** The client as people read it: the name it gave and its address. */
  String clientText() {
    MailSession open = session;
    return (open == null ? "unknown" : open.clientName()) + " [" + address() + "]";
  }

  /** Without the zone of a link-local address (RFC 4007), which means nothing elsewhere. */
  private String address() {
    String address = client.getAddress().getHostAddress();
    int zone = address.indexOf('%');
    return zone < 0 ? address : address.substring(0, zone);
  }
}
