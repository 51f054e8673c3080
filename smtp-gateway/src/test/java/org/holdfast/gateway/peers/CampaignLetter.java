package org.holdfast.gateway.peers;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * A message of the campaign: says who sent it, which one it is, and the checksum of its body, so
 * that whoever gets it can tell whether it is whole.
 */
final class CampaignLetter {

  static final String NUMBER = "X-Campaign-Number: ";
  static final String CHECKSUM = "X-Campaign-Checksum: ";

  /** One in so many is larger than a piece of what the gateway reads or writes at once. */
  private static final int LARGE_ONE_IN = 40;

  private static final int LARGE_LEAST = 64 << 10;
  private static final int LARGE_MOST = 3 << 20;
  private static final int SMALL_MOST = 3_000;

  /** One line in so many begins with a dot. */
  private static final int DOT_ONE_IN = 16;

  private static final int LINE_MOST = 900;

  /** What lines are cut from. */
  private static final String POOL = pool();

  private CampaignLetter() {}

  /** Header and body with CRLF line ends, not dot-stuffed, without the final dot. */
  static String write(int number, Random random) {
    String body = body(size(random), random);
    return "Subject: campaign\r\n"
        + NUMBER
        + number
        + "\r\n"
        + CHECKSUM
        + checksum(body)
        + "\r\n\r\n"
        + body;
  }

  /** Every order of magnitude between the bounds is as likely as any other. */
  private static int size(Random random) {
    return random.nextInt(LARGE_ONE_IN) == 0
        ? (int) (LARGE_LEAST * Math.pow((double) LARGE_MOST / LARGE_LEAST, random.nextDouble()))
        : 1 + random.nextInt(SMALL_MOST);
  }

  private static String body(int size, Random random) {
    StringBuilder body = new StringBuilder(size + LINE_MOST + 2);
    while (body.length() < size) {
      if (random.nextInt(DOT_ONE_IN) == 0) {
        body.append('.');
      }
      int from = random.nextInt(POOL.length() - LINE_MOST);
      body.append(POOL, from, from + random.nextInt(LINE_MOST)).append("\r\n");
    }
    return body.toString();
  }

  private static String pool() {
    Random random = new Random(1);
    StringBuilder pool = new StringBuilder();
    while (pool.length() < 1 << 16) {
      pool.append(Long.toString(random.nextLong(), Character.MAX_RADIX)).append(' ');
    }
    return pool.toString();
  }

  /** Of a body with CRLF line ends. */
  static long checksum(String body) {
    CRC32 sum = new CRC32();
    sum.update(body.getBytes(StandardCharsets.ISO_8859_1));
    return sum.getValue();
  }

  /** The number behind the colon of a header field. */
  static long after(String line) {
    return Long.parseLong(line.substring(line.indexOf(' ') + 1));
  }
}
