package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who may come in, at each limit and one beyond it. */
class ConnectionsTest {

  private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress TWO = InetAddress.ofLiteral("192.0.2.2");

  private final ManualTime time = new ManualTime();

  @Test
  void connections_areCountedAndForgotten() {
    Connections connections = new Connections(3, 2, 0, time);
    assertThat(connections.enter(ONE)).isNull();
    assertThat(connections.enter(ONE)).isNull();
    assertThat(connections.enter(ONE)).isEqualTo(Limit.CLIENT_CONNECTIONS);
    assertThat(connections.enter(TWO)).isNull();
    assertThat(connections.enter(TWO)).isEqualTo(Limit.CONNECTIONS);
    connections.leave(ONE);
    assertThat(connections.enter(TWO)).isNull();
    assertThat(connections.open()).isEqualTo(3);
  }

  @Test
  void network64_isOneClient_andItsNeighbourAnother() {
    Connections connections = new Connections(10, 2, 0, time);
    assertThat(connections.enter(InetAddress.ofLiteral("2001:db8:0:1::1"))).isNull();
    assertThat(connections.enter(InetAddress.ofLiteral("2001:db8:0:1:ffff::2"))).isNull();
    assertThat(connections.enter(InetAddress.ofLiteral("2001:db8:0:1::3")))
        .isEqualTo(Limit.CLIENT_CONNECTIONS);
    assertThat(connections.enter(InetAddress.ofLiteral("2001:db8:0:2::1"))).isNull();
    connections.leave(InetAddress.ofLiteral("2001:db8:0:1::1"));
    assertThat(connections.enter(InetAddress.ofLiteral("2001:db8:0:1::3"))).isNull();
  }

  @Test
  void rate_isPerClientAndMinute_andWhatIsRefusedIsNotOpen() {
    Connections connections = new Connections(10, 10, 2, time);
    assertThat(connections.enter(ONE)).isNull();
    assertThat(connections.enter(ONE)).isNull();
    assertThat(connections.enter(ONE)).isEqualTo(Limit.CONNECTION_RATE);
    assertThat(connections.enter(TWO)).isNull();
    assertThat(connections.open()).isEqualTo(3);
    time.pass(Duration.ofMinutes(2));
    assertThat(connections.enter(ONE)).isNull();
  }

  @Test
  void crowded_forAMinuteAfterSomebodyFoundItFull() {
    Connections connections = new Connections(1, 10, 0, time);
    assertThat(connections.crowded()).isFalse();
    connections.enter(ONE);
    assertThat(connections.crowded()).isFalse();
    assertThat(connections.enter(TWO)).isEqualTo(Limit.CONNECTIONS);
    assertThat(connections.crowded()).isTrue();
    time.pass(Duration.ofSeconds(60));
    assertThat(connections.crowded()).isFalse();
  }
}
