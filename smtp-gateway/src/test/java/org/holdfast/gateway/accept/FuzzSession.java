package org.holdfast.gateway.accept;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.Replies;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.slf4j.LoggerFactory;

/**
 * Target: framer and conversation, against {@link SessionModel}. Every command has exactly one
 * reply, messages are as they were sent, nothing is logged as an error, every buffer and all memory
 * of bodies is given back.
 */
public final class FuzzSession {

  /** They are what costs. */
  private static final int MOST_PACKETS = 40;

  private static final Path PATH = new Path();
  private static final Map<Dialect, Listener> LISTENERS =
      Map.of(
          Dialect.SMTP, Talk.listener(Dialect.SMTP, PATH),
          Dialect.LMTP, Talk.listener(Dialect.LMTP, PATH));
  private static final ListAppender<ILoggingEvent> COMPLAINTS = complaints();

  private FuzzSession() {}

  /** First octet: the dialect, whether answers come late, and how it is cut; then what is sent. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    Dialect dialect = data[0] < 0 ? Dialect.LMTP : Dialect.SMTP;
    int wanted = (data[0] & 0x1f) == 0 ? data.length : data[0] & 0x1f;
    int piece = Math.max(wanted, data.length / MOST_PACKETS);
    PATH.begin((data[0] & 0x40) != 0);
    byte[] octets = Arrays.copyOfRange(data, 1, data.length);
    SessionModel model = new SessionModel(dialect, new String(octets, StandardCharsets.ISO_8859_1));
    List<Integer> codes = talk(dialect, octets, piece);
    if (!codes.equals(model.codes) || !PATH.messages.equals(model.messages)) {
      throw new AssertionError(
          "said "
              + codes
              + " instead of "
              + model.codes
              + ", took "
              + PATH.messages.size()
              + " instead of "
              + model.messages.size());
    }
    check(dialect);
  }

  private static void check(Dialect dialect) {
    if (!COMPLAINTS.list.isEmpty()) {
      String complaint = COMPLAINTS.list.getFirst().getFormattedMessage();
      COMPLAINTS.list.clear();
      throw new AssertionError("an error was logged: " + complaint);
    }
    long used = listener(dialect).spool().memory().used();
    if (used != 0) {
      throw new AssertionError(used + " octets of bodies were kept");
    }
  }

  private static List<Integer> talk(Dialect dialect, byte[] octets, int piece) {
    List<ByteBuf> sent = new ArrayList<>();
    List<Integer> codes = new ArrayList<>();
    try (Talk talk = new Talk(listener(dialect))) {
      for (int from = 0; from < octets.length && !talk.closed(); from += piece) {
        int length = Math.min(piece, octets.length - from);
        ByteBuf packet = Unpooled.wrappedBuffer(octets, from, length);
        sent.add(packet);
        talk.send(packet);
        while (PATH.answerOne()) {
          talk.run();
        }
      }
      for (String reply : talk.replies()) {
        codes.add(reply.equals("closed") ? 0 : Integer.parseInt(reply.substring(0, 3)));
      }
    }
    if (sent.stream().anyMatch(packet -> packet.refCnt() != 0)) {
      throw new AssertionError("a buffer was kept");
    }
    return codes;
  }

  private static Listener listener(Dialect dialect) {
    return Objects.requireNonNull(LISTENERS.get(dialect));
  }

  private static ListAppender<ILoggingEvent> complaints() {
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger("org.holdfast.gateway.accept");
    logger.setLevel(Level.ERROR);
    logger.addAppender(appender);
    ((Logger) LoggerFactory.getLogger("org.holdfast.accept")).setLevel(Level.ERROR);
    ((Logger) LoggerFactory.getLogger("org.apache.james")).setLevel(Level.ERROR);
    ((Logger) LoggerFactory.getLogger("org.apache.james")).addAppender(appender);
    appender.start();
    return appender;
  }

  /** Answers at once, or later and one after the other. */
  private static final class Path implements Inbound {

    private final List<String> messages = new ArrayList<>();
    private final Queue<Runnable> due = new ArrayDeque<>();
    private boolean late;

    void begin(boolean answersLate) {
      messages.clear();
      due.clear();
      late = answersLate;
    }

    boolean answerOne() {
      Runnable answer = due.poll();
      if (answer != null) {
        answer.run();
      }
      return answer != null;
    }

    private <T> CompletionStage<T> answer(T answer) {
      CompletableFuture<T> stage = new CompletableFuture<>();
      if (late) {
        due.add(() -> stage.complete(answer));
      } else {
        stage.complete(answer);
      }
      return stage;
    }

    @Override
    public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
      return answer(
          address.startsWith("nobody@")
              ? new Answer.Rejected(Replies.UNKNOWN_USER)
              : new Answer.Accepted(
                  new Recipient(address, address, address, parameters), Replies.RECIPIENT_OK));
    }

    @Override
    public CompletionStage<Verdict> message(
        Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
      try (var in = content.open()) {
        String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        int id = text.indexOf("X-Holdfast-Id: ");
        messages.add(text.substring(text.indexOf("\r\n", id) + 2));
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      int replies = answering == Answering.ONCE ? 1 : recipients.size();
      return answer(new Verdict(Collections.nCopies(replies, Replies.accepted(envelope.id()))));
    }
  }
}
