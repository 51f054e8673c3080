package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.routing.RoutingContract.NOT;
import static org.holdfast.routing.RoutingContract.OPS;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.holdfast.routing.Restores.Attempt;
import org.holdfast.routing.Restores.Outcome;
import org.holdfast.routing.Routing.BegunFlips;
import org.holdfast.routing.Routing.Change;
import org.holdfast.routing.Routing.UserChange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whose turn it is to be restored: by first login attempts, kept over everything but the end. */
class RestoresTest {

  private static final String ALICE = "alice@example.com";
  private static final String BOB = "bob@example.com";
  private static final String CAROL = "carol@example.com";
  private static final int BURST = 120;

  @TempDir Path folder;
  private final MemoryChangeLog log = new MemoryChangeLog();
  private final SetClock clock = new SetClock();
  private final List<Change> told = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // opened before each test
  private EmbeddedRouting routing;

  @BeforeEach
  void start() throws Exception {
    open("view");
    Flip _ = routing.putPair("imap5-6", List.of(RoutingContract.IMAP5), "imap5", OPS, NOT);
    Flip _ = routing.putPair("imap7-8", List.of(RoutingContract.IMAP7), "imap7", OPS, NOT);
    for (String user : List.of(ALICE, BOB, CAROL)) {
      Flip _ = routing.putUser(user, "imap5-6", null, OPS, NOT);
    }
    Flip _ = routing.putUser("@example.org", "imap7-8", null, OPS, NOT);
  }

  private void open(String view) throws IOException {
    MapSettings settings = new MapSettings(folder.resolve(view), "+", 100);
    routing = EmbeddedRouting.open(settings, log, clock);
    routing.onChange(told::add);
  }

  private void reopen(String view) throws IOException {
    routing.close();
    open(view);
  }

  @AfterEach
  void close() {
    routing.close();
  }

  private void set(String user, UserState state) throws Exception {
    Flip _ = routing.setUserState(user, state, null, OPS, NOT);
  }

  private void hold(Target target, boolean onHold) throws Exception {
    Flip _ = routing.setHold(target, onHold, OPS, NOT);
  }

  private void aside(String... users) throws Exception {
    for (String user : users) {
      set(user, UserState.MOVING);
    }
  }

  private Attempt attempt(String address) throws Exception {
    return routing.restores().attempt(address);
  }

  private List<String> order(String pair) throws Exception {
    return routing.restores().asked(pair, 0, 100).stream().map(User::address).toList();
  }

  private User user(String address) throws Exception {
    return routing.user(address).orElseThrow();
  }

  // ---- what an attempt comes to

  @Test
  void attempt_ofAnActiveUser_goesAndWritesNothing() throws Exception {
    int before = log.size();
    Attempt attempt = attempt(ALICE);
    assertThat(attempt.outcome()).isEqualTo(Outcome.GO);
    assertThat(Objects.requireNonNull(attempt.user()).pair()).isEqualTo("imap5-6");
    assertThat(log.size()).isEqualTo(before);
  }

  @Test
  void attempt_ofNobody_isUnknown() throws Exception {
    for (String nobody : List.of("nobody@example.com", "x@elsewhere.example", "", "@example.org")) {
      assertThat(attempt(nobody)).isEqualTo(Attempt.OF_NOBODY);
    }
  }

  @Test
  void attempt_ofAClosedUser_isClosedAndMakesNoRequest() throws Exception {
    set(ALICE, UserState.CLOSED);
    assertThat(attempt(ALICE).outcome()).isEqualTo(Outcome.CLOSED);
    assertThat(user(ALICE).request()).isNull();
  }

  @Test
  void attempt_byAliasSubaddressAndCatchAll_isOfTheEntryThatAnswers() throws Exception {
    var _ = routing.putAlias(new Alias("a@example.com", ALICE), OPS);
    aside(ALICE, "@example.org");
    assertThat(attempt("A@Example.COM").first()).isTrue();
    assertThat(attempt("alice+shop@example.com").first()).isFalse();
    assertThat(attempt("anybody@example.org").first()).isTrue();
    assertThat(attempt("somebody@example.org").first()).isFalse();
    assertThat(routing.restores().waiting()).isEqualTo(Map.of("imap5-6", 1L, "imap7-8", 1L));
  }

