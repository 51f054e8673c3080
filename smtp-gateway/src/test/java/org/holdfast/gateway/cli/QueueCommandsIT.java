package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code queue} prints and sends; {@link QueueActionsIT} has the actions on filters. */
class QueueCommandsIT {

  private final Cli cli = new Cli();
  private final StubGateway gateway = cli.gateway;
  private final StringWriter out = cli.out;
  private final StringWriter err = cli.err;
  @TempDir private Path folder = Path.of("");

  @AfterEach
  void stop() {
    cli.close();
  }

  private int run(String... words) {
    return cli.run(words);
  }

  @Test
  void queueSummary_shown() {
    gateway.on(
        "GET /v1/queue",
        200,
        """
        {"held":3,"messages":2,"byState":{"held":2,"ready":0,"deferred":1,"parked":0},
         "byPair":{"p":{"byState":{"held":2,"ready":0,"deferred":1,"parked":0},"bytes":2048}},
         "bytes":2048,"oldest":null,"disk":{"used":1048576,"free":1073741824},"trouble":"no room"}
        """);

    assertThat(run("queue", "summary")).isEqualTo(0);
    assertThat(out.toString().lines())
        .containsExactly(
            "PAIR   HELD  READY  DEFERRED  PARKED  SIZE  OLDEST",
            "p      2     0      1         0       2KiB  -",
            "(all)  2     0      1         0       2KiB  -",
            "2 message(s); disk: 1MiB used, 1GiB free",
            "NEW MAIL IS REFUSED: no room");
  }

  @Test
  void queueList_controlCharacters_neverReachTheTerminal() {
    gateway.on(
        "GET /v1/queue/messages?state=held&limit=100",
        200,
        "{\"items\":[{\"id\":\"1\",\"lastReply\":\"\\u001b[31m\\r\\nred\"}],\"next\":null}");

    assertThat(run("queue", "list", "--state", "held")).isEqualTo(0);
    assertThat(out.toString()).contains("?[31m red").doesNotContain("\u001b");
  }

  @Test
  void massAction_needsAFilterOrAll() {
    for (String action : new String[] {"retry", "park"}) {
      assertThat(run("queue", action)).isEqualTo(2);
      assertThat(run("queue", action, "--all", "--pair", "p")).isEqualTo(2);
    }
    assertThat(run("queue", "discard", "--reason", "spam")).isEqualTo(2);
    assertThat(gateway.asked()).isEmpty();
  }

  @Test
  void massAction_withFilterOrAllOrId_isSent() {
    gateway
        .on("POST /v1/queue/actions", 200, "{\"affected\":5}")
        .on("POST /v1/queue/messages/id1/discard", 200, "{\"affected\":1}");

    assertThat(run("queue", "retry", "--pair", "p", "--state", "parked")).isEqualTo(0);
    assertThat(run("queue", "park", "--all")).isEqualTo(0);
    assertThat(run("queue", "discard", "id1", "--recipient", "a@x.org", "--reason", "spam"))
        .isEqualTo(0);

    assertThat(gateway.asked())
        .extracting(StubGateway.Asked::body)
        .containsExactly(
            "{\"action\":\"retry\",\"all\":false,\"filter\":{\"pair\":\"p\",\"state\":\"parked\"}}",
            "{\"action\":\"park\",\"all\":true}",
            "{\"reason\":\"spam\",\"recipient\":\"a@x.org\"}");
    assertThat(out.toString()).contains("retry: 5 deliveries");
  }

  @Test
  void queueExport_writesMboxrd() throws Exception {
    gateway
        .on(
            "GET /v1/queue/messages?recipient=a%40x.org&limit=1000",
            200,
            "{\"items\":[{\"id\":\"1\",\"sender\":\"\",\"accepted\":\"2026-11-21T08:05:00Z\"}],\"next\":null}")
        .on(
            "GET /v1/queue/messages/1/raw",
            200,
            "Subject: x\r\n\r\nFrom here\r\n>From there\r\nFro\r\nlast");
    Path mbox = folder.resolve("m.mbox");

    assertThat(run("queue", "export", "--recipient", "a@x.org", "--mbox", mbox.toString()))
        .isEqualTo(0);
    assertThat(mbox)
        .hasContent(
            """
            From MAILER-DAEMON Sat Nov 21 08:05:00 2026
            Subject: x

            >From here
            >>From there
            Fro
            last

            """);
    assertThat(run("queue", "export", "--recipient", "a@x.org", "--mbox", mbox.toString()))
        .isEqualTo(2);
  }

  @Test
  void queueRaw_asJson_isWrongUsage() {
    gateway.on("GET /v1/queue/messages/1/raw", 200, "Subject: x\r\n\r\n");
    assertThat(run("queue", "raw", "1", "--json")).isEqualTo(2);
    assertThat(err.toString()).contains("queue show 1 --json");
    assertThat(gateway.asked()).isEmpty();
    assertThat(run("queue", "raw", "1")).isZero();
    assertThat(cli.octets.toString(java.nio.charset.StandardCharsets.US_ASCII))
        .isEqualTo("Subject: x\r\n\r\n");
  }

  @Test
  void queueList_onANarrowTerminal_keepsTheIdWhole_andSaysHowLongAgo() {
    gateway.on(
        "GET /v1/queue/messages?limit=100",
        200,
        """
        {"items":[{"id":"1M827ZT0G000VPRF","recipient":"somebody.with.a.name@example.com","sender":"news@shop.example",
          "pair":"imap5-6","state":"deferred","size":4096,"accepted":"2026-11-21T08:05:00Z","attempts":3,
          "lastReply":"451 4.3.2 please try again later, we are doing maintenance"}],"next":null}
        """);
    cli.tty = new Tty(true, true, true, 80, 24, true);
    assertThat(run("queue", "list")).isZero();
    assertThat(out.toString().lines())
        .allMatch(line -> Columns.of(line) <= 80)
        .element(1)
        .asString()
        .startsWith("1M827ZT0G000VPRF  somebody.")
        .contains("imap5-6  deferred", " ago  3 ")
        .doesNotContain("shop");
    cli.tty = Tty.NONE;
    assertThat(run("queue", "list")).isZero();
    assertThat(out.toString())
        .contains("news@shop.example", "2026-11-21T08:05:00Z", "doing maintenance\n");
  }
}
