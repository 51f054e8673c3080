package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code user priority}. */
class UserPriorityIT {

  private final Cli cli = new Cli();

  @AfterEach
  void stop() {
    cli.close();
  }

  @Test
  void oneUser_isPut() {
    cli.gateway.on(
        "PUT /v1/users/a%40x.org/priority", 200, "{\"address\":\"a@x.org\",\"priority\":-10}");
    assertThat(cli.run("user", "priority", "a@x.org", "-10", "--reason", "bulk")).isEqualTo(0);
    assertThat(cli.bodies()).containsExactly("{\"priority\":-10,\"reason\":\"bulk\"}");
    assertThat(cli.out).hasToString("a@x.org has the priority -10\n");
  }

  @Test
  void manyUsers_goAsLines_andARefusedOneIsTold() {
    cli.gateway.on(
        "POST /v1/states",
        200,
        """
        {"address":"a@x.org","priority":7}
        {"address":"b@x.org","status":404,"error":"no user b@x.org"}
        """);
    assertThat(cli.run("user", "priority", "a@x.org", "b@x.org", "7")).isEqualTo(1);
    assertThat(cli.bodies().getFirst())
        .isEqualTo(
            "{\"priority\":7,\"address\":\"a@x.org\"}\n{\"priority\":7,\"address\":\"b@x.org\"}\n");
    assertThat(cli.out.toString())
        .contains("a@x.org has the priority 7", "b@x.org: no user b@x.org");
  }

  @Test
  void userSet_withAPriority_sendsIt() {
    cli.gateway.on("PUT /v1/users/a%40x.org", 200, "{\"quiesced\":true}");
    assertThat(cli.run("user", "set", "a@x.org", "--pair", "p", "--priority", "-3")).isEqualTo(0);
    assertThat(cli.bodies()).containsExactly("{\"pair\":\"p\",\"priority\":-3}");
  }

  @Test
  void saidWrongly_isUsage() {
    assertThat(cli.run("user", "priority", "a@x.org")).isEqualTo(2);
    assertThat(cli.run("user", "priority", "a@x.org", "high")).isEqualTo(2);
    assertThat(cli.run("user", "priority", "--recipent", "a@x.org", "5")).isEqualTo(2);
    assertThat(cli.gateway.asked()).isEmpty();
  }
}
