package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.holdfast.holdqueue.dispatch.DispatchStatus.Breaker;
import org.holdfast.holdqueue.dispatch.DispatchStatus.NextHop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnEventsTest {

  @TempDir private Path data;
  private final FakeRouting routing = new FakeRouting();
  private final FakeQueue queue = new FakeQueue();
  private AuditLog audit;

  @BeforeEach
  void open() throws Exception {
    audit = AuditLog.open(data, InstantSource.system());
  }

  @AfterEach
  void close() {
    audit.close();
  }

  private OwnEvents events() {
    return new OwnEvents(audit, routing, queue, "gw1");
  }

  private List<String> told() {
    return audit.newest(100).stream().map(e -> e.what() + " " + e.target()).toList();
  }

  @Test
  void trouble_thatComesAndGoes_isToldOnceEach() {
    try (OwnEvents events = events()) {
      events.look();
      queue.trouble = Optional.of("no room");
      events.look();
      events.look();
      routing.down = true;
      events.look();
      queue.trouble = Optional.empty();
      routing.down = false;
      events.look();
    }
    assertThat(told())
        .containsExactly(
            "store.refusing gw1", "map.refusing gw1", "store.accepting gw1", "map.accepting gw1");
    assertThat(audit.newest(100).getFirst().why()).isEqualTo("no room");
    assertThat(audit.newest(100)).allMatch(e -> e.who().equals("gateway") && e.before() != null);
  }

  @Test
  void backend_thatGoesAndComes_isToldOnceEach() {
    try (OwnEvents events = events()) {
      for (Breaker breaker :
          List.of(
              Breaker.CLOSED,
              Breaker.OPEN,
              Breaker.PROBING,
              Breaker.OPEN,
              Breaker.PROBING,
              Breaker.CLOSED,
              Breaker.CLOSED)) {
        queue.status = status(breaker);
        events.look();
      }
    }
    assertThat(told()).containsExactly("backend.down p0/a", "backend.up p0/a");
    assertThat(audit.newest(100).getFirst().why()).isEqualTo("connection refused");
  }

  private static DispatchStatus status(Breaker breaker) {
    NextHop hop =
        new NextHop(
            "p0",
            "a",
            breaker,
            null,
            "connection refused",
            0,
            null,
            1,
            0,
            false,
            0,
            0,
            null,
            null,
            List.of());
    return new DispatchStatus(Instant.EPOCH, List.of(hop), 0, 0, false);
  }

  @Test
  void start_tellsHowTheLifeBeforeEnded() {
    try (OwnEvents first = events()) {
      first.start(Map.of());
    }
    OwnEvents killed = events();
    killed.start(Map.of());
    try (OwnEvents last = events()) {
      last.start(Map.of());
    }
    assertThat(
            audit.newest(100).stream()
                .filter(e -> e.what().equals("gateway.started"))
                .map(e -> String.valueOf(e.before())))
        .satisfiesExactly(
            e -> assertThat(e).contains("never ran"),
            e -> assertThat(e).contains("\"in order"),
            e -> assertThat(e).contains("not in order"));
    killed.close();
  }
}
