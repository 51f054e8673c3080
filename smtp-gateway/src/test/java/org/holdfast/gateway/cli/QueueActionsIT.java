package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code queue retry | park | redirect | discard | export} at night. */
class QueueActionsIT {

  private static final String ACTIONS = "POST /v1/queue/actions";
  private static final String THREE =
      """
      {"action":"discard","affected":3,"dryRun":true,"first":[
        {"id":"q1","recipient":"a@x.org","sender":"s@y.test","pair":"p","state":"parked",
         "size":2048,"accepted":"2026-11-21T10:00:00Z"}]}
      """;

  private final Cli cli = new Cli();
  @TempDir private Path folder = Path.of("");

  @AfterEach
  void stop() {
    cli.close();
  }

  @Test
  void dryRun_saysHowManyAndTheFirst_andAsksForNothingElse() {
    cli.answer = true;
    cli.gateway.on(ACTIONS, 200, THREE);
    assertThat(cli.run("queue", "discard", "--sender", "s@y.test", "--reason", "r", "--dry-run"))
        .isEqualTo(0);
    assertThat(cli.out.toString())
        .contains("discard would be about 3 deliveries", "q1", "a@x.org", "... and 2 more");
    assertThat(cli.bodies()).hasSize(1);
    assertThat(cli.bodies().getFirst()).contains("\"dryRun\":true");
    assertThat(cli.questions).isEmpty();
  }

  @Test
  void discard_ofMany_asksThePersonOnce() {
    cli.gateway.on(ACTIONS, 200, THREE);
    cli.answer = true;
    assertThat(cli.run("queue", "discard", "--pair", "p", "--reason", "r")).isEqualTo(0);
    assertThat(cli.questions).containsExactly("discard 3 deliveries for good?");
    assertThat(cli.bodies()).hasSize(2);
    assertThat(cli.bodies().getLast()).doesNotContain("dryRun");
  }

  @Test
  void discard_personSaysNo_nothingIsDone() {
    cli.gateway.on(ACTIONS, 200, THREE);
    cli.answer = false;
    assertThat(cli.run("queue", "discard", "--all", "--reason", "r")).isEqualTo(1);
    assertThat(cli.bodies()).hasSize(1);
    assertThat(cli.bodies().getFirst()).contains("\"dryRun\":true");
    assertThat(cli.err.toString()).contains("nothing was done");
  }

  @Test
  void discard_ofOneOrWithYes_asksNothing() {
    cli.gateway.on(ACTIONS, 200, "{\"affected\":1,\"first\":[]}");
    cli.answer = false;
    assertThat(cli.run("queue", "discard", "--pair", "p", "--reason", "r")).isEqualTo(0);
    cli.gateway.on(ACTIONS, 200, THREE);
    assertThat(cli.run("queue", "discard", "--pair", "p", "--reason", "r", "--yes")).isEqualTo(0);
    assertThat(cli.questions).isEmpty();
    assertThat(cli.out.toString()).contains("discard: 1 deliveries", "discard: 3 deliveries");
  }

  @Test
  void discard_ofManyByAScript_needsYes() {
    cli.gateway.on(ACTIONS, 200, THREE);
    assertThat(cli.run("queue", "discard", "--pair", "p", "--reason", "r")).isEqualTo(2);
    assertThat(cli.err.toString())
        .contains("this would discard 3 deliveries for good; to do it say --yes");
    assertThat(cli.bodies()).singleElement().asString().contains("\"dryRun\":true");
    assertThat(cli.run("queue", "discard", "--pair", "p", "--reason", "r", "--yes")).isEqualTo(0);
    assertThat(cli.run("queue", "redirect", "--pair", "p", "--to", "b@x.org")).isEqualTo(2);
  }

  @Test
  void namedMessage_ofAScript_needsNoYes() {
    cli.gateway
        .on("POST /v1/queue/messages/id1/discard", 200, "{\"affected\":4}")
        .on("POST /v1/queue/messages/id1/redirect", 200, "{\"affected\":4}");
    assertThat(cli.run("queue", "discard", "id1", "--reason", "r")).isEqualTo(0);
    assertThat(cli.run("queue", "redirect", "id1", "--to", "b@x.org")).isEqualTo(0);
    assertThat(cli.bodies()).hasSize(2);
  }

