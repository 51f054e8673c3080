package org.holdfast.gateway.deliver;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of octets into replies (RFC 5321 section 4.2): three digits, {@code -} or a space,
 * text, CRLF. Strict and bounded, whatever the peer sends. Not thread-safe.
 */
final class ReplyReader {

  /** Octets of one reply line, CRLF included; RFC 5321 section 4.5.3.1.5 asks for 512. */
  static final int MAX_LINE = 1000;

  /** Lines of one reply. */
  static final int MAX_LINES = 100;

  private final byte[] line = new byte[MAX_LINE];
  private int length;
  private int code;
  private final List<String> lines = new ArrayList<>(1);

  /** The next whole reply, or null when more octets are needed: then all of {@code in} is read. */
  @Nullable BackendReply next(ByteBuf in) throws GarbageException {
    while (in.isReadable()) {
      if (takeLine(in) && endLine()) {
        return endReply();
      }
    }
    return null;
  }

  private boolean takeLine(ByteBuf in) throws GarbageException {
    int newline = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    int end = newline < 0 ? in.writerIndex() : newline + 1;
    int count = end - in.readerIndex();
    if (length + count > MAX_LINE) {
      throw new GarbageException("reply line of more than " + MAX_LINE + " octets");
    }
    in.readBytes(line, length, count);
    length += count;
    return newline >= 0;
  }

  /** Checks and keeps the line; true when it is the last one of its reply. */
  private boolean endLine() throws GarbageException {
    int end = length - 2;
    length = 0;
    if (end < 3 || line[end] != '\r') {
      throw new GarbageException("not a reply line: " + text(0, Math.max(0, Math.min(end, 60))));
    }
    int found = codeOfLine();
    byte separator = end == 3 ? (byte) ' ' : line[3];
    boolean continued = separator == '-';
    if ((separator != ' ' && !continued) || (!lines.isEmpty() && found != code)) {
      throw new GarbageException("not a reply line: " + text(0, Math.min(end, 60)));
    }
    if (lines.size() == MAX_LINES) {
      throw new GarbageException("reply of more than " + MAX_LINES + " lines");
    }
    code = found;
    lines.add(end <= 4 ? "" : text(4, end));
    return !continued;
  }

  private BackendReply endReply() {
    BackendReply reply = new BackendReply(code, List.copyOf(lines));
    lines.clear();
    return reply;
  }

  private int codeOfLine() throws GarbageException {
    int first = line[0] - '0';
    int second = line[1] - '0';
    int third = line[2] - '0';
    if (first < 2 || first > 5 || second < 0 || second > 9 || third < 0 || third > 9) {
      throw new GarbageException("not a reply code: " + text(0, 3));
    }
    return first * 100 + second * 10 + third;
  }

  /** Printable ASCII only: the text may go to a client that was never promised more. */
  private String text(int from, int to) {
    byte[] clean = new byte[to - from];
    for (int i = 0; i < clean.length; i++) {
      byte octet = line[from + i];
      clean[i] = octet >= ' ' && octet < 127 ? octet : (byte) '?';
    }
    return new String(clean, StandardCharsets.US_ASCII);
  }
}
