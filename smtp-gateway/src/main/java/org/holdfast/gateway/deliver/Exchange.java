package org.holdfast.gateway.deliver;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on one connection (RFC 2033): MAIL, every RCPT and DATA, in one write where the
 * backend offers PIPELINING (RFC 2920), then the content, then one reply for each recipient
 * accepted. A binary message goes by BDAT instead (RFC 3030), which is said once it is known that
 * somebody is accepted. Confined to the connection's event loop.
 */
final class Exchange {

  private enum Stage {
    /** Nothing has been said: the content is being looked at. */
    LOOKING,
    TRACE,
    MAIL,
    RCPT,
    DATA,
    CONTENT,
    FINAL
  }

  private static final int LINE_GUESS = 96;

  private final LmtpConnection connection;
  private final PendingTransaction transaction;
  private final MemberPool pool;
  private final boolean pipelined;
  private final int[] asked;
  private int askedCount;
  private final int[] accepted;
  private int acceptedCount;
  private Stage stage = Stage.MAIL;
  private boolean utf8Address;
  private Fit.@Nullable Fits fit;
  private boolean over;
  private boolean heardAnything;
  private boolean mailRefused;
  private boolean dotSent;
  private int cursor;
  private long begun;
  private @Nullable ContentSender sender;

  Exchange(LmtpConnection connection, PendingTransaction transaction, MemberPool pool) {
    this.connection = connection;
    this.transaction = transaction;
    this.pool = pool;
    this.pipelined = connection.offer().pipelining();
    this.asked = new int[transaction.recipients.size()];
    this.accepted = new int[transaction.recipients.size()];
  }

  long deadline() {
    return transaction.deadline;
  }

  void begin() {
    begun = connection.now();
    answerWhatCannotBeSaid();
    if (askedCount == 0) {
      finish(false);
      return;
    }
    Fit.Question question =
        new Fit.Question(
            transaction.envelope,
            transaction.content,
            connection.offer(),
            utf8Address,
            connection.settings().eightBitAnyway());
    if (question.mustLook()) {
      stage = Stage.LOOKING;
      Thread.ofVirtual().name("lmtp-look").start(() -> look(question));
    } else {
      begin(question.asDeclared());
    }
  }

  /** Reading may block, so it is done on a thread of its own. */
  private void look(Fit.Question question) {
    Fit found;
    try {
      found = question.looked();
    } catch (IOException | RuntimeException e) {
      Reply why = OwnWords.unreadable("message can't be read: " + e);
      found = new Fit.Refused(new Answer.OurTrouble(false, why));
    }
    Fit fitting = found;
    try {
      connection.channel().eventLoop().execute(() -> looked(fitting));
    } catch (RejectedExecutionException _) {
      // The event loop has ended and has closed the connection: nobody is left to tell.
    }
  }

  private void looked(Fit found) {
    if (over) {
      return;
    }
    connection.progress();
    stage = Stage.MAIL;
    switch (found) {
      case Fit.Fits fits -> begin(fits);
      case Fit.Refused(Answer answer) -> {
        transaction.answerOpen(answer);
        finish(false);
      }
    }
  }

  private void begin(Fit.Fits fits) {
    fit = fits;
    ByteBuf out = connection.channel().alloc().buffer(LINE_GUESS * (askedCount + 3));
    boolean traced = Commands.trace(out, transaction.envelope.id(), connection.offer());
    if (traced) {
      stage = Stage.TRACE;
    }
    if (pipelined || !traced) {
      mail(out);
    }
    if (pipelined) {
      for (int i = 0; i < askedCount; i++) {
        Commands.rcpt(out, recipient(i), transaction.origin, connection.offer());
      }
      if (!fits.oneChunk()) {
        Commands.data(out);
      }
    }
    connection.send(out);
  }

  private Fit.Fits fit() {
    return Objects.requireNonNull(fit);
  }

  private void mail(ByteBuf out) {
    Commands.mail(out, transaction.envelope, fit(), connection.offer());
  }

  /** Recipients that this backend could not be asked for get an answer of ours. */
  private void answerWhatCannotBeSaid() {
    String sender = transaction.envelope.reversePath();
    if (!Commands.isAddress(sender)) {
      transaction.answerOpen(new Answer.MailboxTrouble(OwnWords.BAD_SENDER));
      return;
    }
    utf8Address = !Commands.isAscii(sender);
    for (int i = 0; i < transaction.recipients.size(); i++) {
      String address = transaction.recipients.get(i).address();
      boolean needsUtf8 = !Commands.isAscii(sender) || !Commands.isAscii(address);
      if (address.isEmpty() || !Commands.isAddress(address)) {
        transaction.answer(i, new Answer.MailboxTrouble(OwnWords.BAD_RECIPIENT));
      } else if (needsUtf8 && !connection.offer().smtpUtf8()) {
        transaction.answer(i, new Answer.MailboxTrouble(OwnWords.NOT_UTF8_CAPABLE));
      } else {
        utf8Address |= needsUtf8;
        asked[askedCount++] = i;
      }
    }
  }

  private Recipient recipient(int ask) {
    return transaction.recipients.get(asked[ask]);
  }

  // ---- replies

  /** {@code more}: octets came behind it. */
  void heard(BackendReply reply, boolean more) throws GarbageException {
    if (reply.code() == 421) {
      goodbye(reply.toReply());
      return;
    }
    heardAnything |= stage.compareTo(Stage.TRACE) > 0;
    switch (stage) {
      case LOOKING -> tooEarly(reply);
      case TRACE -> traced();
      case MAIL -> mail(reply);
      case RCPT -> rcpt(reply);
      case DATA -> data(reply, more);
      case CONTENT -> tooEarly(reply);
      case FINAL -> last(reply, more);
    }
  }

