package org.holdfast.gateway.admin;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * The lines of {@code POST /v1/states}, read and understood by a thread of their own, so that a
 * batch is as large as what came while the one before was made: a lonely line is done at once, and
 * a long list in few steps. Taken by one thread.
 */
final class StateLines implements AutoCloseable {

  /** Lines that become durable together, at most; as many are read ahead. */
  static final int BATCH = 20_000;

  /** Octets of one line. */
  static final int MAX_LINE_BYTES = 8 * 1024;

  private static final Line END = new Line(null, null, "");

  private final Lines lines;
  private final Caller caller;
  private final BlockingQueue<Line> ready = new ArrayBlockingQueue<>(BATCH);
  private final Thread reader;
  private volatile @Nullable IOException broken;
  private boolean ended;

  /** One line: a change, or why it is none. */
  record Line(@Nullable UserChange change, @Nullable Problem refused, String address) {

    static Line refused(String address, Problem why) {
      return new Line(null, why, address);
    }

    private boolean isEnd() {
      return change == null && refused == null;
    }
  }

  private StateLines(Lines lines, Caller caller) {
    this.lines = lines;
    this.caller = caller;
    this.reader = Thread.ofVirtual().name("states-lines").unstarted(this::read);
  }

  /** Begins to read; {@code caller} is who may set what. */
  static StateLines of(InputStream body, Caller caller) {
    StateLines made = new StateLines(new Lines(body, MAX_LINE_BYTES), caller);
    made.reader.start();
    return made;
  }

  /**
   * What has come, at least one line; empty after the last.
   *
   * @throws IOException the request broke off
   */
  List<Line> next() throws IOException, InterruptedException {
    List<Line> batch = new ArrayList<>();
    if (!ended) {
      batch.add(ready.take());
      ready.drainTo(batch, BATCH - 1);
      ended = batch.getLast().isEnd();
    }
    if (ended && !batch.isEmpty()) {
      batch.removeLast();
    }
    if (batch.isEmpty() && broken != null) {
      throw new IOException("the request broke off", broken);
    }
    return batch;
  }

  private void read() {
    try {
      try {
        Line line = one();
        while (line != null) {
          ready.put(line);
          line = one();
        }
      } catch (IOException e) {
        broken = e;
      }
      ready.put(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody takes any more
    }
  }

  private @Nullable Line one() throws IOException {
    byte[] text;
    do {
      try {
        text = lines.next();
      } catch (Problem tooLong) {
        return Line.refused("", tooLong);
      }
    } while (text != null && isBlank(text));
    return text == null ? null : understood(text);
  }

  private static boolean isBlank(byte[] text) {
    return text.length == 0 || (text.length == 1 && text[0] == '\r');
  }

  private Line understood(byte[] text) {
    String address = "";
    try {
      Body body = Body.of(text, "address", "state", "pair", "to", "epoch", "priority", "reason");
      address = body.text("address");
      Integer priority = Words.priority(body);
      if (priority != null && caller.isBackend()) {
        throw Problem.forbidden("a backend may not set priorities");
      }
      boolean ranksOnly = priority != null && !body.has("state");
      UserState state = ranksOnly ? null : Words.userState(body.text("state"));
      if (state != null) {
        Access.maySet(caller, state);
      }
      return new Line(change(address, state, body, priority), null, address);
    } catch (Problem refused) {
      return Line.refused(address, refused);
    }
  }

  private static UserChange change(
      String address, @Nullable UserState state, Body body, @Nullable Integer priority) {
    return new UserChange(
        address,
        state,
        body.textOrNull("pair"),
        body.textOrNull("to"),
        body.textOrNull("reason"),
        body.numberOrNull("epoch"),
        priority);
  }

  /** Ends the reading; the request's stream is nobody's when this returns. */
  @Override
  public void close() throws IOException {
    reader.interrupt();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
