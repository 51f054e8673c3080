package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.routing.RoutingContract.NOT;
import static org.holdfast.routing.RoutingContract.OPS;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.holdfast.routing.Routing.UserChange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users on their way to another pair, callbacks of backends, and epochs that are expected. */
class MovesTest {

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // opened before each test
  private EmbeddedRouting routing;

  @BeforeEach
  void open() throws Exception {
    MapSettings settings = new MapSettings(folder.resolve("view"), "+", 100);
    routing = EmbeddedRouting.open(settings, new MemoryChangeLog(), new SetClock());
    Flip _ = routing.putPair("imap5-6", List.of(RoutingContract.IMAP5), "imap5", OPS, NOT);
    Flip _ = routing.putPair("imap7-8", List.of(RoutingContract.IMAP7), "imap7", OPS, NOT);
    for (String user : List.of("alice", "bob", "carol")) {
      Flip _ = routing.putUser(user + "@example.com", "imap5-6", null, OPS, NOT);
    }
    Flip _ = routing.putUser("@example.org", "imap7-8", null, OPS, NOT);
  }

  @AfterEach
  void close() {
    routing.close();
  }

  private Permit permit(String mailbox) throws Exception {
    return ((Entry.Go) routing.enter(mailbox, "id1 peer")).permit();
  }

  private static UserChange to(UserState state, @Nullable String pair, @Nullable String to) {
    return new UserChange("alice@example.com", state, pair, to, null, null);
  }

  private User alice() throws Exception {
    return routing.user("alice@example.com").orElseThrow();
  }

  private static final Who BACKEND7 = new Who("imap7-8", "", Set.of("imap7-8"));
  private static final Who BACKEND5 = new Who("imap5-6", "", Set.of("imap5-6"));

  private static UserChange at(long epoch, UserState state) {
    return new UserChange("alice@example.com", state, null, null, null, epoch);
  }

