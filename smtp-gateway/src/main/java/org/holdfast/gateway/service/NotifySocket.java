package org.holdfast.gateway.service;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The datagram socket that {@code NOTIFY_SOCKET} names: a path, or a name in Linux's abstract
 * namespace, which begins with {@code @}. Java has no such sockets; Netty's native transport, which
 * carries our mail, has. Without it, or with a name of another kind, nothing is told, and the log
 * says so once.
 *
 * <p>The process has one for its whole life: it is closed by its end.
 */
public final class NotifySocket implements Datagrams {

  private static final Logger LOG = LoggerFactory.getLogger(NotifySocket.class);

  /** {@code sockaddr_un} has room for so many octets. */
  private static final int LONGEST_NAME = 107;

  /** A manager whose queue is full is tried so often... */
  private static final int TRIES = 50;

  /** ...so far apart: a second in all. */
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

  private final Socket socket;
  private final byte[] name;

  /** Said once, not with every message. */
  private boolean complained;

  private NotifySocket(Socket socket, byte[] name) {
    this.socket = socket;
    this.name = name;
  }

  /** The one that the environment names. */
  public static Datagrams of(Map<String, String> environment) {
    String name = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (name.isEmpty()) {
      return Datagrams.none();
    }
    byte[] octets = name.getBytes(StandardCharsets.UTF_8);
    if ((octets[0] != '/' && octets[0] != '@') || octets.length > LONGEST_NAME) {
      LOG.warn("NOTIFY_SOCKET is neither a path nor an abstract name: {}; nothing is told", name);
      return Datagrams.none();
    }
    if (octets[0] == '@') {
      octets[0] = 0;
    }
    return open(octets);
  }

  private static Datagrams open(byte[] name) {
    try {
      Epoll.ensureAvailability();
      return new NotifySocket(Socket.newSocketDomainDgram(), name);
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("the service manager cannot be told anything: no native sockets here", e);
      return Datagrams.none();
    }
  }

  @Override
  public synchronized void send(String message) {
    byte[] octets = message.getBytes(StandardCharsets.UTF_8);
    ByteBuffer direct = ByteBuffer.allocateDirect(octets.length).put(octets);
    try {
      if (!sent(direct, octets.length)) {
        complain("it does not read");
      }
    } catch (IOException e) {
      complain(e.toString());
    }
  }

  /** The socket does not block, and a "ready" that got lost would leave a reload without an end. */
  private boolean sent(ByteBuffer message, int length) throws IOException {
    for (int tries = 0; tries < TRIES; tries++) {
      if (socket.sendToDomainSocket(message, 0, length, name) >= length) {
        return true;
      }
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
    }
    return false;
  }

  private void complain(String why) {
    if (!complained) {
      complained = true;
      LOG.warn("the service manager was not told \"alive\" or \"ready\": {}", why);
    }
  }
}