  @Test
  void attempts_areOrderedByTheFirst_andLaterOnesWriteNothing() throws Exception {
    aside(ALICE, BOB, CAROL);
    assertThat(attempt(BOB).before()).isZero();
    clock.pass(Duration.ofMinutes(1));
    assertThat(attempt(CAROL).before()).isEqualTo(1);
    assertThat(attempt(ALICE).before()).isEqualTo(2);
    int written = log.size();
    Attempt again = attempt(CAROL);
    assertThat(again.first()).isFalse();
    assertThat(again.before()).isEqualTo(1);
    assertThat(log.size()).isEqualTo(written);
    assertThat(order("imap5-6")).containsExactly(BOB, CAROL, ALICE);
    assertThat(Objects.requireNonNull(user(CAROL).request()).since())
        .isEqualTo(Instant.parse("2026-11-21T18:31:00Z"));
  }

  @Test
  void request_isNoFlip() throws Exception {
    aside(ALICE);
    Standing before = user(ALICE).standing();
    told.clear();
    assertThat(attempt(ALICE).first()).isTrue();
    assertThat(user(ALICE).standing()).isEqualTo(before);
    assertThat(told).isEmpty();
    assertThat(routing.setUserState(ALICE, UserState.MOVING, null, OPS, NOT).changed()).isFalse();
  }

  @Test
  void log_thatFails_isUnavailableAndMakesNoRequest() throws Exception {
    aside(ALICE);
    log.failsBeforeKeeping = true;
    assertThatThrownBy(() -> attempt(ALICE)).isInstanceOf(MapUnavailableException.class);
    log.failsBeforeKeeping = false;
    assertThat(attempt(ALICE).first()).isTrue();
  }

  // ---- how it ends, and what it outlives

  @Test
  void request_endsWithActiveClosedAndRemoved_andTheNextOneIsLast() throws Exception {
    aside(ALICE, BOB, CAROL);
    for (String user : List.of(ALICE, BOB, CAROL)) {
      var _ = attempt(user);
    }
    set(ALICE, UserState.ACTIVE);
    assertThat(order("imap5-6")).containsExactly(BOB, CAROL);
    assertThat(attempt(CAROL).before()).isEqualTo(1);
    set(ALICE, UserState.MOVING);
    assertThat(user(ALICE).request()).isNull();
    assertThat(attempt(ALICE).before()).isEqualTo(2);
    set(BOB, UserState.CLOSED);
    Flip _ = routing.removeUser(CAROL, OPS, NOT);
    assertThat(order("imap5-6")).containsExactly(ALICE);
    Flip _ = routing.putUser(CAROL, "imap5-6", UserState.MOVING, OPS, NOT);
    assertThat(attempt(CAROL).before()).isEqualTo(1);
  }

  @Test
  void request_isKeptOverStatesAPriorityAndAnotherPair() throws Exception {
    aside(ALICE, BOB);
    var _ = attempt(ALICE);
    var _ = attempt(BOB);
    set(ALICE, UserState.RECOVERING);
    Flip _ = routing.setUserState(UserChange.priority(ALICE, 7), OPS, NOT);
    assertThat(order("imap5-6")).containsExactly(ALICE, BOB);
    Flip _ = routing.setUserState(BOB, UserState.MOVING, "imap7-8", OPS, NOT);
    Flip _ = routing.setUserState(ALICE, UserState.RECOVERING, "imap7-8", OPS, NOT);
    assertThat(order("imap5-6")).isEmpty();
    assertThat(order("imap7-8")).containsExactly(ALICE, BOB);
    assertThat(attempt(BOB).before()).isEqualTo(1);
    assertThat(user(ALICE).priority()).isEqualTo(7);
  }

  @Test
  void load_ofAUserWhoWaits_keepsItsRequest() throws Exception {
    aside(ALICE);
    var _ = attempt(ALICE);
    UserChange there = new UserChange(ALICE, UserState.MOVING, "imap7-8", null);
    var _ = routing.load(List.of(), List.of(there), List.of(), OPS);
    assertThat(order("imap7-8")).containsExactly(ALICE);
    UserChange back = new UserChange(ALICE, UserState.ACTIVE, "imap7-8", null);
    var _ = routing.load(List.of(), List.of(back), List.of(), OPS);
    assertThat(user(ALICE).request()).isNull();
  }