  /** 421, wherever it comes, is the end of the connection (RFC 5321 section 3.8). */
  private void goodbye(Reply reply) {
    if (stage == Stage.FINAL) {
      transaction.answer(accepted[cursor], new Answer.OurTrouble(true, reply));
    }
    connection.fail(reply, true);
  }

  /** Whatever the backend thinks of our id: it is for its log only. */
  private void traced() {
    stage = Stage.MAIL;
    if (!pipelined) {
      ByteBuf out = connection.channel().alloc().buffer(LINE_GUESS);
      mail(out);
      connection.send(out);
    }
  }

  private void mail(BackendReply reply) throws GarbageException {
    if (!reply.positive()) {
      Answer refused = refusal(reply);
      transaction.answerOpen(refused);
      mailRefused = true;
      if (!pipelined) {
        finish(true);
        return;
      }
    }
    stage = Stage.RCPT;
    askNext();
  }

  private void rcpt(BackendReply reply) throws GarbageException {
    int who = asked[cursor++];
    if (mailRefused) {
      // Its answer is MAIL's; this one only says that there was no MAIL.
    } else if (reply.positive()) {
      accepted[acceptedCount++] = who;
    } else {
      transaction.answer(who, toRcpt(refusal(reply)));
    }
    if (cursor < askedCount) {
      askNext();
    } else if (acceptedCount == 0 && (!pipelined || fit().oneChunk())) {
      finish(true);
    } else if (fit().oneChunk()) {
      sendContent();
    } else {
      stage = Stage.DATA;
      if (!pipelined) {
        connection.say("DATA\r\n");
      }
    }
  }

  private void askNext() {
    if (!pipelined) {
      ByteBuf out = connection.channel().alloc().buffer(LINE_GUESS);
      Commands.rcpt(out, recipient(cursor), transaction.origin, connection.offer());
      connection.send(out);
    }
  }

  private void data(BackendReply reply, boolean more) throws GarbageException {
    if (reply.code() == 354 && more) {
      throw new GarbageException("a reply to content that was not sent");
    } else if (reply.code() == 354) {
      sendContent();
    } else {
      Answer refused = refusal(reply);
      for (int i = 0; i < acceptedCount; i++) {
        transaction.answer(accepted[i], refused);
      }
      finish(true);
    }
  }

  private void sendContent() {
    if (acceptedCount == 0) {
      // A backend should have said 503 (RFC 2033 section 4.2). It gets an empty message for nobody,
      // and how many replies it gives to that is its secret: this connection is done.
      connection.failAfter(".\r\nQUIT\r\n", OwnWords.connection("354 without a recipient"));
      return;
    }
    stage = Stage.CONTENT;
    Framing framing = fit().oneChunk() ? new OneChunk() : new DotStuffing();
    sender =
        new ContentSender(connection, fit().content(), framing, this::endIssued, this::dotSent);
    sender.start();
  }

  private void endIssued() {
    stage = Stage.FINAL;
    cursor = 0;
  }

  private void dotSent() {
    dotSent = true;
  }

  void writable() {
    if (sender != null) {
      sender.writable();
    }
  }

  /** A reply before the end of data: whatever it means, no reply after it could be trusted. */
  private void tooEarly(BackendReply reply) {
    connection.fail(reply.toReply(), false);
  }

  private void last(BackendReply reply, boolean more) throws GarbageException {
    if (!dotSent) {
      tooEarly(reply);
      return;
    }
    boolean notifies = connection.offer().dsn();
    Answer answer =
        reply.positive() ? new Answer.Delivered(reply.toReply(), notifies) : refusal(reply);
    transaction.answer(accepted[cursor++], answer);
    if (cursor == acceptedCount) {
      pool.latency(connection.now() - begun);
      end(more);
    }
  }

  /** A connection on which too much was said is not used again; what was answered stands. */
  private void end(boolean more) {
    if (more) {
      connection.fail(OwnWords.connection("more replies than recipients"), false);
    } else {
      finish(false);
    }
  }

  private static Answer refusal(BackendReply reply) throws GarbageException {
    if (!reply.refusal()) {
      throw new GarbageException("unexpected reply " + reply.code());
    }
    return BackendAnswers.classify(reply.toReply());
  }

  private static Answer toRcpt(Answer answer) {
    return answer instanceof Answer.NotBelieved n
        ? new Answer.NotBelieved(n.reply(), true)
        : answer;
  }

  // ---- ends

  private void finish(boolean reset) {
    over = true;
    connection.finished(reset);
    pool.over(transaction);
  }

  /**
   * The connection is gone. Before MAIL was answered this is likely to hit everybody; later it may
   * be this message's doing, and must not stop the others.
   */
  void lost(Reply why, boolean mayRetry) {
    over = true;
    if (mayRetry && !heardAnything && connection.reused() && transaction.mayRetry()) {
      pool.again(transaction);
      return;
    }
    boolean everybody = stage.compareTo(Stage.MAIL) <= 0 || why.code() == 421;
    boolean uncertain = stage == Stage.FINAL && dotSent;
    transaction.answerOpen(
        uncertain ? new Answer.Uncertain(why) : new Answer.OurTrouble(everybody, why));
    pool.over(transaction);
  }
}
