package org.holdfast.gateway.accept;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.Replies;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of one conversation as they come in: gathers the octets that the {@link Framer} cuts
 * out of DATA and BDAT, offers each complete message to {@link Inbound}, and says the verdict.
 * Belongs to the conversation's event loop.
 */
final class MessageIn {

  private static final Logger log = LoggerFactory.getLogger(MessageIn.class);

  private final Conversation conversation;
  private final Listener listener;
  private final Framer framer;
  private @Nullable Incoming mail;

  private @Nullable WireReply chunkRefusal;
  private boolean lastChunk;
  private boolean inBody;
  private boolean wakes;
  private long discarded;

  MessageIn(Conversation conversation, Listener listener, Framer framer) {
    this.conversation = conversation;
    this.listener = listener;
    this.framer = framer;
  }

  /** The transaction that is open; null before MAIL. */
  @Nullable Incoming mail() {
    return mail;
  }

  /** Octets are coming in that are no commands. */
  boolean inBody() {
    return inBody;
  }

  /** The disk is behind: nothing more should be read until it says that it has written. */
  boolean mustWait() {
    Incoming begun = mail;
    BodyBuilder body = begun == null ? null : begun.body();
    if (body == null || !body.mustWait()) {
      return false;
    }
    if (!wakes && listener.spool().writes().full()) {
      wakes = true;
      listener.spool().writes().whenRoom(() -> conversation.onLoop(this::wake));
    }
    return true;
  }

  private void wake() {
    wakes = false;
    conversation.adjustReading();
  }

  /**
   * @param declared octets, by SIZE; 0: not said
   */
  void begin(String reversePath, Map<String, String> parameters, long declared) {
    String id = listener.ids().next();
    mail = new Incoming(id, reversePath, parameters, declared, listener.clock().millis());
  }

  /** May the transaction have one more recipient, given in so many octets? Then it is counted. */
  boolean roomForRecipient(Incoming begun, int octets) {
    int taken = Limits.RECIPIENT + 2 * octets;
    if (!listener.envelopes().take(taken, begun.envelope() + taken)) {
      return false;
    }
    begun.envelope(begun.envelope() + taken);
    return true;
  }

  private void forgetEnvelope(Incoming over) {
    listener.envelopes().giveBack(over.envelope());
    over.envelope(0);
  }

  void drop() {
    if (mail != null) {
      forgetEnvelope(mail);
      mail.abandon();
      mail = null;
    }
    conversation.peer().forwarded(Map.of());
  }

  /**
   * @throws Refusal there is no room; what follows is a command
   */
  void beginData(Incoming begun) throws Refusal {
    DataScanner scanner = beginBody(begun, false);
    inBody = true;
    framer.startData(scanner);
  }

  /** A refusal is said once the octets of the chunk have been read away. */
  void beginChunk(long octets, boolean last, @Nullable WireReply refusal) {
    lastChunk = last;
    chunkRefusal = refusal;
    inBody = true;
    Incoming begun = mail;
    DataScanner scanner = DataScanner.ofChunks();
    if (refusal == null && begun != null) {
      scanner = scannerOfChunks(begun);
    }
    framer.startChunk(scanner, octets);
  }

  /** When there is no room the transaction ends, or a later chunk would become half a message. */
  private DataScanner scannerOfChunks(Incoming begun) {
    DataScanner before = begun.scanner();
    if (before != null) {
      return before;
    }
    try {
      return beginBody(begun, true);
    } catch (Refusal noRoom) {
      drop();
      chunkRefusal = noRoom.reply();
      return DataScanner.ofChunks();
    }
  }

  void octets(byte[] buffer, int from, int to) {
    Incoming begun = mail;
    BodyBuilder body =
        begun == null || chunkRefusal != null
            ? null
            : begun.take(buffer, from, to, listener.settings().maxMessageSize());
    if (body == null || begun == null) {
      discard(to - from);
      return;
    }
    append(begun, body, buffer, from, to);
  }

  private void append(Incoming begun, BodyBuilder body, byte[] buffer, int from, int to) {
    Limit limit = body.append(buffer, from, to);
    if (limit != null) {
      conversation.guard().hit(limit);
      begun.storeFailed();
    }
  }

  void endOfData() {
    inBody = false;
    Incoming whole = mail;
    if (whole != null) {
      endOfMessage(whole);
    }
  }

