package org.holdfast.gateway.deliver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.holdfast.gateway.reply.Reply;

/**
 * Target: {@link ReplyReader}, whole and cut up, against a naive reading; and what it is made of.
 */
public final class FuzzReplies {

  private FuzzReplies() {}

  /** First octet: how it is cut up; then what the backend says. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] octets = Arrays.copyOfRange(data, 1, data.length);
    List<String> whole = read(octets, Math.max(1, octets.length));
    List<String> cut = read(octets, Math.max(1, data[0] & 0x7f));
    List<String> naive = naive(new String(octets, StandardCharsets.ISO_8859_1));
    if (!whole.equals(naive) || !cut.equals(naive)) {
      throw new AssertionError(whole + " cut " + cut + " naive " + naive);
    }
  }

  private static List<String> read(byte[] octets, int piece) {
    ReplyReader reader = new ReplyReader();
    List<String> replies = new ArrayList<>();
    try {
      for (int from = 0; from < octets.length; from += piece) {
        ByteBuf in = Unpooled.wrappedBuffer(octets, from, Math.min(piece, octets.length - from));
        for (BackendReply r = reader.next(in); r != null; r = reader.next(in)) {
          replies.add(r.code() + " " + r.lines());
          check(r);
        }
      }
    } catch (GarbageException e) {
      replies.add("garbage");
      if (!isPrintable(OwnWords.connection(String.valueOf(e.getMessage())).line())) {
        throw new AssertionError("not printable: " + e.getMessage(), e);
      }
    }
    return replies;
  }

  private static void check(BackendReply read) {
    Reply reply = read.toReply();
    boolean enhanced =
        reply.enhanced().isEmpty()
            || (reply.enhanced().matches("[245]\\.[0-9]{1,3}\\.[0-9]{1,3}")
                && reply.enhanced().charAt(0) == Integer.toString(read.code()).charAt(0));
    if (!enhanced
        || !isPrintable(reply.line())
        || reply.text().length() > BackendReply.MAX_TEXT
        || BackendAnswers.classify(reply) == null) {
      throw new AssertionError(reply);
    }
    if (Offer.of(read).keywords().size() > ReplyReader.MAX_LINES) {
      throw new AssertionError("too many keywords");
    }
  }

  private static boolean isPrintable(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  private static List<String> naive(String octets) {
    List<String> replies = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    int at = 0;
    while (at < octets.length()) {
      int lf = octets.indexOf('\n', at);
      int end = lf < 0 ? octets.length() : lf + 1;
      String line = octets.substring(at, end);
      if (line.length() > ReplyReader.MAX_LINE) {
        replies.add("garbage");
        return replies;
      }
      if (lf < 0) {
        return replies;
      }
      at = end;
      boolean good =
          line.matches("(?s)[2-5][0-9][0-9](?:[ -].*)?\r\n")
              && lines.size() < ReplyReader.MAX_LINES
              && (lines.isEmpty() || lines.getFirst().startsWith(line.substring(0, 3)));
      if (!good) {
        replies.add("garbage");
        return replies;
      }
      lines.add(line);
      if (line.charAt(3) != '-') {
        List<String> texts =
            lines.stream()
                .map(l -> l.substring(Math.min(4, l.length() - 2), l.length() - 2))
                .map(l -> l.replaceAll("[^ -~]", "?"))
                .toList();
        replies.add(line.substring(0, 3) + " " + texts);
        lines.clear();
      }
    }
    return replies;
  }
}
