package org.holdfast.gateway.peers;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One SMTP session that sends messages of any size without having them in memory. */
final class LargeSender implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 300_000;
  private static final int CHUNK = 1 << 20;

  private final Socket socket;
  private final BufferedReader in;
  private final OutputStream out;

  LargeSender(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    out = new BufferedOutputStream(socket.getOutputStream(), 64 << 10);
    reply();
    say("EHLO sender.test");
  }

  /** Sends it by DATA; the last answer. */
  String data(LargeLetter letter, String user) throws IOException {
    String answer = envelope(user);
    if (!answer.startsWith("250")) {
      return answer;
    }
    answer = say("DATA");
    if (!answer.startsWith("354")) {
      return answer;
    }
    out.write(letter.header());
    letter.body(out, true);
    return say(".");
  }

  /** The same by BDAT (RFC 3030), in chunks that end anywhere. */
  String bdat(LargeLetter letter, String user) throws IOException {
    String answer = envelope(user);
    if (!answer.startsWith("250")) {
      return answer;
    }
    byte[] header = letter.header();
    command("BDAT " + header.length);
    out.write(header);
    out.flush();
    answer = reply();
    if (!answer.startsWith("250")) {
      return answer;
    }
    letter.body(new Chunks(letter.bodySize()), false);
    return reply();
  }

  private String envelope(String user) throws IOException {
    String answer = say("MAIL FROM:<sender@example.net>");
    return answer.startsWith("250") ? say("RCPT TO:<" + user + ">") : answer;
  }

  /** Puts the commands in between. */
  private final class Chunks extends FilterOutputStream {
    private long left;
    private int inChunk;

    Chunks(long size) {
      super(LargeSender.this.out);
      left = size;
    }

    @Override
    public void write(byte[] octets, int from, int count) throws IOException {
      int at = from;
      while (at < from + count) {
        if (inChunk == 0) {
          begin();
        }
        int piece = Math.min(inChunk, from + count - at);
        out.write(octets, at, piece);
        at += piece;
        inChunk -= piece;
        left -= piece;
        if (inChunk == 0) {
          end();
        }
      }
    }

    private void begin() throws IOException {
      inChunk = (int) Math.min(CHUNK, left);
      command("BDAT " + inChunk + (inChunk == left ? " LAST" : ""));
    }

    private void end() throws IOException {
      LargeSender.this.out.flush();
      if (left > 0) {
        String answer = reply();
        if (!answer.startsWith("250")) {
          throw new IOException("chunk refused: " + answer);
        }
      }
    }
  }

  private void command(String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The last line of the answer. */
  String say(String line) throws IOException {
    command(line);
    out.flush();
    return reply();
  }

  private String reply() throws IOException {
    return Replies.last(in);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
