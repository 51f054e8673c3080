package org.holdfast.gateway.refusals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An LMTP client with one connection. */
final class Sender implements AutoCloseable {

  private final Socket socket;
  private final BufferedReader in;
  private final OutputStream out;

  Sender(InetSocketAddress door) throws IOException {
    socket = new Socket(door.getAddress(), door.getPort());
    in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    out = socket.getOutputStream();
    hear();
    say("LHLO client.example");
  }

  /** The reply for each recipient. */
  List<String> send(String subject, List<String> recipients) throws IOException {
    say("MAIL FROM:<from@elsewhere.example>");
    for (String recipient : recipients) {
      say("RCPT TO:<" + recipient + ">");
    }
    say("DATA");
    List<String> replies = new ArrayList<>();
    replies.add(say("Subject: " + subject + "\r\n\r\nhello\r\n."));
    while (replies.size() < recipients.size()) {
      replies.add(hear());
    }
    return replies;
  }

  String send(String subject, String recipient) throws IOException {
    return send(subject, List.of(recipient)).getFirst();
  }

  private String say(String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    return hear();
  }

  private String hear() throws IOException {
    String line = in.readLine();
    while (line != null && line.length() > 3 && line.charAt(3) == '-') {
      line = in.readLine();
    }
    if (line == null) {
      throw new IOException("the gateway hung up");
    }
    return line;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