  @Test
  void park_ofMany_asksAPersonButNoScript() {
    cli.gateway.on(ACTIONS, 200, THREE);
    cli.answer = false;
    assertThat(cli.run("queue", "park", "--all")).isEqualTo(1);
    assertThat(cli.questions).containsExactly("park 3 deliveries?");
    cli.answer = null;
    assertThat(cli.run("queue", "park", "--all")).isEqualTo(0);
  }

  @Test
  void redirect_byFilterOrId_isSent() {
    cli.gateway
        .on(ACTIONS, 200, "{\"affected\":5}")
        .on("POST /v1/queue/messages/id1/redirect", 200, "{\"affected\":1}");
    assertThat(
            cli.run(
                "queue",
                "redirect",
                "--recipient",
                "a@x.org",
                "--to",
                "b@x.org",
                "--reason",
                "r",
                "--yes"))
        .isEqualTo(0);
    assertThat(cli.run("queue", "redirect", "id1", "--to", "b@x.org")).isEqualTo(0);
    assertThat(cli.run("queue", "redirect", "--to", "b@x.org")).isEqualTo(2);
    assertThat(cli.bodies())
        .containsExactly(
            "{\"reason\":\"r\",\"to\":\"b@x.org\",\"action\":\"redirect\",\"all\":false,"
                + "\"filter\":{\"recipient\":\"a@x.org\"}}",
            "{\"to\":\"b@x.org\"}");
  }

  @Test
  void olderThan_isATimeBefore() {
    cli.gateway.on(ACTIONS, 200, "{\"affected\":5}");
    Instant threeDaysAgo = cli.pace.now().minus(Duration.ofDays(3));
    assertThat(cli.run("queue", "retry", "--older-than", "3d")).isEqualTo(0);
    assertThat(cli.run("queue", "retry", "--before", "2026-11-21T22:00:00Z")).isEqualTo(0);
    JsonNode asked = AdminClient.JSON.readTree(cli.bodies().getFirst());
    Instant before = Instant.parse(asked.path("filter").path("before").asString());
    assertThat(before).isEqualTo(threeDaysAgo);
    assertThat(cli.bodies().getLast()).contains("\"before\":\"2026-11-21T22:00:00Z\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--older-than soon",
        "--older-than -3d",
        "--before yesterday",
        "--before 2026-11-21T22:00:00Z --older-than 3d",
        "--all --sender a@x.test",
        "id1 --pair p",
        "id1 --all",
      })
  void target_saidWrongly_isUsage(String words) {
    String line = "queue retry " + words;
    assertThat(cli.run(line.split(" ", -1))).isEqualTo(2);
    assertThat(cli.gateway.asked()).isEmpty();
  }

  @Test
  void export_byAnyFilterOrId_writesEachMessageOnceAndPassesOverWhatIsGone() throws Exception {
    String item = "{\"id\":\"%s\",\"sender\":\"\",\"accepted\":\"2026-11-21T08:05:00Z\"}";
    String page = "{\"items\":[" + item + "," + item + "," + item + "],\"next\":%s}";
    cli.gateway
        .on(
            "GET /v1/queue/messages?pair=p&state=parked&limit=1000",
            200,
            page.formatted("1", "1", "2", "\"c\""))
        .on(
            "GET /v1/queue/messages?pair=p&state=parked&limit=1000&after=c",
            200,
            page.formatted("2", "3", "3", "null"))
        .on("GET /v1/queue/messages/1/raw", 200, "one")
        .on("GET /v1/queue/messages/2/raw", 404, "{\"detail\":\"there is no message 2\"}")
        .on("GET /v1/queue/messages/3/raw", 200, "three");
    Path mbox = folder.resolve("m.mbox");
    assertThat(
            cli.run(
                "queue", "export", "--pair", "p", "--state", "parked", "--mbox", mbox.toString()))
        .isEqualTo(0);
    assertThat(Files.readString(mbox).lines().filter(line -> !line.startsWith("From ")))
        .containsExactly("one", "", "three", "");
    assertThat(cli.out.toString()).contains("2 messages written", "1 left the queue meanwhile");
  }

  @Test
  void export_withoutAFilter_isUsage() {
    assertThat(cli.run("queue", "export", "--mbox", folder.resolve("x").toString())).isEqualTo(2);
    assertThat(cli.run("queue", "export", "id1", "--all", "--mbox", "x")).isEqualTo(2);
    assertThat(cli.gateway.asked()).isEmpty();
  }
}
