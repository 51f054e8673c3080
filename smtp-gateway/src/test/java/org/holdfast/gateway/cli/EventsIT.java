package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code events}. */
class EventsIT {

  private final Cli cli = new Cli();
  private @Nullable StubGateway second;

  @AfterEach
  void stop() {
    cli.close();
    if (second != null) {
      second.close();
    }
  }

  private static String page(int next, String... items) {
    return "{\"items\":[" + String.join(",", items) + "],\"next\":" + next + "}";
  }

  private static String item(int id, String who, String what, String target) {
    return "{\"id\":%d,\"at\":\"t%d\",\"who\":\"%s\",\"what\":\"%s\",\"target\":\"%s\",\"why\":\"\"}"
        .formatted(id, id, who, what, target);
  }

  @Test
  void follow_gatewayRestarts_goesOnWithoutALoss() {
    cli.gateway
        .on("GET /v1/events", 200, page(1, item(1, "op", "user.state", "a")))
        .on("GET /v1/events?after=1", 200, page(1));
    int port = cli.gateway.port();
    cli.pace.then(cli.gateway::close).then(() -> {}).then(() -> restart(port));
    assertThat(cli.run("events", "--follow")).isEqualTo(1); // the test's time has ended
    assertThat(cli.out).hasToString("t1  op  user.state  a\nt2  op  pair.state  p\n");
    assertThat(cli.err.toString())
        .containsOnlyOnce("; waiting for it")
        .containsOnlyOnce("the gateway is back");
  }

  private void restart(int port) {
    try {
      second =
          new StubGateway(port)
              .on("GET /v1/events?after=1", 200, page(2, item(2, "op", "pair.state", "p")))
              .on("GET /v1/events?after=2", 200, page(2));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void choices_areMade() {
    cli.gateway
        .on(
            "GET /v1/events?after=0",
            200,
            page(
                3,
                item(1, "op", "user.state", "a@x.org"),
                item(2, "script", "user.state", "A@X.org"),
                item(3, "op", "pair.state", "p")))
        .on("GET /v1/events?after=3", 200, page(3));
    assertThat(cli.run("events", "--after", "0", "--who", "op")).isEqualTo(0);
    assertThat(cli.out.toString().lines()).hasSize(2);
    cli.out.getBuffer().setLength(0);
    assertThat(cli.run("events", "--after", "0", "--what", "user")).isEqualTo(0);
    assertThat(cli.run("events", "--after", "0", "--what", "pair.state")).isEqualTo(0);
    assertThat(cli.run("events", "--after", "0", "--target", "a@x.org", "--json")).isEqualTo(0);
    assertThat(cli.out.toString().lines()).hasSize(5);
  }
}
