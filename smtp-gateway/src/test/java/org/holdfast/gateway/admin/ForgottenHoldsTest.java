package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.holdfast.routing.Target;
import org.holdfast.routing.UserState;
import org.holdfast.routing.Who;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForgottenHoldsTest {

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path data;
  private final FakeRouting routing = new FakeRouting();
  private Instant now = NOON;

  @SuppressWarnings("NullAway.Init") // made before each test
  private AuditLog audit;

  @SuppressWarnings("NullAway.Init") // made before each test
  private ForgottenHolds forgotten;

  @BeforeEach
  void open() throws Exception {
    audit = AuditLog.open(data, () -> now);
    forgotten = new ForgottenHolds(routing, audit, () -> now, DAY);
  }

  @AfterEach
  void close() {
    forgotten.close();
    audit.close();
  }

  private void setAside(String user, UserState state, Instant since) {
    routing.addUser(user, "imap5-6", state, since);
  }

  private List<String> events() {
    return audit.newest(1000).stream().map(e -> e.what() + " " + e.target()).toList();
  }

  @Test
  void user_setAsideForLonger_isToldOnceAndCounted() {
    setAside("a@x.org", UserState.MOVING, NOON);
    setAside("b@x.org", UserState.RECOVERING, NOON.plusSeconds(1));
    setAside("c@x.org", UserState.CLOSED, NOON);
    forgotten.look();
    now = NOON.plus(DAY);
    forgotten.look();
    assertThat(events()).isEmpty();
    now = NOON.plus(DAY).plusMillis(1);
    forgotten.look();
    forgotten.look();
    assertThat(events()).containsExactly("user.forgotten a@x.org");
    assertThat(audit.newest(1).getFirst().why()).contains("moving since 2026-11-21T12:00:00Z");
    now = NOON.plus(DAY).plusSeconds(60);
    forgotten.look();
    assertThat(events()).containsExactly("user.forgotten a@x.org", "user.forgotten b@x.org");
    assertThat(forgotten.counts()).hasSize(2);
  }

  @Test
  void user_backInTime_isNotTold() {
    setAside("a@x.org", UserState.MOVING, NOON);
    forgotten.look();
    setAside("a@x.org", UserState.ACTIVE, NOON.plusSeconds(5));
    now = NOON.plus(DAY).plusSeconds(60);
    forgotten.look();
    assertThat(events()).isEmpty();
    assertThat(forgotten.counts()).isEmpty();
  }

  @Test
  void start_withForgottenUsers_tellsTheirNumberOnce() {
    setAside("a@x.org", UserState.MOVING, NOON.minus(DAY).minus(DAY));
    setAside("b@x.org", UserState.RECOVERING, NOON.minus(DAY).minus(DAY));
    forgotten.look();
    now = NOON.plusSeconds(60);
    forgotten.look();
    assertThat(events()).containsExactly("users.forgotten 2 users");
  }

  @Test
  void users_moreThanOneLookTells_areToldTogether() {
    for (int i = 0; i <= ForgottenHolds.TOLD_AT_ONCE; i++) {
      setAside("u" + i + "@x.org", UserState.MOVING, NOON);
    }
    forgotten.look();
    now = NOON.plus(DAY).plusSeconds(1);
    forgotten.look();
    assertThat(events()).containsExactly("users.forgotten more than 100 users");
  }

  @Test
  void pair_onHoldForLonger_isTold() throws Exception {
    forgotten.look();
    var _ = routing.setHold(new Target.OfPair("imap5-6"), true, new Who("ops", "fsck"), DAY);
    Instant since = routing.pair("imap5-6").orElseThrow().standing().since();
    now = since.plus(DAY);
    forgotten.look();
    assertThat(events()).isEmpty();
    now = since.plus(DAY).plusMillis(1);
    forgotten.look();
    assertThat(events()).containsExactly("pair.forgotten imap5-6");
  }
}
