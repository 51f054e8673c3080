package org.holdfast.gateway.demo;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * An upstream mail server's connection to the gateway: one command at a time, real SMTP. Not
 * thread-safe.
 */
final class SmtpDialogue implements Closeable {

  private static final int CONNECT_MILLIS = 5_000;

  /** Longer than the gateway may take for a hand-off. */
  private static final int REPLY_MILLIS = 60_000;

  private final Socket socket = new Socket();
  private final BufferedReader in;
  private final OutputStream out;

  SmtpDialogue(InetSocketAddress server) throws IOException {
    try {
      socket.connect(server, CONNECT_MILLIS);
      socket.setSoTimeout(REPLY_MILLIS);
      socket.setTcpNoDelay(true);
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      out = socket.getOutputStream();
      expect(reply(), '2');
      expect(command("EHLO mx1.demo.test"), '2');
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Offers one message and returns the reply that decided about it.
   *
   * @param message lines ended by CRLF, none beginning with a dot
   * @throws IOException when the connection broke: nobody knows what became of it
   */
  String send(String from, String to, String message) throws IOException {
    for (String step : new String[] {"MAIL FROM:<" + from + ">", "RCPT TO:<" + to + ">", "DATA"}) {
      String reply = command(step);
      if (reply.charAt(0) > '3') {
        command("RSET");
        return reply;
      }
    }
    return command(message + ".");
  }

  @Override
  public void close() throws IOException {
    try (socket) {
      command("QUIT");
    }
  }

  private String command(String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    return reply();
  }

  /** The last line of the reply (RFC 5321 section 4.2.1). */
  private String reply() throws IOException {
    String line;
    do {
      line = in.readLine();
      if (line == null || line.length() < 3) {
        throw new EOFException("connection closed");
      }
    } while (line.length() > 3 && line.charAt(3) == '-');
    return line;
  }

  private static void expect(String reply, char firstDigit) throws IOException {
    if (reply.charAt(0) != firstDigit) {
      throw new IOException("refused: " + reply);
    }
  }
}
