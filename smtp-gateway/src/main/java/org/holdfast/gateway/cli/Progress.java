package org.holdfast.gateway.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;

/**
 * How far a long work has come: one line on stderr, drawn anew, when stderr is a terminal; else
 * nothing. A work that is done before the first of them says nothing. Used by one thread.
 */
final class Progress implements AutoCloseable {

  private static final long EVERY = Duration.ofMillis(250).toNanos();
  private static final int BAR_WIDTH = 30;

  /** Goes to the line's begin and clears it. */
  private static final String CLEAR = "\r\033[K";

  private final Terminal terminal;
  private final String what;
  private final String noun;
  private long total;
  private final long begin;
  private long next;
  private boolean shown;

  /**
   * Begins now.
   *
   * @param what such as {@code loading}
   * @param total of whatever {@link #at} counts, usually octets; 0: not known
   * @param noun what is counted for people, such as {@code users}
   */
  Progress(Terminal terminal, String what, long total, String noun) {
    this.terminal = terminal;
    this.what = what;
    this.total = total;
    this.noun = noun;
    this.begin = terminal.pace().nanos();
    this.next = begin + EVERY;
  }

  /** Now the total is known. */
  void of(long all) {
    total = all;
  }

  /**
   * This much is done.
   *
   * @param done of {@code total}
   * @param count said to people
   */
  void at(long done, long count) {
    if (due()) {
      say(text(done, count, terminal.pace().nanos() - begin));
    }
  }

  /** Nobody knows how far it is: says for how long it goes on, and at what it is. */
  void still(String doing) {
    if (due()) {
      long seconds = (terminal.pace().nanos() - begin) / 1_000_000_000L;
      say(what + ", " + time(seconds) + (doing.isEmpty() ? "" : ": " + doing));
    }
  }

  private boolean due() {
    return terminal.watched() && terminal.pace().nanos() - next >= 0;
  }

  private void say(String text) {
    next = terminal.pace().nanos() + EVERY;
    shown = true;
    terminal.status(CLEAR + Columns.cut(Terminal.oneLine(text), terminal.watchedWidth() - 1));
  }

  /** Such as {@code loading [####....] 41 %, 4.1 M users, 66 000/s, 1m29s left}. */
  String text(long done, long count, long nanos) {
    double seconds = Math.max(nanos, 1) / 1e9;
    StringBuilder text = new StringBuilder(what);
    if (total > 0) {
      text.append(' ').append(bar(done, total, BAR_WIDTH));
      text.append(" %d %%".formatted((int) (100 * Math.min(1.0, (double) done / total))));
    }
    text.append(", ").append(count(count)).append(' ').append(noun);
    text.append(", ").append(count((long) (count / seconds))).append("/s");
    if (total > 0 && done > 0) {
      text.append(", ").append(left(done, seconds)).append(" left");
    }
    return text.toString();
  }

  /** {@code [####......]}, without colours or letters that a terminal may lack. */
  static String bar(long done, long total, int width) {
    int filled = total <= 0 ? width : Math.clamp(width * done / total, 0, width);
    return "[" + "#".repeat(filled) + ".".repeat(width - filled) + "]";
  }

  private String left(long done, double seconds) {
    return time((long) Math.ceil(seconds * Math.max(0, total - done) / done));
  }

  private static String time(long seconds) {
    return seconds < 60 ? seconds + "s" : seconds / 60 + "m%02ds".formatted(seconds % 60);
  }

  /** With a blank between thousands. */
  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n).replace(',', ' ');
  }

  /** Makes room for what is to be printed. */
  void clear() {
    if (shown) {
      terminal.status(CLEAR);
      shown = false;
    }
  }

  @Override
  public void close() {
    clear();
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
