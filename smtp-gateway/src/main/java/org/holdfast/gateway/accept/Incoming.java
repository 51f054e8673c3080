package org.holdfast.gateway.accept;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.holdfast.gateway.path.Replies;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;

/** One mail transaction (RFC 5321 section 3.3) while it comes in. Belongs to one event loop. */
final class Incoming {

  private static final byte[] EMPTY_LINE = {'\r', '\n'};

  private final String id;
  private final String reversePath;
  private final Map<String, String> parameters;
  private final long began;
  private final long declared;
  private String protocol = "";
  private final List<Recipient> recipients = new ArrayList<>(1);

  private final HeaderSection header = new HeaderSection();
  private @Nullable DataScanner scanner;
  private @Nullable BodyBuilder body;
  private boolean withoutHeader;
  private long read;
  private int envelope;
  private boolean chunked;
  private boolean tooLarge;
  private boolean storeFailed;

  /**
   * A transaction that began with MAIL.
   *
   * @param declared octets, by SIZE; 0: not said
   * @param began milliseconds since 1970
   */
  Incoming(
      String id, String reversePath, Map<String, String> parameters, long declared, long began) {
    this.id = id;
    this.began = began;
    this.reversePath = reversePath;
    this.parameters = parameters;
    this.declared = declared;
  }

  String id() {
    return id;
  }

  String reversePath() {
    return reversePath;
  }

  Map<String, String> parameters() {
    return parameters;
  }

  long declared() {
    return declared;
  }

  /** Octets of memory that the recipients take, about. */
  int envelope() {
    return envelope;
  }

  /** Says how much they take now. */
  void envelope(int octets) {
    envelope = octets;
  }

  boolean international() {
    return parameters.containsKey("SMTPUTF8");
  }

  /** Any octets are welcome, by BDAT (RFC 3030 section 3). */
  boolean binary() {
    return "BINARYMIME".equals(parameters.get("BODY"));
  }

  List<Recipient> recipients() {
    return recipients;
  }

  /** When MAIL came, in milliseconds since 1970. */
  long began() {
    return began;
  }

  /** The protocol as it stands in {@code Received:}; empty before the body begins. */
  String protocol() {
    return protocol;
  }

  /** Octets of the message read, without dots and without our own fields. */
  long read() {
    return read;
  }

  /** Its {@code Message-ID} as far as it has come; null: none. */
  @Nullable String messageId() {
    return header.messageId();
  }

  /** BDAT has begun. */
  boolean chunked() {
    return chunked;
  }

  boolean begun() {
    return body != null || scanner != null;
  }

  /** The body, which has room, begins with our own fields. */
  DataScanner begin(BodyBuilder newBody, byte[] fields, String inProtocol, boolean inChunks) {
    protocol = inProtocol;
    chunked = inChunks;
    scanner = inChunks ? chunkScanner() : DataScanner.ofData();
    body = newBody;
    if (newBody.append(fields, 0, fields.length) != null) {
      storeFailed();
    }
    return scanner;
  }

  private DataScanner chunkScanner() {
    return binary() ? DataScanner.ofBinary() : DataScanner.ofChunks();
  }

  @Nullable DataScanner scanner() {
    return scanner;
  }

  /** The body as long as the message may still be accepted. */
  @Nullable BodyBuilder body() {
    return body;
  }

  /** Counts octets, and gives the body back as soon as it is clear that it will be refused. */
  @Nullable BodyBuilder take(byte[] buffer, int from, int to, long most) {
    boolean first = read == 0;
    read += to - from;
    tooLarge = tooLarge || read > most;
    if (tooLarge || (scanner != null && scanner.defect() != null)) {
      abandon();
      return null;
    }
    if (first && (buffer[from] == ' ' || buffer[from] == '\t')) {
      endOurFields();
    }
    if (!withoutHeader) {
      header.octets(buffer, from, to);
    }
    return body;
  }

  /**
   * The first line of the message would continue the last of our own fields (RFC 5322 section
   * 2.2.3). It is no field, so the message has no header section, and ours ends before it with an
   * empty line; as in Postfix. No octet of the message is changed.
   */
  private void endOurFields() {
    withoutHeader = true;
    if (body != null && body.append(EMPTY_LINE, 0, EMPTY_LINE.length) != null) {
      storeFailed();
    }
  }

  boolean tooLarge() {
    return tooLarge;
  }

  void storeFailed() {
    storeFailed = true;
    abandon();
  }

  /** Why the content, which is complete, cannot be accepted; null if it can. */
  @Nullable Reply refusal() {
    if (tooLarge) {
      return ProtocolReplies.TOO_LARGE;
    }
    Defect defect = scanner == null ? null : scanner.defectAtEnd();
    if (defect != null) {
      return defect.inContent();
    }
    if (header.hops() >= Limits.HOPS) {
      return Replies.TOO_MANY_HOPS;
    }
    return storeFailed ? Replies.NO_ROOM : null;
  }

  /**
   * Whether the session ends with the answer: the sender, or whoever wrote the message, may think
   * that it ended elsewhere, and nothing behind it may be taken for commands.
   */
  boolean endsSession() {
    return scanner != null && scanner.blurred();
  }

  /** Gives the body back. */
  void abandon() {
    if (body != null) {
      body.abandon();
      body = null;
    }
  }

  /** The body, which now belongs to the caller. */
  @Nullable BodyBuilder takeBody() {
    BodyBuilder whole = body;
    body = null;
    return whole;
  }
}
