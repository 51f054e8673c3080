package org.holdfast.gateway.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** A service manager's ear: a Unix datagram socket, in Python, because Java has none. */
final class NotifyReceiver implements AutoCloseable {

  private static final String SCRIPT =
      """
      import socket, sys
      name = sys.argv[1]
      ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      ear.bind('\\0' + name[1:] if name[0] == '@' else name)
      print('listening', flush=True)
      while True:
          print(repr(ear.recv(4096).decode()), flush=True)
      """;

  final List<String> heard = new CopyOnWriteArrayList<>();
  private final Process python;

  /** Listens when this returns. */
  NotifyReceiver(String name) throws IOException {
    python =
        new ProcessBuilder("python3", "-c", SCRIPT, name)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(python.getInputStream(), StandardCharsets.UTF_8));
    if (!Objects.equals(lines.readLine(), "listening")) {
      throw new IOException("the receiver does not listen");
    }
    Thread.ofVirtual().start(() -> lines.lines().forEach(heard::add));
  }

  /** One message that has both. */
  boolean heard(String first, String second) {
    return heard.stream().anyMatch(line -> line.contains(first) && line.contains(second));
  }

  @Override
  public void close() {
    python.destroyForcibly();
  }
}
