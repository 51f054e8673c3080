package org.holdfast.gateway.cli;

import java.io.IOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs one action on held mail: says what it would do, asks once, does it, shows how far it is. */
final class QueueAct {

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

  /** How bad it would be to have said this by mistake. */
  enum Danger {
    /** It would have come to that anyway. */
    NONE,
    /** Another command takes it back: a person is asked when it is about many. */
    UNDONE_BY_RETRY,
    /** Nothing takes it back: a script has to say --yes when it is about many. */
    FOR_GOOD
  }

  /** Does it; the exit code. */
  static int run(
      ClientOptions options, ActionTarget target, String action, ObjectNode body, Danger danger)
      throws Exception {
    ActionTarget.Request request = target.request(options, action, body);
    try (AdminClient client = options.client()) {
      QueueAct act = new QueueAct(options, client, action, request);
      if (target.dryRun()) {
        return act.tryOut();
      }
      if (!act.agreed(target.consent(), danger)) {
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

  /** One message that was named is what was meant; what a filter finds is counted first. */
  private boolean agreed(Consent consent, Danger danger) throws IOException, InterruptedException {
    boolean person = options.person().present();
    boolean forGood = danger == Danger.FOR_GOOD;
    boolean asks = person ? request.wide() || forGood : request.wide() && forGood;
    if (danger == Danger.NONE || consent.given() || !asks) {
      return true;
    }
    JsonNode answer = wouldBe();
    long count = answer.path("affected").asLong(0);
    if (count <= 1) {
      return true;
    }
    if (person) {
      show(answer);
    }
    String would = action + " " + Progress.count(count) + " deliveries";
    return forGood ? consent.to(options, would + " for good") : consent.atTerminal(options, would);
  }

  private JsonNode done() throws Exception {
    Progress progress = new Progress(options.terminal(), action, 0, "deliveries");
    return LongCall.answer(
        options.terminal(),
        progress,
        () -> client.post(request.path(), request.body()),
        shown -> {
          JsonNode run = running();
          shown.of(run.path("total").asLong(0));
          long affected = run.path("affected").asLong(0);
          shown.at(affected, affected);
        });
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
