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

  private final Socket socket;
  private final BufferedReader in;
  private final OutputStream out;

  Client(InetSocketAddress server) throws IOException {
    this(connected(server));
  }

  /** Over a socket that is connected already: one with TLS, say. */
  Client(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MS);
    in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    out = socket.getOutputStream();
  }

  private static Socket connected(InetSocketAddress server) throws IOException {
    Socket socket = new Socket();
    socket.connect(server, PATIENCE_MS);
    return socket;
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

  /** A whole reply, its lines joined by spaces. */
  String whole(String command) throws IOException {
    send(command + "\r\n");
    StringBuilder reply = new StringBuilder();
    String line = line();
    while (line.length() > 3 && line.charAt(3) == '-') {
      reply.append(line.substring(4)).append(' ');
      line = line();
    }
    return reply.append(line).toString();
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
