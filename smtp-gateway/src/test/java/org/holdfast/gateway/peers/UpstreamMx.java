package org.holdfast.gateway.peers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** An MTA of its own that takes mail from anybody and hands it over to a next hop. */
interface UpstreamMx extends AutoCloseable {

  Duration START_LIMIT = Duration.ofSeconds(15);

  /** Where it takes mail, on the loopback address. */
  int port();

  /** Tries everything that is deferred now. */
  void flush() throws IOException;

  boolean queueIsEmpty() throws IOException;

  /** Lines of its log about mail that it returned to its sender. */
  List<String> bounces() throws IOException;

  @Override
  void close() throws IOException;

  /** Waits until it takes connections. */
  default void awaitStart() {
    await(getClass().getSimpleName() + " answers").atMost(START_LIMIT).until(this::answers);
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      return socket.getInputStream().read() == '2';
    } catch (IOException e) {
      return false;
    }
  }
}
