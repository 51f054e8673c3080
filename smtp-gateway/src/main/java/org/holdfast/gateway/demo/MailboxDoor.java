package org.holdfast.gateway.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small LMTP server in front of {@link Mailboxes} that can really die: the port closes, open
 * connections are cut, nobody answers. It comes back on the same port.
 *
 * <p>Storing a message and saying so is one step that death cannot divide, so what this server
 * answered and what it has always agree. (A real one can't promise that; see the gateway's promise
 * "at least once".)
 *
 * <p>Thread-safe. The lock of this object protects the listener, the open connections and a
 * delivery against death; each conversation has a virtual thread of its own.
 */
final class MailboxDoor {

  private static final Logger log = LoggerFactory.getLogger(MailboxDoor.class);

  /** Connections at once; more are closed without a greeting. */
  static final int MAX_CONNECTIONS = 200;

  private static final int BACKLOG = 64;

  private final String name;
  private final Mailboxes mailboxes;
  private final Set<Socket> open = new HashSet<>();
  private int port; // 0 until the first opening: any free one
  private @Nullable ServerSocket listener;

  MailboxDoor(String name, Mailboxes mailboxes) {
    this.name = name;
    this.mailboxes = mailboxes;
  }

  String name() {
    return name;
  }

  Mailboxes mailboxes() {
    return mailboxes;
  }

  boolean knows(String address) {
    return mailboxes.has(address);
  }

  synchronized InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Listens; after a first time on the same port again. */
  synchronized void open() throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
    port = socket.getLocalPort();
    listener = socket;
    Thread.ofVirtual().name("lmtp-" + name).start(() -> welcome(socket));
  }

  /** Closes the port and cuts every connection. No delivery is answered after this returns. */
  synchronized void die() {
    close(listener);
    listener = null;
    open.forEach(MailboxDoor::close);
    open.clear();
  }

  /** A delivery: all of it before death, or none of it. */
  synchronized void deliver(Delivery delivery) throws IOException {
    if (listener == null) {
      throw new SocketException("dead");
    }
    delivery.run();
  }

  synchronized void ended(Socket socket) {
    open.remove(socket);
  }

  private void welcome(ServerSocket from) {
    try {
      while (true) {
        converse(from.accept());
      }
    } catch (IOException | UncheckedIOException e) {
      log.debug("{} listens no more: {}", name, e.getMessage());
    }
  }

  private synchronized void converse(Socket socket) throws IOException {
    if (listener == null || open.size() == MAX_CONNECTIONS) {
      close(socket);
      return;
    }
    socket.setTcpNoDelay(true);
    open.add(socket);
    Thread.ofVirtual().name("lmtp-" + name + "-session").start(new LmtpSession(this, socket));
  }

  private static void close(java.io.@Nullable Closeable socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      log.debug("closing: {}", e.getMessage());
    }
  }

  /** Stores and answers. */
  interface Delivery {
    void run() throws IOException;
  }
}
