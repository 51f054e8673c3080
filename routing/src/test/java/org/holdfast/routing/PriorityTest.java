package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.routing.RoutingContract.NOT;
import static org.holdfast.routing.RoutingContract.OPS;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.holdfast.routing.Routing.BegunFlips;
import org.holdfast.routing.Routing.Change;
import org.holdfast.routing.Routing.UserChange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose held mail goes first: kept with the user, changed without a flip. */
class PriorityTest {

  private static final String ALICE = "alice@example.com";

  @TempDir Path folder;
  private final MemoryChangeLog log = new MemoryChangeLog();
  private final List<Change> told = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // opened before each test
  private EmbeddedRouting routing;

  @BeforeEach
  void start() throws Exception {
    open("view");
    Flip _ = routing.putPair("imap5-6", List.of(RoutingContract.IMAP5), "imap5", OPS, NOT);
    Flip _ = routing.putPair("imap7-8", List.of(RoutingContract.IMAP7), "imap7", OPS, NOT);
    Flip _ = routing.putUser(ALICE, "imap5-6", null, OPS, NOT);
  }

  private void open(String view) throws IOException {
    MapSettings settings = new MapSettings(folder.resolve(view), "+", 100);
    routing = EmbeddedRouting.open(settings, log, new SetClock());
    routing.onChange(told::add);
  }

  @AfterEach
  void close() {
    routing.close();
  }

  private Flip rank(int priority) throws Exception {
    return routing.setUserState(UserChange.priority(ALICE, priority), OPS, NOT);
  }

  private User alice() throws Exception {
    return routing.user(ALICE).orElseThrow();
  }

  @Test
  void priority_changed_isInThePermitAndToldAtOnce_andNothingElseChanges() throws Exception {
    User before = alice();
    told.clear();
    assertThat(rank(10).changed()).isTrue();
    assertThat(((Entry.Go) routing.look(ALICE)).permit().priority()).isEqualTo(10);
    assertThat(alice().standing()).isEqualTo(before.standing());
    assertThat(told).containsExactly(new Change(new Target.OfUser(ALICE), true, "imap5-6", false));
    told.clear();
    assertThat(rank(10).changed()).isFalse();
    assertThat(told).isEmpty();
  }

  @Test
  void priority_changedWhileADeliveryIsOpen_waitsForNothing() throws Exception {
    try (Permit open = ((Entry.Go) routing.enter(ALICE, "id")).permit()) {
      Flip flip = rank(10);
      assertThat(flip.quiesced()).isTrue();
      assertThat(open.priority()).isZero();
    }
  }

  @Test
  void priority_flipsMovesAndSwitches_keepIt() throws Exception {
    rank(-7);
    Flip _ = routing.setUserState(ALICE, UserState.MOVING, null, OPS, NOT);
    assertThat(alice().priority()).isEqualTo(-7);
    Flip _ = routing.setUserState(ALICE, UserState.ACTIVE, "imap7-8", OPS, NOT);
    Flip _ = routing.putUser(ALICE, "imap5-6", null, OPS, NOT);
    assertThat(alice().pair()).isEqualTo("imap5-6");
    assertThat(alice().priority()).isEqualTo(-7);
  }

  @Test
  void priority_changedWhileTheUserIsSwitched_isKeptByTheSwitch() throws Exception {
    UserChange there = new UserChange(ALICE, null, "imap7-8", null);
    BegunFlips begun = routing.beginUserStates(List.of(there), OPS);
    assertThat(begun.switching()).isTrue();
    rank(3);
    assertThat(begun.await(NOT).getFirst().refused()).isNull();
    assertThat(alice().pair()).isEqualTo("imap7-8");
    assertThat(alice().priority()).isEqualTo(3);
  }

  @Test
  void priority_saidWithAFlip_isPartOfIt() throws Exception {
    UserChange both = new UserChange(ALICE, UserState.MOVING, null, null, null, null, 8);
    Flip _ = routing.setUserState(both, OPS, NOT);
    assertThat(alice().priority()).isEqualTo(8);
    UserChange same = new UserChange(ALICE, UserState.MOVING, null, null, null, null, 9);
    long epoch = alice().standing().epoch();
    assertThat(routing.setUserState(same, OPS, NOT).changed()).isTrue();
    assertThat(alice().priority()).isEqualTo(9);
    assertThat(alice().standing().epoch()).isEqualTo(epoch);
  }