  private void refused(Kind kind, UserChange change, Who who) {
    assertThatThrownBy(() -> routing.setUserState(change, who, NOT))
        .isInstanceOfSatisfying(
            RefusedChangeException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  void moving_toAPair_isRememberedUntilTheUserArrives() throws Exception {
    Flip _ = routing.setUserState(to(UserState.MOVING, null, "imap7-8"), OPS, NOT);
    assertThat(alice().movingTo()).isEqualTo("imap7-8");
    assertThat(((Entry.Hold) routing.look("alice@example.com")).why())
        .contains("is moving to imap7-8 since");
    assertThat(routing.setUserState(to(UserState.MOVING, null, null), OPS, NOT).changed())
        .isFalse();
    Flip _ = routing.setUserState(to(UserState.RECOVERING, null, null), OPS, NOT);
    assertThat(alice().movingTo()).isEqualTo("imap7-8");
    Flip _ = routing.setUserState(to(UserState.ACTIVE, null, null), OPS, NOT);
    assertThat(alice())
        .satisfies(u -> assertThat(u.pair()).isEqualTo("imap7-8"))
        .satisfies(u -> assertThat(u.movingTo()).isNull());
  }

  @Test
  void moving_givenUp_namesTheOldPair() throws Exception {
    Flip _ = routing.setUserState(to(UserState.MOVING, null, "imap7-8"), OPS, NOT);
    Flip _ = routing.setUserState(to(UserState.ACTIVE, "imap5-6", null), OPS, NOT);
    assertThat(alice().pair()).isEqualTo("imap5-6");
    assertThat(alice().movingTo()).isNull();
  }

  @Test
  void user_withALongLocalPart_isNotCreated() {
    String local = "x".repeat(65);
    assertThatThrownBy(() -> routing.putUser(local + "@example.com", "imap5-6", null, OPS, NOT))
        .hasMessageContaining("longer than 64");
  }

  @Test
  void to_whereItMakesNoSense_isRefused() {
    refused(Kind.INVALID, to(UserState.ACTIVE, null, "imap7-8"), OPS);
    refused(Kind.INVALID, to(UserState.CLOSED, null, "imap7-8"), OPS);
    refused(Kind.NOT_FOUND, to(UserState.MOVING, null, "no-such-pair"), OPS);
  }

  @Test
  void callback_byThePairItIsMovedTo_movesAndOpens() throws Exception {
    Flip _ = routing.setUserState(to(UserState.MOVING, null, "imap7-8"), OPS, NOT);
    assertThat(routing.setUserState(to(UserState.ACTIVE, null, null), BACKEND7, NOT).changed())
        .isTrue();
    assertThat(alice().pair()).isEqualTo("imap7-8");
    assertThat(routing.setUserState(to(UserState.ACTIVE, null, null), BACKEND7, NOT).changed())
        .isFalse();
  }

  @Test
  void callback_byThePairItLeaves_givesTheMoveUp() throws Exception {
    Flip _ = routing.setUserState(to(UserState.MOVING, null, "imap7-8"), OPS, NOT);
    refused(Kind.FORBIDDEN, to(UserState.ACTIVE, "imap7-8", null), BACKEND5);
    Flip _ = routing.setUserState(to(UserState.ACTIVE, null, null), BACKEND5, NOT);
    assertThat(alice().pair()).isEqualTo("imap5-6");
  }

  @Test
  void callback_byAPairThatHasNothingToDoWithIt_isForbidden() throws Exception {
    refused(Kind.FORBIDDEN, to(UserState.ACTIVE, null, null), BACKEND7);
    refused(Kind.FORBIDDEN, to(UserState.ACTIVE, "imap7-8", null), BACKEND7);
    Flip _ = routing.setUserState(to(UserState.MOVING, null, null), OPS, NOT);
    refused(Kind.FORBIDDEN, to(UserState.ACTIVE, "imap7-8", null), BACKEND7);
    assertThat(alice().state()).isEqualTo(UserState.MOVING);
  }

  @Test
  void epoch_tooOldOrNeverGiven_isRefusedWithHowTheUserStands() throws Exception {
    long first = routing.setUserState(to(UserState.MOVING, null, null), OPS, NOT).epoch();
    Flip _ = routing.setUserState(to(UserState.RECOVERING, null, null), OPS, NOT);
    for (long epoch : new long[] {first, 1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> routing.setUserState(at(epoch, UserState.ACTIVE), OPS, NOT))
          .isInstanceOfSatisfying(
              RefusedChangeException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(Kind.CONFLICT);
                assertThat(e.current().orElseThrow().state()).isEqualTo(UserState.RECOVERING);
              });
    }
    long now = alice().standing().epoch();
    assertThat(routing.setUserState(at(now, UserState.ACTIVE), OPS, NOT).changed()).isTrue();
    assertThat(routing.setUserState(at(now, UserState.ACTIVE), OPS, NOT).changed()).isFalse();
  }

  @Test
  void states_begun_areShutBeforeAnybodyWaits() throws Exception {
    Permit permit = permit("alice@example.com");
    var begun =
        routing.beginUserStates(
            List.of(
                new UserChange("alice@example.com", UserState.MOVING, null, null),
                new UserChange("bob@example.com", UserState.MOVING, null, null)),
            OPS);
    assertThat(routing.enter("bob@example.com", "x")).isInstanceOf(Entry.Hold.class);
    assertThat(routing.enter("alice@example.com", "x")).isInstanceOf(Entry.Hold.class);
    permit.close();
    assertThat(begun.await(NOT))
        .allSatisfy(f -> assertThat(Objects.requireNonNull(f.flip()).quiesced()).isTrue());
  }

  @Test
  void hold_ofSeveralKinds_namesAllTheWidestFirst() throws Exception {
    Flip _ = routing.setHold(new Target.Everything(), true, OPS, NOT);
    Flip _ = routing.setHold(new Target.OfDomain("example.com"), true, OPS, NOT);
    Flip _ = routing.setHold(new Target.OfPair("imap5-6"), true, OPS, NOT);
    Flip _ = routing.setUserState(to(UserState.MOVING, null, null), OPS, NOT);
    assertThat(((Entry.Hold) routing.look("alice@example.com")).why())
        .containsSubsequence(
            "everything is on hold since",
            "; and domain example.com is on hold since",
            "; and pair imap5-6 is on hold since",
            "; and user alice@example.com is moving since");
  }
}
