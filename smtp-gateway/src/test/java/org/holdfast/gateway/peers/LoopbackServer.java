package org.holdfast.gateway.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Consumer;

/** Listens on a free port of the loopback address and serves each connection in its own thread. */
final class LoopbackServer implements AutoCloseable {

  private static final int BACKLOG = 64;

  private final ServerSocket listener =
      new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
  private final Thread.Builder threads;
  private final Consumer<Socket> service;

  /**
   * Begins at once.
   *
   * @param service has the connection to itself and closes it
   */
  LoopbackServer(Thread.Builder threads, Consumer<Socket> service) throws IOException {
    this.threads = threads;
    this.service = service;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        threads.start(() -> service.accept(socket));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