  @Test
  void priority_outOfBounds_isRefused() {
    for (int wrong : new int[] {-1001, 1001}) {
      assertThatThrownBy(() -> rank(wrong))
          .isInstanceOfSatisfying(
              RefusedChangeException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    }
  }

  @Test
  void priority_ofAnExpectedEpoch_isRefusedWhenTheUserWasChangedSince() {
    UserChange stale = new UserChange(ALICE, null, null, null, null, 1L, 5);
    assertThatThrownBy(() -> routing.setUserState(stale, OPS, NOT))
        .isInstanceOfSatisfying(
            RefusedChangeException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
  }

  @Test
  void priority_reopenedOrMadeAnewFromTheLog_isThere() throws Exception {
    rank(-1000);
    routing.close();
    open("view");
    assertThat(alice().priority()).isEqualTo(-1000);
    routing.close();
    open("another");
    assertThat(alice().priority()).isEqualTo(-1000);
  }

  @Test
  void load_setsWhatItSaysAndKeepsWhatItDoesNot() throws Exception {
    UserChange bob = new UserChange("bob@example.com", null, "imap5-6", null, null, null, 4);
    UserChange alice = new UserChange(ALICE, null, "imap5-6", null, null, null, 5);
    Routing.Loaded loaded = routing.load(List.of(), List.of(bob, alice), List.of(), OPS);
    assertThat(loaded.users()).isEqualTo(new Routing.Tally(1, 1, 0));
    assertThat(routing.load(List.of(), List.of(bob, alice), List.of(), OPS).users().unchanged())
        .isEqualTo(2);
    UserChange silent = new UserChange(ALICE, null, "imap5-6", null);
    Routing.Loaded again = routing.load(List.of(), List.of(silent), List.of(), OPS);
    assertThat(again.users().unchanged()).isEqualTo(1);
    assertThat(alice().priority()).isEqualTo(5);
    assertThat(routing.user("bob@example.com").orElseThrow().priority()).isEqualTo(4);
    UserChange wrong = new UserChange(ALICE, null, "imap5-6", null, null, null, 1001);
    assertThatThrownBy(() -> routing.load(List.of(), List.of(wrong), List.of(), OPS))
        .hasMessageContaining("-1000 to 1000");
  }

  /** The bytes are on operators' disks. */
  @Test
  void record_withPriorities_isTheSameAfterwards_andItsBytesStay() throws Exception {
    Standing standing = new Standing("", Instant.EPOCH, "ops", 300);
    MapChange change =
        new MapChange.PutUsers(
            List.of(
                new User("a@example.com", "p1", UserState.ACTIVE, null, 1000, standing),
                new User("b@example.com", "p1", UserState.MOVING, "p2", -1000, standing),
                new User("c@example.com", "p1", UserState.ACTIVE, standing)));
    byte[] bytes = ChangeRecord.encode(change);
    assertThat(ChangeRecord.decode(bytes)).isEqualTo(change);
    assertThat(HexFormat.of().formatHex(bytes))
        .endsWith(
            "0d61406578616d706c652e636f6d400001020000d00f"
                + "0d62406578616d706c652e636f6dc1000102000003cf0f"
                + "0d63406578616d706c652e636f6d000001020000");
  }

  @Test
  void record_withAPriorityOutOfBounds_isRefused() {
    Standing standing = new Standing("", Instant.EPOCH, "ops", 300);
    User user = new User("a@example.com", "p1", UserState.ACTIVE, null, 1000, standing);
    byte[] bytes = ChangeRecord.encode(new MapChange.PutUsers(List.of(user)));
    bytes[bytes.length - 2] = (byte) 0xD2; // 1001, zigzag
    assertThatThrownBy(() -> ChangeRecord.decode(bytes)).isInstanceOf(IOException.class);
  }
}
