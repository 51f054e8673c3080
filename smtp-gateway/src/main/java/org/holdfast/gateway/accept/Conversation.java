package org.holdfast.gateway.accept;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import org.apache.james.protocols.api.Response;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.Replies;
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
  private final Peer peer;
  private final Channel channel;
  private final ReplyOutput output;
  private final MessageIn messages;
  private final Login login;
  private final Conduct conduct;
  private final Guard guard;
  private final Patience patience;
  private final SessionTls tls;
  private @Nullable MailSession session;

  private boolean bannerSaid;
  private boolean waiting;
  private boolean keptBack;
  private boolean inputOver;
  private boolean stopping;
  private boolean ending;
  private boolean gone;

  Conversation(Listener listener, Channel channel, Peer peer) {
    this.listener = listener;
    this.channel = channel;
    this.peer = peer;
    this.output = new ReplyOutput(channel);
    this.messages = new MessageIn(this, listener, framer);
    this.login = new Login(this, listener, framer);
    this.tls = new SessionTls(listener, channel);
    this.guard = new Guard(listener, peer);
    this.conduct = new Conduct(settings().maxRecipients());
    this.patience =
        new Patience(
            channel.eventLoop(),
            settings().commandTimeout(),
            settings().rates().minData(),
            listener.connections()::crowded,
            this::late);
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

  /** Who the client has shown to be. */
  Login login() {
    return login;
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

  /** Who is at the other end. */
  Peer peer() {
    return peer;
  }

  /** What all conversations of this door share. */
  Listener listener() {
    return listener;
  }

  /** From now on the client is somebody else, and the session is where it was after the banner. */
  WireReply beginAnew() {
    session().forgetGreeting();
    return listener.greeting();
  }

  /** The protocol as it stands in {@code Received:} and in log lines. */
  String protocol() {
    Incoming mail = messages.mail();
    return ProtocolName.of(
        settings().dialect(),
        session().extended(),
        mail != null && mail.international(),
        tls.encrypted(),
        peer.login() != null);
  }

  /** How the connection is encrypted. */
  SessionTls tls() {
    return tls;
  }

  /** What the client did wrong so far. */
  Conduct conduct() {
    return conduct;
  }

  /** Holds the client to what it shares with others. */
  Guard guard() {
    return guard;
  }

  void startTls() {
    framer.forget();
    say(ProtocolReplies.READY_FOR_TLS);
    flush();
    session().forgetGreeting();
    login.forget();
    encrypt();
  }

  /** Whatever comes from now on is TLS. */
  void encrypt() {
    tls.begin(this);
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
    patience.forCommand(messages.mail() == null);
    Response response = login.isUnderWay() ? login.answer(line) : obey(CommandLine.trimmed(line));
    if (response != null) {
      say(response);
    }
    if (messages.inBody()) {
      patience.forData();
    }
  }

  private @Nullable Response obey(byte[] line) {
    WireReply refusal = CommandLine.refusal(line);
    if (refusal != null) {
      return refusal;
    }
    if (!CommandLine.leadsOn(line)) {
      conduct.junk();
    }
    return listener.commands().onLine(session(), line);
  }

  @Override
  public void badLine(WireReply refusal) {
    say(login.isUnderWay() ? login.badAnswer(refusal) : refusal);
  }

  @Override
  public void octets(byte[] buffer, int from, int to) {
    messages.octets(buffer, from, to);
  }

  @Override
  public void endOfData() {
    patience.forCommand(false);
    messages.endOfData();
  }

  @Override
  public void endOfChunk() {
    patience.forCommand(false);
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
              patience.forCommand(messages.mail() == null);
              then.accept(future);
              goOn();
            }));
  }

  /** Looks at what has come meanwhile, if nothing stands against it. */
  private void goOn() {
    if (!waiting && !keptBack && channel.isWritable()) {
      framer.resume();
    }
    if (stopping && !waiting && !messages.inBody()) {
      say(WireReply.last(Replies.SHUTTING_DOWN));
    }
    flush();
    adjustReading();
    endIfHeard();
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
      log.error("no answer for {}", peer.text(), future.exceptionNow());
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
    if (response.isEndSession()) {
      end();
      return;
    }
    judge(
        response instanceof WireReply reply
            ? reply.code()
            : Integer.parseInt(response.getRetCode()));
    if (output.gathered() > Limits.REPLIES && !ending) {
      flush();
      if (!channel.isWritable()) {
        framer.pause();
      }
    }
  }

  private void judge(int code) {
    if ((code >= 500 && code <= 504) || code == 555) {
      conduct.error();
    }
    Limit reached = conduct.reached();
    if (reached != null) {
      guard.hit(reached);
      output.add(reached.reply());
      end();
    }
    keepBack(conduct.takeDelay());
  }

  /** Nothing more is said or looked at for so long; no thread waits. */
  private void keepBack(int millis) {
    if (millis > 0 && !keptBack && !ending) {
      keptBack = true;
      framer.pause();
      var _ =
          channel
              .eventLoop()
              .schedule(
                  () -> {
                    keptBack = false;
                    flush();
                    goOn();
                  },
                  millis,
                  TimeUnit.MILLISECONDS);
    }
  }

  private void late(Limit limit) {
    guard.hit(limit);
    if (limit == Limit.REPLY_TIME) {
      close();
    } else {
      say(limit.reply());
      flush();
    }
  }

  private void end() {
    ending = true;
    patience.end();
    framer.close();
    messages.drop();
  }

  private void flush() {
    if (ending || !keptBack) {
      output.flush(ending);
    }
  }

  // --- the channel ---

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    output.writesTo(ctx);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (!tls.shakingHands()) {
      greet();
    }
  }

  private void greet() {
    bannerSaid = true;
    say(listener.greeting());
    flush();
    patience.start();
  }

  /** Says why the client is not served, and ends. */
  void turnAway(WireReply reply) {
    say(reply);
    flush();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf octets = (ByteBuf) message;
    patience.came(octets.readableBytes());
    framer.read(octets);
    adjustReading();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      goOn();
    } else {
      adjustReading();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    gone = true;
    patience.end();
    framer.close();
    messages.drop();
    output.release();
    listener.ended(this);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      handshake(handshake);
    } else if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputOver = true;
      if (ending) {
        output.end(); // it has heard our last words, or never will
      }
      endIfHeard();
    }
  }

  /**
   * The client says nothing more, and may still listen: Exim closes its side behind a QUIT that it
   * sends together with the message. It must hear the answer, or the message would come again.
   */
  private void endIfHeard() {
    // what it said may still wait here for its own reading of our replies
    if (inputOver && !waiting && !keptBack && !ending && channel.isWritable()) {
      if (messages.mail() != null) {
        String where = messages.inBody() ? "inside a message" : "before its message";
        listener.rejects().lost(peer, "the client closed the connection " + where);
      }
      end();
      output.end();
    }
  }

  private void handshake(SslHandshakeCompletionEvent handshake) {
    SSLSession session = tls.completed(handshake);
    if (session == null) {
      return; // exceptionCaught says why
    }
    listener.tls().verifiedClient(session).ifPresent(login::byCertificate);
    if (!bannerSaid) {
      greet(); // TLS from the first octet on
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Breakage.log(listener.rejects(), peer, cause);
    close();
  }

  /** Who must log in has had time for it; on the event loop. */
  void loginDue() {
    if (!login.isMissing() || gone) {
      return;
    }
    if (tls.shakingHands()) {
      close();
    } else {
      say(ProtocolReplies.LOGIN_LATE);
      flush();
    }
  }

  /** Says goodbye now if nothing is in flight, else after its answer. Any thread. */
  void stop() {
    onLoop(() -> {
      stopping = true;
      if (tls.shakingHands()) {
        close(); // nothing can be said that would be understood
      } else if (!waiting && !messages.inBody()) {
        say(WireReply.last(Replies.SHUTTING_DOWN));
        flush();
      }
    });
  }

  /** Names the connection in James's debug log. */
  String id() {
    return channel.id().asShortText();
  }

  /**
   * Ends it whatever is open: where that can be understood the client hears 421, and comes again.
   */
  void cut() {
    onLoop(() -> {
      if (tls.shakingHands()) {
        close();
      } else {
        say(WireReply.last(Replies.SHUTTING_DOWN));
        flush();
      }
    });
  }

  void close() {
    var _ = channel.close();
  }

  /** Stops or resumes reading from the socket, by what waits here. */
  void adjustReading() {
    if (ending || gone) {
      return;
    }
    boolean read = framer.unread() <= Limits.UNREAD && !messages.mustWait() && channel.isWritable();
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
    }
    if (!channel.isWritable()) {
      patience.forRepliesTaken();
    } else if (waiting || keptBack || !read) {
      patience.interrupt();
    } else {
      patience.goOn();
    }
  }
}
