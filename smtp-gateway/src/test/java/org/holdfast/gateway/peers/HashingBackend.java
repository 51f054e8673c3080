package org.holdfast.gateway.peers;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An LMTP server (RFC 2033) that takes everything and keeps of each message only whether its body
 * has the hash that its header says. Thread-safe.
 */
final class HashingBackend implements AutoCloseable {

  /** One delivery: for whom, which one, and whether every octet of its body is right. */
  record Arrival(String user, int number, boolean whole) {}

  private static final int BUFFER = 64 << 10;

  /** CRLF included. */
  private static final int LINE = 4_096;

  private final LoopbackServer server;
  private final List<Arrival> arrivals = new CopyOnWriteArrayList<>();

  HashingBackend() throws IOException {
    server = new LoopbackServer(Thread.ofPlatform().daemon(), this::serve);
  }

  int port() {
    return server.port();
  }

  /** What arrived so far. */
  List<Arrival> arrivals() {
    return List.copyOf(arrivals);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void serve(Socket socket) {
    try (socket;
        InputStream in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        OutputStream out = socket.getOutputStream()) {
      new Session(in, out).converse();
    } catch (IOException e) {
      return; // the gateway was killed
    }
  }

  /** One connection. */
  private final class Session {
    private final InputStream in;
    private final OutputStream out;
    private final List<String> to = new ArrayList<>();
    private final byte[] line = new byte[LINE];
    private int number;

    Session(InputStream in, OutputStream out) {
      this.in = in;
      this.out = out;
    }

    void converse() throws IOException {
      say("220 backend LMTP");
      for (int count = line(); count >= 0; count = line()) {
        String command = text(count);
        switch (command.substring(0, Math.min(4, command.length()))) {
          case "LHLO" -> say("250-backend\r\n250-PIPELINING\r\n250 8BITMIME");
          case "RCPT" -> {
            to.add(command.substring(command.indexOf('<') + 1, command.indexOf('>')));
            say("250 2.1.5 ok");
          }
          case "DATA" -> {
            say("354 go");
            boolean whole = content();
            for (String user : to) {
              arrivals.add(new Arrival(user, number, whole));
              say("250 2.0.0 saved");
            }
            to.clear();
          }
          case "QUIT" -> {
            say("221 2.0.0 bye");
            return;
          }
          default -> say("250 2.0.0 ok");
        }
      }
    }

    private boolean content() throws IOException {
      String expected = "";
      int count = line();
      while (count > 2) {
        String field = text(count);
        expected = after(LargeLetter.HASH, field, expected);
        number = Integer.parseInt(after(LargeLetter.SUBJECT, field, "" + number));
        count = line();
      }
      MessageDigest digest = LargeLetter.sha256();
      for (count = line(); count != 3 || line[0] != '.'; count = line()) {
        if (count < 0) {
          throw new IOException("cut off in the content");
        }
        int from = line[0] == '.' ? 1 : 0;
        digest.update(line, from, count - from);
      }
      return HexFormat.of().formatHex(digest.digest()).equals(expected);
    }

    private static String after(String name, String field, String otherwise) {
      return field.startsWith(name) ? field.substring(name.length()) : otherwise;
    }

    /** Reads a line with its LF; returns its length, -1 at the end. */
    private int line() throws IOException {
      int count = 0;
      for (int octet = in.read(); octet >= 0; octet = in.read()) {
        line[count++] = (byte) octet;
        if (octet == '\n') {
          return count;
        }
      }
      return -1;
    }

    private String text(int count) {
      return new String(line, 0, count, StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private void say(String reply) throws IOException {
      out.write((reply + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }
  }
}
