package org.holdfast.gateway.service;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What the service manager hears of this process, in the words of {@code sd_notify(3)}. Each call
 * is one datagram that is never waited for, and a manager that does not listen harms nobody.
 * Thread-safe.
 */
public final class Notifier {

  /** Longest status line; systemd shows about so much. */
  static final int STATUS_CHARACTERS = 240;

  private final Datagrams datagrams;

  /**
   * Over these.
   *
   * @param datagrams {@link Datagrams#none} where nobody listens
   */
  public Notifier(Datagrams datagrams) {
    this.datagrams = datagrams;
  }

  /** Whether anybody listens. */
  public boolean isHeard() {
    return datagrams.isHeard();
  }

  /** Every listener is open. */
  public void ready(String status) {
    datagrams.send("READY=1\n" + line(status));
  }

  /** What people see in {@code systemctl status}. */
  public void status(String status) {
    datagrams.send(line(status));
  }

  /** Configuration is being read; {@link #ready} ends it. */
  public void reloading() {
    // CLOCK_MONOTONIC is what nanoTime reads on Linux.
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
    datagrams.send(
        "RELOADING=1\nMONOTONIC_USEC=" + micros + "\n" + line("reading the configuration"));
  }

  /** The stop has begun and takes at most this long. */
  public void stopping(Duration most, String status) {
    datagrams.send("STOPPING=1\n" + extension(most) + "\n" + line(status));
  }

  /** A start is not over yet, and is to be waited for so much longer from now on. */
  public void starting(Duration most, String status) {
    datagrams.send(extension(most) + "\n" + line(status));
  }

  /** All is well. */
  public void alive() {
    datagrams.send("WATCHDOG=1");
  }

  private static String extension(Duration most) {
    return "EXTEND_TIMEOUT_USEC=" + TimeUnit.NANOSECONDS.toMicros(most.toNanos());
  }

  private static String line(String status) {
    String one = status.replaceAll("\\s+", " ");
    return "STATUS="
        + (one.length() > STATUS_CHARACTERS ? one.substring(0, STATUS_CHARACTERS) + "..." : one);
  }
}
