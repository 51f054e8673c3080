package org.holdfast.gateway.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Parts of a load on their way, so many at a time: the gateway reads one while it writes the one
 * before. Used by one thread.
 */
final class PartsInFlight implements AutoCloseable {

  /** More would wait in the gateway's memory. */
  static final int AT_ONCE = 2;

  private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Part> inFlight = new ArrayDeque<>();
  private final LoadSum sum;
  private @Nullable Part broken;

  /**
   * One part.
   *
   * @param firstLine of the file
   * @param octets of the file up to its end
   * @param users up to its end
   */
  record Part(long firstLine, long octets, long users, Future<JsonNode> answer) {}

  PartsInFlight(LoadSum sum) {
    this.sum = sum;
  }

  /** Sends it, after waiting for others when there are enough on their way; answers the last. */
  @Nullable Part send(long firstLine, long octets, long users, Callable<JsonNode> send)
      throws IOException, InterruptedException {
    Part done = null;
    while (inFlight.size() >= AT_ONCE) {
      done = await();
    }
    inFlight.add(new Part(firstLine, octets, users, senders.submit(send)));
    return done;
  }

  /** Waits for everything. */
  void finish() throws IOException, InterruptedException {
    while (!inFlight.isEmpty()) {
      Part _ = await();
    }
  }

  /** The first line that may not be loaded yet; 0 when nothing is missing. */
  long missingFrom() {
    Part first = broken != null ? broken : inFlight.peek();
    return first == null ? 0 : first.firstLine();
  }

  private Part await() throws IOException, InterruptedException {
    Part part = inFlight.remove();
    try {
      sum.add(part.answer().get());
      return part;
    } catch (ExecutionException e) {
      broken = part;
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IOException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      broken = part;
      throw e;
    }
  }

  /** What is on its way still is waited for: its end says nothing any more. */
  @Override
  public void close() {
    senders.close();
  }
}
