package org.holdfast.gateway.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A call whose answer may take minutes: somebody who watches sees meanwhile how far it is. */
final class LongCall {

  private static final Duration LOOK = Duration.ofMillis(500);

  private LongCall() {}

  /** Says how far it is. */
  interface Look {
    void show(Progress progress) throws IOException, InterruptedException;
  }

  /**
   * The answer.
   *
   * @param progress shown by {@code look}; closed here
   */
  static JsonNode answer(Terminal terminal, Progress progress, Callable<JsonNode> call, Look look)
      throws Exception {
    if (!terminal.watched()) {
      return call.call();
    }
    try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
        progress) {
      Future<JsonNode> answer = thread.submit(call);
      while (true) {
        JsonNode done = within(answer);
        if (done != null) {
          return done;
        }
        look.show(progress);
      }
    }
  }

  /** Null: not within the time of a look. */
  private static @Nullable JsonNode within(Future<JsonNode> answer) throws Exception {
    try {
      return answer.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      return null;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
