package org.holdfast.gateway.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;

/**
 * How far a long work has come, on stderr: a bar for a person at a terminal, else a line every few
 * seconds. A work that is done before the first of them says nothing. Used by one thread.
 */
final class Progress implements AutoCloseable {

  private static final long BAR_EVERY = Duration.ofMillis(250).toNanos();
  private static final long LINE_EVERY = Duration.ofSeconds(5).toNanos();
  private static final int BAR_WIDTH = 30;

  /** Goes to the line's begin and clears it. */
  private static final String CLEAR = "\r\033[K";

  private final Terminal terminal;
  private final String what;
  private final String noun;
  private long total;
  private final long begin = System.nanoTime();
  private final long every;
  private long next;
  private boolean shown;

  /**
   * Begins now.
   *
   * @param what such as {@code loading}
   * @param total of whatever {@link #at} counts, usually octets; 0: not known
   */
  Progress(Terminal terminal, String what, long total) {
    this(terminal, what, total, "users");
  }

  /** The same for other things than users. */
  Progress(Terminal terminal, String what, long total, String noun) {
    this.noun = noun;
    this.terminal = terminal;
    this.what = what;
    this.total = total;
    this.every = terminal.colours() ? BAR_EVERY : LINE_EVERY;
    this.next = begin + every;
  }

  /** Now the total is known. */
  void of(long all) {
    total = all;
  }

  /**
   * This much is done.
   *
   * @param done of {@code total}
   * @param users said to people
   */
  void at(long done, long users) {
    long now = System.nanoTime();
    if (now - next < 0) {
      return;
    }
    next = now + every;
    String text = text(done, users, now - begin);
    if (terminal.colours()) {
      shown = true;
      terminal.status(CLEAR + text);
    } else {
      terminal.warn(text);
    }
  }

  /** Such as {@code loading [####....] 41 %, 4.1 M users, 66 000/s, 1m29s left}. */
  String text(long done, long users, long nanos) {
    double seconds = Math.max(nanos, 1) / 1e9;
    StringBuilder text = new StringBuilder(what);
    if (total > 0) {
      double part = Math.min(1.0, (double) done / total);
      int filled = (int) (part * BAR_WIDTH);
      if (terminal.colours()) {
        text.append(" [").append("#".repeat(filled)).append(".".repeat(BAR_WIDTH - filled));
        text.append(']');
      }
      text.append(" %d %%".formatted((int) (part * 100)));
    }
    text.append(", ").append(count(users)).append(' ').append(noun);
    text.append(", ").append(count((long) (users / seconds))).append("/s");
    if (total > 0 && done > 0) {
      text.append(", ").append(left(done, seconds)).append(" left");
    }
    return text.toString();
  }

  private String left(long done, double seconds) {
    long left = (long) Math.ceil(seconds * Math.max(0, total - done) / done);
    return left < 60 ? left + "s" : left / 60 + "m%02ds".formatted(left % 60);
  }

  private static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n).replace(',', ' ');
  }

  @Override
  public void close() {
    if (shown) {
      terminal.status(CLEAR);
      shown = false;
    }
  }

  /** Octets of a file that have been read. Used by one thread. */
  static final class Octets extends FilterInputStream {

    private long read;

    Octets(InputStream in) {
      super(in);
    }

    long count() {
      return read;
    }

    @Override
    public int read() throws IOException {
      int octet = super.read();
      read += octet < 0 ? 0 : 1;
      return octet;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = super.read(buffer, offset, length);
      read += Math.max(0, n);
      return n;
    }
  }
}
