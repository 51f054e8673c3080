package org.holdfast.gateway.bounce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that hands over one small message and insists on every answer. */
final class Sender implements AutoCloseable {

  private final Socket socket;
  private final BufferedReader in;
  private final OutputStream out;

  private Sender(InetSocketAddress smtp) throws IOException {
    this.socket = new Socket(smtp.getAddress(), smtp.getPort());
    this.in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    this.out = socket.getOutputStream();
  }

  /**
   * Hands it over.
   *
   * @param from as it stands after {@code MAIL FROM:}, parameters included
   * @param to the same after {@code RCPT TO:}
   */
  static void send(InetSocketAddress smtp, String from, String... to) throws IOException {
    try (Sender sender = new Sender(smtp)) {
      sender.hear("220");
      sender.say("EHLO client.example", "250");
      sender.say("MAIL FROM:" + from, "250");
      for (String one : to) {
        sender.say("RCPT TO:" + one, "250");
      }
      sender.say("DATA", "354");
      sender.say("Subject: hello\r\n\r\nthe body\r\n.", "250");
    }
  }

  private void say(String line, String code) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    hear(code);
  }

  private void hear(String code) throws IOException {
    String line = in.readLine();
    while (line != null && line.startsWith(code + "-")) {
      line = in.readLine();
    }
    assertThat(line).startsWith(code);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