  @Test
  void reopenedOrMadeAnewFromTheLog_theOrderIsTheSame() throws Exception {
    aside(ALICE, BOB, CAROL);
    for (String user : List.of(CAROL, ALICE, BOB)) {
      var _ = attempt(user);
    }
    set(ALICE, UserState.ACTIVE);
    for (String view : List.of("view", "another")) {
      reopen(view);
      assertThat(order("imap5-6")).containsExactly(CAROL, BOB);
      assertThat(attempt(BOB).before()).isEqualTo(1);
    }
    set(ALICE, UserState.MOVING);
    assertThat(attempt(ALICE).before()).isEqualTo(2);
  }

  // ---- held from above

  static List<Target> above() {
    return List.of(
        new Target.OfPair("imap5-6"), new Target.OfDomain("example.com"), new Target.Everything());
  }

  @ParameterizedTest
  @MethodSource("above")
  void activeUser_heldFromAbove_asksAndTheReleaseEndsIt(Target above) throws Exception {
    hold(above, true);
    assertThat(attempt(BOB).first()).isTrue();
    assertThat(attempt(ALICE).before()).isEqualTo(1);
    hold(above, false);
    assertThat(user(ALICE).request()).isNull();
    assertThat(order("imap5-6")).isEmpty();
    assertThat(attempt(ALICE).outcome()).isEqualTo(Outcome.GO);
  }

  @Test
  void usersSetAsideUnderAHold_keepTheirPlaceWhenItIsReleased() throws Exception {
    Target pair = new Target.OfPair("imap5-6");
    hold(pair, true);
    for (String user : List.of(CAROL, BOB, ALICE)) {
      var _ = attempt(user);
    }
    set(CAROL, UserState.RECOVERING);
    set(ALICE, UserState.RECOVERING);
    hold(pair, false);
    assertThat(order("imap5-6")).containsExactly(CAROL, ALICE);
    assertThat(user(BOB).request()).isNull();
  }

  @Test
  void userOfTwoHolds_waitsUntilBothAreReleased() throws Exception {
    hold(new Target.OfPair("imap5-6"), true);
    hold(new Target.Everything(), true);
    var _ = attempt(ALICE);
    hold(new Target.OfPair("imap5-6"), false);
    assertThat(order("imap5-6")).containsExactly(ALICE);
    hold(new Target.Everything(), false);
    assertThat(order("imap5-6")).isEmpty();
  }

  @Test
  void activeUserOnHold_movedToAPairThatIsNot_hasNoRequestAnyMore() throws Exception {
    hold(new Target.OfPair("imap5-6"), true);
    var _ = attempt(ALICE);
    Flip _ = routing.putUser(ALICE, "imap7-8", null, OPS, NOT);
    assertThat(user(ALICE).request()).isNull();
    assertThat(routing.restores().waiting()).isEmpty();
  }

  @Test
  void releaseWhoseEndsCannotBeWritten_isMadeUpForBeforeTheOrderIsUsedAgain() throws Exception {
    hold(new Target.OfPair("imap5-6"), true);
    var _ = attempt(ALICE);
    // As a crash right after the release leaves it: the release is in the log, the ends are not.
    Pair pair = routing.pair("imap5-6").orElseThrow();
    Standing later = new Standing("", clock.instant(), "ops", pair.standing().epoch() + 2);
    Pair released = new Pair(pair.name(), pair.members(), pair.active(), false, later);
    long _ = log.append(List.of(ChangeRecord.encode(new MapChange.PutPair(released))));
    reopen("view");
    assertThat(user(ALICE).request()).isNotNull();
    assertThat(order("imap5-6")).isEmpty();
    assertThat(user(ALICE).request()).isNull();
  }

  @Test
  void attempt_whileTheUserIsSwitched_waitsWithoutARequest() throws Exception {
    UserChange there = new UserChange(ALICE, null, "imap7-8", null);
    BegunFlips begun = routing.beginUserStates(List.of(there), OPS);
    Attempt attempt = attempt(ALICE);
    assertThat(attempt.outcome()).isEqualTo(Outcome.WAIT);
    assertThat(user(ALICE).request()).isNull();
    assertThat(begun.await(NOT).getFirst().refused()).isNull();
    assertThat(attempt(ALICE).outcome()).isEqualTo(Outcome.GO);
  }

  @Test
  void requestMadeWhileTheUserIsSwitched_doesNotSpoilTheSwitch() throws Exception {
    UserChange there = new UserChange(ALICE, null, "imap7-8", null);
    BegunFlips begun = routing.beginUserStates(List.of(there), OPS);
    hold(new Target.Everything(), true);
    assertThat(attempt(ALICE).first()).isTrue();
    assertThat(begun.await(NOT).getFirst().refused()).isNull();
    assertThat(order("imap7-8")).containsExactly(ALICE);
  }

