package org.holdfast.gateway.accept;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends exactly the octets it is told to. */
final class Client implements AutoCloseable {

  private static final int PATIENCE_MS = 10_000;

  private final Socket socket = new Socket();
  private final BufferedReader in;
  private final OutputStream out;

  Client(InetSocketAddress server) throws IOException {
    socket.connect(server, PATIENCE_MS);
    socket.setSoTimeout(PATIENCE_MS);
    in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    out = socket.getOutputStream();
  }

  Client send(String octets) throws IOException {
    out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    return this;
  }

  /** One reply: its last line. {@code closed} at the end of the connection. */
  String reply() throws IOException {
    String line = in.readLine();
    while (line != null && line.length() > 3 && line.charAt(3) == '-') {
      line = in.readLine();
    }
    return line == null ? "closed" : line;
  }

  /** The next line whatever it is. */
  String line() throws IOException {
    String line = in.readLine();
    return line == null ? "closed" : line;
  }

  /** Sends one command and takes its reply. */
  String say(String command) throws IOException {
    return send(command + "\r\n").reply();
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
