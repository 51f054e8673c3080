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

  /** One in so many is larger than what the gateway keeps in memory. */
  private static final int LARGE_ONE_IN = 40;

  private static final int LARGE_LINES = 6_000;
  private static final int MOST_LINES = 60;

  private CampaignLetter() {}

  /** Header and body with CRLF line ends, without the final dot; no line begins with a dot. */
  static String write(int number, Random random) {
    int lines = random.nextInt(LARGE_ONE_IN) == 0 ? LARGE_LINES : 1 + random.nextInt(MOST_LINES);
    StringBuilder body = new StringBuilder(lines * 66);
    for (int i = 0; i < lines; i++) {
      body.append(Long.toHexString(random.nextLong())).append(" line ").append(i).append("\r\n");
    }
    return "Subject: campaign\r\n"
        + NUMBER
        + number
        + "\r\n"
        + CHECKSUM
        + checksum(body.toString())
        + "\r\n\r\n"
        + body;
  }

  static long checksum(String body) {
    CRC32 sum = new CRC32();
    sum.update(body.getBytes(StandardCharsets.ISO_8859_1));
    return sum.getValue();
  }
}
