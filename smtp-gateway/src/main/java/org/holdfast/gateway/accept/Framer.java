package org.holdfast.gateway.accept;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a client sends into command lines, messages (DATA) and chunks (BDAT). It stops at the
 * end of each message and chunk and wherever it is told to pause, so nothing after it is looked at
 * before its answer is known. Belongs to one event loop.
 */
final class Framer {

  /** Takes what was cut out. */
  interface Receiver extends DataScanner.Sink {

    /** A command without its CRLF; no CR, LF or NUL in it. */
    void line(byte[] line);

    /**
     * A line that is no command: refused.
     *
     * @param start its first octets, for the log only
     */
    void badLine(byte[] start, WireReply refusal);

    /** CRLF "." CRLF was read. */
    void endOfData();

    /** All octets of the chunk were read. */
    void endOfChunk();
  }

  private static final WireReply TOO_LONG = ProtocolReplies.COMMAND_TOO_LONG;
  private static final WireReply AUTH_TOO_LONG = ProtocolReplies.AUTH_LINE_TOO_LONG;
  private static final String AUTH = "AUTH ";
  private static final byte[] NOTHING = {};
  private static final int SCRATCH = 64 * 1024;
  private static final FastThreadLocal<byte[]> scratch =
      new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
          return new byte[SCRATCH];
        }
      };

  private enum Mode {
    LINE,
    DATA,
    CHUNK
  }

  private final Receiver receiver;
  private Mode mode = Mode.LINE;
  private @Nullable ByteBuf unread;
  private boolean paused;
  private boolean running;
  private boolean closed;

  /** A line that is too long is being read away. */
  private boolean skippingLine;

  /** The next line is no command but an answer in an AUTH exchange, which may be longer. */
  private boolean answerDue;

  /** Its first octets. */
  private byte[] skippedStart = NOTHING;

  private int skipped;
  private byte lastSkipped;

  /** The line before ended in a bare LF: this one is the rest of it, up to its CRLF. */
  private boolean afterBareLf;

  private long chunkLeft;
  private DataScanner scanner = DataScanner.ofData();

  Framer(Receiver receiver) {
    this.receiver = receiver;
  }

  /** Takes over the buffer and works on it as far as possible. */
  void read(ByteBuf input) {
    if (closed) {
      input.release();
      return;
    }
    unread = unread == null ? input : append(unread, input);
    run();
  }

  /** Octets read and not yet looked at. */
  int unread() {
    return unread == null ? 0 : unread.readableBytes();
  }

  /** Nothing more is cut until {@link #resume}. */
  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    run();
  }

  boolean paused() {
    return paused;
  }

  /** Whether the next lines are answers in an AUTH exchange (RFC 4954 section 4). */
  void expectAnswers(boolean due) {
    answerDue = due;
  }

  /** What follows is a message that ends with CRLF "." CRLF. */
  void startData(DataScanner newScanner) {
    scanner = newScanner;
    mode = Mode.DATA;
  }

  /** What follows is a chunk of so many octets, scanned after those that came before it. */
  void startChunk(DataScanner sameScanner, long octets) {
    scanner = sameScanner;
    chunkLeft = octets;
    mode = Mode.CHUNK;
  }

  /** Throws away what was read and not looked at (RFC 3207 section 4.2). */
  void forget() {
    if (unread != null) {
      unread.release();
      unread = null;
    }
    skippingLine = false;
    afterBareLf = false;
  }

  /** Nothing is cut any more; buffers are given back. */
  void close() {
    closed = true;
    if (!running) {
      forget();
    }
  }

  private static ByteBuf append(ByteBuf before, ByteBuf input) {
    ByteBuf joined = before.alloc().buffer(before.readableBytes() + input.readableBytes());
    joined.writeBytes(before).writeBytes(input);
    before.release();
    input.release();
    return joined;
  }

  private void run() {
    if (running) {
      return;
    }
    running = true;
    try {
      while (!paused && !closed && step()) {
        // each step cuts one line or one piece of a body
      }
    } finally {
      running = false;
    }
    if (closed || unread() == 0) {
      forgetOctets();
    }
  }

  private void forgetOctets() {
    if (unread != null) {
      unread.release();
      unread = null;
    }
  }

  private boolean step() {
    if (mode == Mode.CHUNK && chunkLeft == 0) {
      mode = Mode.LINE;
      receiver.endOfChunk();
      return true;
    }
    ByteBuf in = unread;
    if (in == null || !in.isReadable()) {
      return false;
    }
    return switch (mode) {
      case LINE -> line(in);
      case DATA -> data(in);
      case CHUNK -> chunk(in);
    };
  }

  private boolean line(ByteBuf in) {
    int start = in.readerIndex();
    int lf = in.indexOf(start, in.writerIndex(), (byte) '\n');
    int length = (lf < 0 ? in.writerIndex() : lf + 1) - start;
    if (skippingLine || (length > Limits.COMMAND_LINE && length > longest(in, start))) {
      return skip(in, length, lf >= 0);
    }
    if (lf < 0) {
      return false;
    }
    byte[] line = new byte[length];
    in.readBytes(line);
    cut(line);
    return true;
  }

  private int longest(ByteBuf in, int start) {
    boolean auth =
        answerDue
            || in.toString(start, AUTH.length(), StandardCharsets.ISO_8859_1)
                .equalsIgnoreCase(AUTH);
    return auth ? Limits.AUTH_LINE : Limits.COMMAND_LINE;
  }

  private static boolean isAuth(byte[] start) {
    int length = Math.min(start.length, AUTH.length());
    return new String(start, 0, length, StandardCharsets.ISO_8859_1).equalsIgnoreCase(AUTH);
  }

  private boolean skip(ByteBuf in, int length, boolean ended) {
    byte beforeLf = length > 1 ? in.getByte(in.readerIndex() + length - 2) : lastSkipped;
    lastSkipped = in.getByte(in.readerIndex() + length - 1);
    if (!skippingLine) {
      skippedStart = new byte[Math.min(length, Limits.LOGGED_LINE)];
      in.getBytes(in.readerIndex(), skippedStart);
    }
    in.skipBytes(length);
    skipped += length;
    skippingLine = !ended;
    if (ended) {
      skipped = 0;
      afterBareLf = beforeLf != '\r';
      receiver.badLine(skippedStart, isAuth(skippedStart) ? AUTH_TOO_LONG : TOO_LONG);
    } else if (skipped > Limits.ENDLESS_LINE) {
      receiver.badLine(skippedStart, ProtocolReplies.ENDLESS_LINE);
    }
    return true;
  }

  /**
   * A line ends at LF, so that a client with the wrong line ends is told so at once; it is a
   * command only if CRLF is what it ends with and no other CR or LF is in it. So what follows a
   * bare LF is refused too, up to the next CRLF: it may be what somebody smuggled into the argument
   * of a command of somebody else.
   */
  private void cut(byte[] line) {
    int length = line.length - 2;
    boolean bareLf = length < 0 || line[length] != '\r';
    boolean rest = afterBareLf;
    afterBareLf = bareLf;
    if (bareLf || rest) {
      receiver.badLine(line, Defect.BARE_LF.inCommand());
      return;
    }
    byte[] command = java.util.Arrays.copyOf(line, length);
    for (byte octet : command) {
      if (octet == '\r' || octet == 0) {
        receiver.badLine(command, (octet == 0 ? Defect.NUL : Defect.BARE_CR).inCommand());
        return;
      }
    }
    receiver.line(command);
  }

  private boolean data(ByteBuf in) {
    byte[] octets = scratch.get();
    int length = Math.min(in.readableBytes(), octets.length);
    in.getBytes(in.readerIndex(), octets, 0, length);
    in.skipBytes(scanner.scan(octets, 0, length, receiver));
    if (scanner.ended()) {
      mode = Mode.LINE;
      receiver.endOfData();
    }
    return true;
  }

  private boolean chunk(ByteBuf in) {
    byte[] octets = scratch.get();
    int length = (int) Math.min(chunkLeft, Math.min(in.readableBytes(), octets.length));
    in.readBytes(octets, 0, length);
    chunkLeft -= length;
    scanner.scan(octets, 0, length, receiver);
    return true;
  }
}
