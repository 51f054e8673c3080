package org.holdfast.gateway.deliver;

import io.netty.buffer.ByteBuf;
import java.util.Map;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on one connection (RFC 2033): MAIL, every RCPT and DATA, in one write where the
 * backend offers PIPELINING (RFC 2920), then the content, then one reply for each recipient
 * accepted. Confined to the connection's event loop.
 */
final class Exchange {

  private enum Stage {
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
  private boolean utf8;
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
      Commands.data(out);
    }
    connection.send(out);
  }

  private void mail(ByteBuf out) {
    Commands.mail(out, transaction.envelope, transaction.content.size(), utf8, connection.offer());
  }

  /** Recipients that this backend could not be asked for get an answer of ours. */
  private void answerWhatCannotBeSaid() {
    String sender = transaction.envelope.reversePath();
    if (!Commands.isAddress(sender)) {
      transaction.answerOpen(new Answer.MailboxTrouble(OwnWords.BAD_SENDER));
      return;
    }
    Map<String, String> parameters = transaction.envelope.parameters();
    boolean wholeUtf8 = parameters.containsKey("SMTPUTF8") || !Commands.isAscii(sender);
    utf8 = wholeUtf8;
    for (int i = 0; i < transaction.recipients.size(); i++) {
      String address = transaction.recipients.get(i).address();
      boolean needsUtf8 = wholeUtf8 || !Commands.isAscii(address);
      if (address.isEmpty() || !Commands.isAddress(address)) {
        transaction.answer(i, new Answer.MailboxTrouble(OwnWords.BAD_RECIPIENT));
      } else if (needsUtf8 && !connection.offer().smtpUtf8()) {
        transaction.answer(i, new Answer.MailboxTrouble(OwnWords.NOT_UTF8_CAPABLE));
      } else {
        utf8 |= needsUtf8;
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
    heardAnything |= stage != Stage.TRACE;
    switch (stage) {
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
    } else if (!pipelined && acceptedCount == 0) {
      finish(true);
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
    sender = new ContentSender(connection, transaction.content, this::endIssued, this::dotSent);
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
    Answer answer = reply.positive() ? new Answer.Delivered(reply.toReply()) : refusal(reply);
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
    connection.finished(reset);
    pool.over(transaction);
  }

  /**
   * The connection is gone. Before MAIL was answered this is likely to hit everybody; later it may
   * be this message's doing, and must not stop the others.
   */
  void lost(Reply why, boolean mayRetry) {
    if (mayRetry && !heardAnything && connection.reused() && transaction.mayRetry()) {
      pool.again(transaction);
      return;
    }
    boolean everybody = stage == Stage.TRACE || stage == Stage.MAIL || why.code() == 421;
    boolean uncertain = stage == Stage.FINAL && dotSent;
    transaction.answerOpen(
        uncertain ? new Answer.Uncertain(why) : new Answer.OurTrouble(everybody, why));
    pool.over(transaction);
  }
}