  void endOfChunk() {
    inBody = false;
    Incoming begun = mail;
    if (chunkRefusal != null || begun == null) {
      conversation.say(chunkRefusal == null ? ProtocolReplies.MAIL_FIRST : chunkRefusal);
      chunkRefusal = null;
    } else if (lastChunk) {
      closeLastLine(begun);
      endOfMessage(begun);
    } else {
      conversation.say(chunkReply(begun));
    }
  }

  private DataScanner beginBody(Incoming begun, boolean chunks) throws Refusal {
    Peer peer = conversation.peer();
    BodyBuilder body =
        new BodyBuilder(
            listener.spool(),
            peer.address(),
            failure -> conversation.onLoop(() -> written(begun, failure)));
    conversation.guard().mustReserve(body, begun.declared());
    String protocol = conversation.protocol();
    byte[] fields =
        listener
            .fields()
            .of(
                from(peer),
                conversation.tls().encryption(),
                protocol,
                begun.id(),
                begun.recipients().size() == 1 ? begun.recipients().getFirst().original() : null,
                listener.clock().instant());
    return begun.begin(body, fields, protocol, chunks);
  }

  /** What is made of lines is sent on by DATA, which knows whole ones only. */
  private void closeLastLine(Incoming begun) {
    if (begun.binary()) {
      return;
    }
    DataScanner scanner = begun.scanner();
    BodyBuilder body = begun.body();
    if (scanner != null && body != null && !scanner.atLineStart() && scanner.defect() == null) {
      append(begun, body, new byte[] {'\r', '\n'}, 0, 2);
    }
  }

  private WireReply chunkReply(Incoming begun) {
    // a bare CR at the end of a chunk may still become CRLF, so only the size ends it early
    if (begun.tooLarge()) {
      drop();
      return ProtocolReplies.TOO_LARGE_LINE;
    }
    return WireReply.of(250, "2.0.0", "Chunk taken");
  }

  private void endOfMessage(Incoming whole) {
    discarded = 0;
    if (whole.tooLarge()) {
      conversation.guard().hit(Limit.MESSAGE_SIZE);
    }
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
            conversation.peer().text(),
            whole.parameters());
    CompletableFuture<CountedBody> finished = body.finish().toCompletableFuture();
    if (finished.isDone()) {
      offer(whole, envelope, finished);
    } else {
      conversation.waitFor(finished, done -> offer(whole, envelope, done));
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
      conversation.waitFor(verdict, done -> verdict(whole, body, done));
    }
  }

  private CompletableFuture<Inbound.Verdict> ask(
      Envelope envelope, List<Recipient> recipients, CountedBody body) {
    try {
      return listener
          .inbound()
          .message(
              envelope, List.copyOf(recipients), body, listener.settings().dialect().answering())
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
    return switch (listener.settings().dialect().answering()) {
      case ONCE -> 1;
      case EACH -> whole.recipients().size();
    };
  }

  private List<Reply> refused(Incoming whole, Reply reply) {
    return Collections.nCopies(repliesDue(whole), reply);
  }

  private void answer(Incoming whole, List<Reply> replies) {
    TransactionLog.ended(
        whole,
        conversation.peer(),
        whole.protocol(),
        conversation.tls().encryption(),
        listener.clock().millis() - whole.began(),
        replies);
    drop();
    forgetEnvelope(whole);
    if (replies.stream().anyMatch(reply -> reply.code() == 250)) {
      conversation.conduct().progress();
    } else {
      conversation.conduct().junk();
    }
    for (int i = 0; i < replies.size(); i++) {
      boolean last = whole.endsSession() && i == replies.size() - 1;
      conversation.say(last ? WireReply.last(replies.get(i)) : WireReply.of(replies.get(i)));
    }
    if (conversation.stopping()) {
      conversation.say(WireReply.last(Replies.SHUTTING_DOWN));
    }
  }

  private void discard(int octets) {
    discarded += octets;
    if (discarded > Limits.DISCARDED) {
      conversation.say(ProtocolReplies.TOO_LARGE_LAST);
    }
  }

  private void written(Incoming begun, @Nullable Throwable failure) {
    if (failure != null) {
      if (begun.body() != null) {
        log.error("{} cannot be kept: {}", begun.id(), failure.toString());
      }
      begun.storeFailed();
    }
    conversation.adjustReading();
  }

  /**
   * {@code helo (reverse-name [address])}. The names are printable ASCII without what would break
   * the field's syntax: whoever took them made sure.
   */
  private static String from(Peer peer) {
    String name = peer.reverseName();
    return peer.helo() + " (" + (name == null ? "" : name + " ") + peer.literal() + ")";
  }
}
