package org.holdfast.gateway.peers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/**
 * A message of any size that is written as often as wanted and never in memory: the same number
 * gives the same octets. Its header says the hash that its body must have.
 */
final class LargeLetter {

  static final String SUBJECT = "Subject: large ";
  static final String HASH = "X-Large-Hash: ";

  private static final int LINES = 64;

  /** Without CRLF; the longest that RFC 5322 section 2.1.1 allows. */
  private static final int LINE = 998;

  private static final int COUNTER = 12;

  private final int number;
  private final long size;

  /** About {@code size} octets of body. */
  LargeLetter(int number, long size) {
    this.number = number;
    this.size = size;
  }

  int number() {
    return number;
  }

  /** Of the body, hexadecimal. */
  String hash() throws IOException {
    MessageDigest digest = sha256();
    body(
        new OutputStream() {
          @Override
          public void write(int octet) {
            digest.update((byte) octet);
          }

          @Override
          public void write(byte[] octets, int from, int count) {
            digest.update(octets, from, count);
          }
        },
        false);
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Header and empty line. */
  byte[] header() throws IOException {
    return (SUBJECT + number + "\r\n" + HASH + hash() + "\r\n\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Octets of the body when it is not dot-stuffed. */
  long bodySize() {
    return lines() * (LINE + 2);
  }

  private long lines() {
    return Math.max(1, size / (LINE + 2));
  }

  /** Lines with CRLF; every eighth begins with a dot, doubled for DATA when {@code stuffed}. */
  void body(OutputStream out, boolean stuffed) throws IOException {
    byte[] pool = pool();
    for (long i = 0; i < lines(); i++) {
      int at = (int) (i % LINES) * (LINE + 2);
      counter(pool, at, i);
      if (stuffed && pool[at] == '.') {
        out.write('.');
      }
      out.write(pool, at, LINE + 2);
    }
  }

  /** Makes the line another one each time it is used. */
  private static void counter(byte[] pool, int at, long line) {
    long left = line;
    for (int i = COUNTER; i > 0; i--) {
      pool[at + i] = (byte) ('0' + left % 10);
      left /= 10;
    }
  }

  private byte[] pool() {
    Random random = new Random(number);
    byte[] pool = new byte[LINES * (LINE + 2)];
    for (int i = 0; i < pool.length; i++) {
      pool[i] = (byte) (' ' + 1 + random.nextInt('~' - ' '));
    }
    for (int line = 0; line < LINES; line++) {
      int at = line * (LINE + 2);
      pool[at] = (byte) (line % 8 == 0 ? '.' : 'x');
      pool[at + LINE] = '\r';
      pool[at + LINE + 1] = '\n';
    }
    return pool;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
