package org.holdfast.gateway.accept;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.james.protocols.api.Response;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.Replies;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's session: takes what the {@link Framer} cuts out, lets James's dispatcher answer
 * commands, gathers bodies and asks {@link Inbound}. Everything happens on the channel's event
 * loop; an answer that comes from elsewhere is brought back to it.
 */
final class Conversation extends ChannelInboundHandlerAdapter implements Framer.Receiver {

  private static final Logger log = LoggerFactory.getLogger(Conversation.class);

  /** How long after our last word the client may go on sending before the socket is closed. */
  private static final int LINGER_SECONDS = 2;

  private static final int REPLY_BUFFER = 256;

  private final Listener listener;
  private final Framer framer = new Framer(this);
  private final InetSocketAddress client;
  private final InetSocketAddress local;
  private final Channel channel;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf replies;
  private @Nullable MailSession session;
  private @Nullable Incoming mail;

  private @Nullable WireReply chunkRefusal;
  private boolean lastChunk;

  private boolean encrypted;
  private boolean waiting;
  private boolean inBody;
  private boolean stopping;
  private boolean ending;
  private boolean gone;
  private int errors;
  private int unwritten;
  private long discarded;

  Conversation(
      Listener listener, Channel channel, InetSocketAddress client, InetSocketAddress local) {
    this.listener = listener;
    this.channel = channel;
    this.client = client;
    this.local = local;
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

  @Nullable Incoming mail() {
    return mail;
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

  void beginMail(String reversePath, Map<String, String> parameters) {
    mail = new Incoming(listener.ids().next(), reversePath, parameters);
  }

  void dropMail() {
    if (mail != null) {
      mail.abandon();
      mail = null;
    }
  }

  void beginData(Incoming begun) {
    inBody = true;
    framer.startData(beginBody(begun, false));
  }

  /** A refusal is said once the octets of the chunk have been read away. */
  void beginChunk(long octets, boolean last, @Nullable WireReply refusal) {
    lastChunk = last;
    chunkRefusal = refusal;
    inBody = true;
    Incoming begun = mail;
    DataScanner scanner = DataScanner.ofChunks();
    if (refusal == null && begun != null) {
      DataScanner before = begun.scanner();
      scanner = before == null ? beginBody(begun, true) : before;
    }
    framer.startChunk(scanner, octets);
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
  public void line(byte[] line) {
    WireReply refusal = refusal(line);
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
    Incoming begun = mail;
    BodyBuilder body =
        begun == null || chunkRefusal != null
            ? null
            : begun.take(buffer, from, to, settings().maxMessageSize());
    if (body == null) {
      discard(to - from);
      return;
    }
    CompletableFuture<Void> writing = body.append(buffer, from, to);
    if (writing != null && begun != null) {
      countUnwritten(writing, begun);
    }
  }

  @Override
  public void endOfData() {
    inBody = false;
    Incoming whole = mail;
    if (whole != null) {
      endOfMessage(whole);
    }
  }

  @Override
  public void endOfChunk() {
    inBody = false;
    Incoming begun = mail;
    if (chunkRefusal != null || begun == null) {
      say(chunkRefusal == null ? ProtocolReplies.MAIL_FIRST : chunkRefusal);
      chunkRefusal = null;
    } else if (lastChunk) {
      closeLastLine(begun);
      endOfMessage(begun);
    } else {
      say(chunkReply(begun));
    }
  }

  // --- the message ---

  private DataScanner beginBody(Incoming begun, boolean chunks) {
    String name = fieldSafe(session().clientName());
    byte[] fields =
        listener
            .fields()
            .of(
                name + " (" + literal() + ")",
                with(begun),
                begun.id(),
                begun.recipients().size() == 1 ? begun.recipients().getFirst().original() : null,
                listener.clock().instant());
    return begun.begin(new BodyBuilder(listener.spool()), fields, chunks);
  }

  /** RFC 3848 and RFC 6531 section 4.3. */
  private String with(Incoming begun) {
    String plain = settings().dialect() == Dialect.LMTP ? "LMTP" : "SMTP";
    if (begun.international()) {
      plain = "UTF8" + plain;
    } else if (settings().dialect() == Dialect.SMTP && session().extended()) {
      plain = "ESMTP";
    }
    return encrypted ? plain + "S" : plain;
  }

  /** Header and body must be sent on by LMTP's DATA, which knows whole lines only. */
  private void closeLastLine(Incoming begun) {
    DataScanner scanner = begun.scanner();
    BodyBuilder body = begun.body();
    if (scanner != null && body != null && !scanner.atLineStart() && scanner.defect() == null) {
      var _ = body.append(new byte[] {'\r', '\n'}, 0, 2);
    }
  }

  private WireReply chunkReply(Incoming begun) {
    // a bare CR at the end of a chunk may still become CRLF, so only the size ends it early
    if (begun.tooLarge()) {
      dropMail();
      return ProtocolReplies.TOO_LARGE_LINE;
    }
    return WireReply.of(250, "2.0.0", "Chunk taken");
  }

  private void endOfMessage(Incoming whole) {
    discarded = 0;
    Reply refusal = whole.refusal();
    BodyBuilder body = refusal == null ? whole.takeBody() : null;
    if (body == null) {
      answer(whole, refused(whole, refusal == null ? Replies.NO_ROOM : refusal));
      return;
    }
    mail = null;
    Envelope envelope =
        new Envelope(
            whole.id(),
            whole.reversePath(),
            listener.clock().instant(),
            clientText(),
            whole.parameters());
    CompletableFuture<CountedBody> finished = body.finish().toCompletableFuture();
    if (finished.isDone()) {
      offer(whole, envelope, finished);
    } else {
      waitFor(finished, done -> offer(whole, envelope, done));
    }
  }

  private void offer(Incoming whole, Envelope envelope, CompletableFuture<CountedBody> finished) {
    if (finished.isCompletedExceptionally()) {
      log.error("{} cannot be kept: {}", whole.id(), String.valueOf(finished.exceptionNow()));
      answer(whole, refused(whole, Replies.NO_ROOM));
      return;
    }
    CountedBody body = finished.resultNow();
    CompletableFuture<Inbound.Verdict> verdict = ask(envelope, whole.recipients(), body);
    if (verdict.isDone()) {
      verdict(whole, body, verdict);
    } else {
      waitFor(verdict, done -> verdict(whole, body, done));
    }
  }

  private CompletableFuture<Inbound.Verdict> ask(
      Envelope envelope, List<Recipient> recipients, CountedBody body) {
    try {
      return inbound()
          .message(envelope, List.copyOf(recipients), body, settings().dialect().answering())
          .toCompletableFuture();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void verdict(Incoming whole, CountedBody body, CompletableFuture<Inbound.Verdict> done) {
    body.release();
    if (done.isCompletedExceptionally()) {
      log.error("{} has no verdict", whole.id(), done.exceptionNow());
      answer(whole, refused(whole, ProtocolReplies.TROUBLE));
      return;
    }
    List<Reply> replies = done.resultNow().replies();
    if (replies.size() != repliesDue(whole)) {
      log.error("{} has {} replies", whole.id(), replies.size());
      answer(whole, refused(whole, ProtocolReplies.TROUBLE));
      return;
    }
    answer(whole, replies);
  }

  private int repliesDue(Incoming whole) {
    return switch (settings().dialect().answering()) {
      case ONCE -> 1;
      case EACH -> whole.recipients().size();
    };
  }

  private List<Reply> refused(Incoming whole, Reply reply) {
    return java.util.Collections.nCopies(repliesDue(whole), reply);
  }

  private void answer(Incoming whole, List<Reply> replies) {
    dropMail();
    TransactionLog.ended(whole, clientText(), replies);
    replies.forEach(reply -> say(WireReply.of(reply)));
    if (stopping) {
      say(WireReply.last(Replies.SHUTTING_DOWN));
    }
  }

  private void discard(int octets) {
    discarded += octets;
    if (discarded > Limits.DISCARDED) {
      say(ProtocolReplies.TOO_LARGE_LAST);
    }
  }

  private void countUnwritten(CompletableFuture<Void> writing, Incoming begun) {
    int octets = Limits.UNREAD;
    unwritten += octets;
    var _ = writing.whenComplete((done, failure) -> onLoop(() -> written(octets, begun, failure)));
  }

  private void written(int octets, Incoming begun, @Nullable Throwable failure) {
    unwritten -= octets;
    if (failure != null) {
      log.error("{} cannot be kept: {}", begun.id(), failure.toString());
      begun.storeFailed();
    }
    adjustReading();
  }

  // --- answers ---

  private <T> void waitFor(CompletableFuture<T> future, Consumer<CompletableFuture<T>> then) {
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

  private void onLoop(Runnable work) {
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
    if (response instanceof WireReply reply) {
      replyBuffer().writeBytes(reply.octets());
      countError(reply.code());
    } else {
      for (CharSequence line : response.getLines()) {
        replyBuffer().writeBytes(WireReply.encode(line));
      }
      countError(Integer.parseInt(response.getRetCode()));
    }
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

  private ByteBuf replyBuffer() {
    ByteBuf buffer = replies;
    if (buffer == null) {
      buffer = channel.alloc().buffer(REPLY_BUFFER);
      replies = buffer;
    }
    return buffer;
  }

  private void end() {
    ending = true;
    framer.close();
    dropMail();
  }

  private void flush() {
    ByteBuf buffer = replies;
    ChannelHandlerContext to = context;
    replies = null;
    if (buffer != null && to != null) {
      var written = to.writeAndFlush(buffer);
      if (ending) {
        written.addListener(done -> linger());
      }
    }
  }

  /**
   * Closing a socket with unread octets in it would reset the connection and could take our last
   * reply with it; so our side is closed first and the rest is read away for a moment.
   */
  private void linger() {
    if (encrypted || !(channel instanceof DuplexChannel duplex)) {
      close();
      return;
    }
    var _ = duplex.shutdownOutput();
    channel.config().setAutoRead(true);
    var _ = channel.eventLoop().schedule(this::close, LINGER_SECONDS, TimeUnit.SECONDS);
  }

  // --- the channel ---

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
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
    dropMail();
    if (replies != null) {
      replies.release();
      replies = null;
    }
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
      if (!waiting && !inBody) {
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

  private void adjustReading() {
    if (ending || gone) {
      return;
    }
    boolean read =
        framer.unread() <= Limits.UNREAD && unwritten <= Limits.UNWRITTEN && channel.isWritable();
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
    }
  }

  // --- words ---

  private static @Nullable WireReply refusal(byte[] line) {
    boolean ascii = true;
    for (byte octet : line) {
      if ((octet >= 0 && octet < ' ') || octet == 127) {
        return ProtocolReplies.BAD_CHARACTER;
      }
      ascii &= octet >= 0;
    }
    if (!ascii && !Utf8.isWellFormed(line)) {
      return ProtocolReplies.BAD_CHARACTER;
    }
    return line.length + 2 > Limits.PLAIN_COMMAND_LINE && !mayBeLong(line)
        ? ProtocolReplies.COMMAND_TOO_LONG
        : null;
  }

  private static boolean mayBeLong(byte[] line) {
    String verb = new String(line, 0, 4, java.nio.charset.StandardCharsets.ISO_8859_1);
    return verb.equalsIgnoreCase("MAIL") || verb.equalsIgnoreCase("RCPT");
  }

  /** The name is printable ASCII already; what would break the field's syntax goes. */
  private static String fieldSafe(String name) {
    return name.replace('(', '?').replace(')', '?');
  }

  private String literal() {
    String address = address();
    return address.indexOf(':') < 0 ? "[" + address + "]" : "[IPv6:" + address + "]";
  }

  private String clientText() {
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
