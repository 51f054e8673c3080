package org.holdfast.gateway.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.holdfast.gateway.conf.ConfigurationException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs one action on held mail: says what it would do, asks once, does it, shows how far it is. */
final class QueueAct {

  private static final Duration LOOK = Duration.ofMillis(500);

  private final ClientOptions options;
  private final AdminClient client;
  private final String action;
  private final ActionTarget.Request request;

  private QueueAct(
      ClientOptions options, AdminClient client, String action, ActionTarget.Request request) {
    this.options = options;
    this.client = client;
    this.action = action;
    this.request = request;
  }

  /**
   * Does it; the exit code.
   *
   * @param dangerous cannot be taken back: a person is asked first when it is about more than one
   */
  static int run(
      ClientOptions options, ActionTarget target, String action, ObjectNode body, boolean dangerous)
      throws IOException, InterruptedException, ConfigurationException {
    ActionTarget.Request request = target.request(options, action, body);
    try (AdminClient client = options.client()) {
      QueueAct act = new QueueAct(options, client, action, request);
      if (target.dryRun()) {
        return act.tryOut();
      }
      boolean asks = dangerous && !target.yes() && options.person().present();
      if (asks && !act.agreed()) {
        options.terminal().warn("nothing was done");
        return ExitCode.REFUSED;
      }
      JsonNode answer = act.done();
      return Answers.done(
          options, action + ": " + Answers.text(answer, "affected") + " deliveries", answer);
    }
  }

  private JsonNode wouldBe() throws IOException, InterruptedException {
    return client.post(request.path(), request.body().deepCopy().put("dryRun", true));
  }

  private int tryOut() throws IOException, InterruptedException {
    JsonNode answer = wouldBe();
    if (options.json()) {
      Answers.json(options, answer);
    } else {
      show(answer);
    }
    return ExitCode.DONE;
  }

  private void show(JsonNode answer) {
    long count = answer.path("affected").asLong(0);
    options.terminal().line(action + " would be about " + count + " deliveries");
    JsonNode first = answer.path("first");
    if (!first.isEmpty()) {
      Answers.table(
          options,
          first,
          new String[] {"ID", "RECIPIENT", "SENDER", "PAIR", "STATE", "SIZE", "ACCEPTED"},
          "id",
          "recipient",
          "sender",
          "pair",
          "state",
          "size",
          "accepted");
    }
    if (count > first.size()) {
      options.terminal().line("... and " + (count - first.size()) + " more");
    }
  }

  private boolean agreed() throws IOException, InterruptedException {
    JsonNode answer = wouldBe();
    long count = answer.path("affected").asLong(0);
    if (count <= 1) {
      return true;
    }
    show(answer);
    return options.person().agrees(action + " " + count + " deliveries for good?");
  }

  private JsonNode done() throws IOException, InterruptedException {
    if (!options.terminal().colours()) {
      return client.post(request.path(), request.body());
    }
    try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
        Progress progress = new Progress(options.terminal(), action, 0, "deliveries")) {
      Future<JsonNode> answer = thread.submit(() -> client.post(request.path(), request.body()));
      while (true) {
        JsonNode done = within(answer);
        if (done != null) {
          return done;
        }
        JsonNode run = running();
        progress.of(run.path("total").asLong(0));
        long affected = run.path("affected").asLong(0);
        progress.at(affected, affected);
      }
    }
  }

  /** Null: not within the time of a look. */
  private static @Nullable JsonNode within(Future<JsonNode> answer)
      throws IOException, InterruptedException {
    try {
      return answer.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      return null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException refused) {
        throw refused;
      }
      throw new IOException(String.valueOf(e.getCause()), e);
    }
  }

  private JsonNode running() throws IOException, InterruptedException {
    for (JsonNode run : Pages.items(client.get("/v1/queue/actions"))) {
      if (Answers.text(run, "state").equals("running")
          && Answers.text(run, "action").equals(action)) {
        return run;
      }
    }
    return AdminClient.object();
  }
}