  // ---- lists

  @Test
  void pages_goOnBehindTheLast_ofOnePairAndOfAll() throws Exception {
    aside(ALICE, BOB, CAROL, "@example.org");
    for (String user : List.of(BOB, "x@example.org", ALICE, CAROL)) {
      var _ = attempt(user);
    }
    Restores restores = routing.restores();
    for (String pair : new String[] {"imap5-6", null}) {
      List<String> found = new ArrayList<>();
      long after = 0;
      for (List<User> page = restores.asked(pair, after, 2);
          !page.isEmpty();
          page = restores.asked(pair, after, 2)) {
        page.forEach(user -> found.add(user.address()));
        after = Objects.requireNonNull(page.getLast().request()).number();
      }
      List<String> expected =
          pair == null ? List.of(BOB, "@example.org", ALICE, CAROL) : List.of(BOB, ALICE, CAROL);
      assertThat(found).isEqualTo(expected);
    }
    assertThat(restores.asked("nowhere", 0, 10)).isEmpty();
  }

  @Test
  void thoseWhoHaveNotAsked_areListedByAddress_bothStates() throws Exception {
    aside(ALICE, CAROL);
    set(BOB, UserState.RECOVERING);
    var _ = attempt(ALICE);
    Restores restores = routing.restores();
    assertThat(restores.notAsked("imap5-6", null, 10))
        .extracting(User::address)
        .containsExactly(BOB, CAROL);
    assertThat(restores.notAsked(null, BOB, 10)).extracting(User::address).containsExactly(CAROL);
    assertThat(restores.notAsked(null, null, 1)).extracting(User::address).containsExactly(BOB);
    assertThat(restores.notAsked("imap7-8", null, 10)).isEmpty();
    assertThat(restores.notAsked("nowhere", null, 10)).isEmpty();
  }

  // ---- a burst

  @Test
  void burst_ofFirstAttempts_isWrittenTogetherAndEachHasItsOwnPlace() throws Exception {
    for (int i = 0; i < BURST; i++) {
      Flip _ = routing.putUser("u" + i + "@example.com", "imap5-6", UserState.MOVING, OPS, NOT);
    }
    int before = log.size();
    CountDownLatch start = new CountDownLatch(1);
    List<Future<Attempt>> attempts = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 2 * BURST; i++) {
        String address = "u" + i % BURST + "@example.com";
        Callable<Attempt> task =
            () -> {
              start.await();
              return attempt(address);
            };
        attempts.add(threads.submit(task));
      }
      start.countDown();
    }
    long first = 0;
    for (Future<Attempt> done : attempts) {
      first += done.get().first() ? 1 : 0;
    }
    assertThat(first).isEqualTo(BURST);
    assertThat(order("imap5-6")).hasSize(100);
    assertThat(log.size() - before).isLessThanOrEqualTo(BURST);
    List<Long> places = new ArrayList<>();
    for (int i = 0; i < BURST; i++) {
      places.add(attempt("u" + i + "@example.com").before());
    }
    assertThat(places.stream().sorted().toList())
        .isEqualTo(java.util.stream.LongStream.range(0, BURST).boxed().toList());
  }

  // ---- bytes

  /** The bytes are on operators' disks. */
  @Test
  void record_withRequests_isTheSameAfterwards_andItsBytesStay() throws Exception {
    Standing standing = new Standing("", Instant.EPOCH, "ops", 300);
    RestoreRequest request = new RestoreRequest(301, Instant.ofEpochMilli(64));
    MapChange change =
        new MapChange.PutUsers(
            List.of(
                new User("a@example.com", "p1", UserState.MOVING, "p2", 5, request, standing),
                new User("b@example.com", "p1", UserState.ACTIVE, null, 0, request, standing),
                new User("c@example.com", "p1", UserState.ACTIVE, standing)));
    byte[] bytes = ChangeRecord.encode(change);
    assertThat(ChangeRecord.decode(bytes)).isEqualTo(change);
    assertThat(change.epoch()).isEqualTo(301);
    assertThat(HexFormat.of().formatHex(bytes))
        .endsWith(
            "0d61406578616d706c652e636f6de1000102000003"
                + "0a"
                + "028001"
                + "0d62406578616d706c652e636f6d200001020000"
                + "028001"
                + "0d63406578616d706c652e636f6d000001020000");
  }
}
