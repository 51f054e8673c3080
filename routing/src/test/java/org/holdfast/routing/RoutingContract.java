package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.holdfast.routing.Routing.Change;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Routing.UserFlip;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every {@link Routing} does, whatever keeps its map. */
abstract class RoutingContract {

  static final Who OPS = new Who("ops", "raid died");
  static final Duration NOT = Duration.ZERO;

  /** Long enough that reaching it means that something hangs. */
  static final Duration LONG = Duration.ofSeconds(60);

  static final Member IMAP5 = new Member("imap5", HostPort.parse("127.0.0.1:10024"), null);
  static final Member IMAP6 = new Member("imap6", HostPort.parse("127.0.0.1:10025"), null);
  static final Member IMAP7 = new Member("imap7", HostPort.parse("127.0.0.1:10026"), null);

  /** The routing under test, empty at first. */
  abstract Routing routing();

  @BeforeEach
  void fill() throws Exception {
    routing().putPair("imap5-6", List.of(IMAP5, IMAP6), "imap5", OPS, NOT);
    routing().putPair("imap7-8", List.of(IMAP7), "imap7", OPS, NOT);
    for (String user : List.of("alice", "bob", "carol", "dave+work", "dave")) {
      routing().putUser(user + "@example.com", "imap5-6", null, OPS, NOT);
    }
    routing().putUser("@example.org", "imap7-8", null, OPS, NOT);
    alias("@example.net", "@example.com");
    alias("a@example.com", "alice@example.com");
    alias("list@example.com", "bob+list@example.com");
    alias("carol+x@example.com", "alice@example.com");
    alias("out@example.net", "bob@example.com");
  }

  private void alias(String from, String to) throws Exception {
    routing().putAlias(new Alias(from, to), OPS);
  }

  private Permit permit(String mailbox) throws Exception {
    return ((Entry.Go) routing().enter(mailbox, "id1 peer")).permit();
  }

  private UserState stateOf(String address) throws Exception {
    return routing().user(address).orElseThrow().state();
  }

  // ---- who is it?

  @ParameterizedTest
  @CsvSource({
    "alice@example.com, alice@example.com, alice@example.com",
    "ALICE@Example.COM, alice@example.com, alice@example.com",
    "alice+Lists@example.com, alice+Lists@example.com, alice@example.com",
    "dave+work@example.com, dave+work@example.com, dave+work@example.com",
    "dave+home@example.com, dave+home@example.com, dave@example.com",
    "a@example.com, alice@example.com, alice@example.com",
    "a+Foo@example.com, alice+Foo@example.com, alice@example.com",
    "list+Foo@example.com, bob+list@example.com, bob@example.com",
    "carol+x@example.com, alice@example.com, alice@example.com",
    "carol+y@example.com, carol+y@example.com, carol@example.com",
    "alice@example.net, alice@example.com, alice@example.com",
    "a+Z@example.net, alice+Z@example.com, alice@example.com",
    "out@example.net, bob@example.com, bob@example.com",
    "Whoever+X@example.org, whoever+X@example.org, whoever@example.org",
  })
  void locate_known_leadsToItsMailbox(String asked, String deliverTo, String mailbox)
      throws Exception {
    Location.Mailbox found = (Location.Mailbox) routing().locate(asked);
    assertThat(found.deliverTo()).isEqualTo(deliverTo);
    assertThat(found.mailbox()).isEqualTo(mailbox);
    String entry = mailbox.endsWith("@example.org") ? "@example.org" : mailbox;
    assertThat(found.user().address()).isEqualTo(entry);
  }

  @ParameterizedTest
  @CsvSource({"nobody@example.com", "nobody+x@example.net", "@example.com", "a..b@example.com"})
  void locate_unknownInOurDomain_isUnknown(String asked) throws Exception {
    assertThat(routing().locate(asked)).isInstanceOf(Location.UnknownUser.class);
    assertThat(routing().locate(asked)).isEqualTo(new Location.UnknownUser(asked));
  }

  @ParameterizedTest
  @CsvSource({"a@example.invalid", "a@[192.0.2.1]", "postmaster", "a@com", "a@example.co"})
  void locate_domainThatIsNotOurs_isForeign(String asked) throws Exception {
    assertThat(routing().locate(asked)).isInstanceOf(Location.ForeignDomain.class);
  }

  @Test
  void locate_afterUserComesAndGoes_isNeverStale() throws Exception {
    assertThat(routing().locate("new@new.example")).isInstanceOf(Location.ForeignDomain.class);
    routing().putUser("new@new.example", "imap5-6", null, OPS, NOT);
    assertThat(routing().locate("new@new.example")).isInstanceOf(Location.Mailbox.class);
    assertThat(routing().locate("old@new.example")).isInstanceOf(Location.UnknownUser.class);
    assertThat(routing().removeUser("NEW@new.example", OPS, NOT).quiesced()).isTrue();
    assertThat(routing().locate("new@new.example")).isInstanceOf(Location.ForeignDomain.class);
    assertThatThrownBy(() -> routing().removeUser("new@new.example", OPS, NOT))
        .isInstanceOf(RefusedChangeException.class);
  }

  // ---- flips of a user

  @Test
  void moving_nothingOpen_isQuiescedAndHolds() throws Exception {
    Flip flip = routing().setUserState("Alice@example.com", UserState.MOVING, null, OPS, NOT);
    assertThat(flip.changed()).isTrue();
    assertThat(flip.quiesced()).isTrue();
    Entry.Hold hold = (Entry.Hold) routing().enter("alice@example.com", "x");
    assertThat(hold.pair()).isEqualTo("imap5-6");
    assertThat(hold.why()).contains("moving since 2026", "by ops, reason raid died");
    assertThat(routing().open()).isEmpty();
  }

  @Test
  void moving_permitOpen_isNotQuiescedUntilItIsClosed() throws Exception {
    Permit permit = permit("alice@example.com");
    Permit other = permit("bob@example.com");
    Flip flip = routing().setUserState("alice@example.com", UserState.MOVING, null, OPS, NOT);
    assertThat(flip.quiesced()).isFalse();
    assertThat(flip.open())
        .singleElement()
        .satisfies(o -> {
          assertThat(o.mailbox()).isEqualTo("alice@example.com");
          assertThat(o.member()).isEqualTo("imap5");
          assertThat(o.what()).isEqualTo("id1 peer");
        });
    CompletableFuture<Flip> waiting =
        inBackground(
            () -> routing().setUserState("alice@example.com", UserState.MOVING, null, OPS, LONG));
    permit.close();
    permit.close();
    Flip again = waiting.get(60, TimeUnit.SECONDS);
    assertThat(again.quiesced()).isTrue();
    assertThat(again.changed()).isFalse();
    assertThat(again.epoch()).isEqualTo(flip.epoch());
    other.close();
  }

  @Test
  void active_withPair_movesAndOpensInOneChange() throws Exception {
    routing().setUserState("alice@example.com", UserState.MOVING, null, OPS, NOT);
    long before = routing().user("alice@example.com").orElseThrow().standing().epoch();
    Flip flip = routing().setUserState("alice@example.com", UserState.ACTIVE, "imap7-8", OPS, NOT);
    assertThat(flip.epoch()).isGreaterThan(before);
    try (Permit permit = permit("alice@example.com")) {
      assertThat(permit.pair()).isEqualTo("imap7-8");
      assertThat(permit.member()).isEqualTo(IMAP7);
      assertThat(permit.epoch()).isEqualTo(flip.epoch());
    }
    Flip again = routing().setUserState("alice@example.com", UserState.ACTIVE, "imap7-8", OPS, NOT);
    assertThat(again).isEqualTo(new Flip(flip.epoch(), false, true, List.of()));
  }

  @Test
  void active_whileOldPairIsStillOpen_saysSo() throws Exception {
    try (Permit _ = permit("alice@example.com")) {
      routing().setUserState("alice@example.com", UserState.MOVING, null, OPS, NOT);
      Flip flip =
          routing().setUserState("alice@example.com", UserState.ACTIVE, "imap7-8", OPS, NOT);
      assertThat(flip.changed()).isTrue();
      assertThat(flip.quiesced()).isFalse();
    }
  }

  @Test
  void closed_isRefused() throws Exception {
    routing().setUserState("alice@example.com", UserState.CLOSED, null, OPS, NOT);
    Entry.Refuse refuse = (Entry.Refuse) routing().enter("alice@example.com", "x");
    assertThat(((Location.Mailbox) refuse.location()).user().state()).isEqualTo(UserState.CLOSED);
  }

  @Test
  void enter_userThatIsGone_isRefused() throws Exception {
    routing().removeUser("alice@example.com", OPS, NOT);
    assertThat(routing().enter("alice@example.com", "x"))
        .isEqualTo(new Entry.Refuse(new Location.UnknownUser("alice@example.com")));
  }

  @Test
  void catchAll_moving_drainsItsMailboxes() throws Exception {
    Permit permit = permit("whoever@example.org");
    assertThat(routing().setUserState("@example.org", UserState.MOVING, null, OPS, NOT).quiesced())
        .isFalse();
    permit.close();
    assertThat(routing().setUserState("@example.org", UserState.MOVING, null, OPS, NOT).quiesced())
        .isTrue();
    assertThat(routing().enter("whoever@example.org", "x")).isInstanceOf(Entry.Hold.class);
  }

  @Test
  void states_many_goOnAfterABadLine() throws Exception {
    List<UserFlip> flips =
        routing()
            .setUserStates(
                List.of(
                    line("alice@example.com", UserState.MOVING, null),
                    line("nobody@example.com", UserState.MOVING, null),
                    line("nonsense", UserState.MOVING, null),
                    line("bob@example.com", UserState.MOVING, "no-such-pair"),
                    line("Carol@example.com", UserState.MOVING, "imap7-8"),
                    line("carol@example.com", UserState.ACTIVE, null)),
                OPS,
                NOT);
    assertThat(flips)
        .extracting(flip -> flip.refused() == null ? "" : flip.refused().toString())
        .satisfiesExactly(
            f -> assertThat(f).isEmpty(),
            f -> assertThat(f).contains("NOT_FOUND", "no user"),
            f -> assertThat(f).contains("INVALID", "no @"),
            f -> assertThat(f).contains("NOT_FOUND", "no pair"),
            f -> assertThat(f).isEmpty(),
            f -> assertThat(f).isEmpty());
    assertThat(stateOf("alice@example.com")).isEqualTo(UserState.MOVING);
    assertThat(stateOf("bob@example.com")).isEqualTo(UserState.ACTIVE);
    assertThat(routing().user("carol@example.com").orElseThrow())
        .satisfies(u -> assertThat(u.pair()).isEqualTo("imap7-8"))
        .satisfies(u -> assertThat(u.state()).isEqualTo(UserState.ACTIVE));
  }

  @Test
  void states_sameUserFarApartInOneCall_lastLineCounts() throws Exception {
    List<UserChange> users = new ArrayList<>();
    for (int i = 0; i < 2 * MapChange.BATCH; i++) {
      users.add(line("u" + i + "@big.example", UserState.ACTIVE, "imap7-8"));
    }
    Routing.Loaded _ = routing().load(List.of(), users, List.of(), OPS);
    List<UserChange> flips = new ArrayList<>();
    users.forEach(u -> flips.add(line(u.address(), UserState.MOVING, null)));
    flips.add(line("u0@big.example", UserState.RECOVERING, null));
    flips.add(line("u1@big.example", UserState.ACTIVE, null));
    assertThat(routing().setUserStates(flips, OPS, NOT))
        .allSatisfy(f -> assertThat(f.refused()).isNull());
    assertThat(stateOf("u0@big.example")).isEqualTo(UserState.RECOVERING);
    assertThat(stateOf("u1@big.example")).isEqualTo(UserState.ACTIVE);
    assertThat(routing().userCounts())
        .contains(
            new Routing.UserCount("imap7-8", UserState.MOVING, 2 * MapChange.BATCH - 2),
            new Routing.UserCount("imap7-8", UserState.RECOVERING, 1),
            new Routing.UserCount("imap7-8", UserState.ACTIVE, 2));
    assertThat(routing().users("imap7-8", UserState.ACTIVE, null, 10))
        .extracting(User::address)
        .containsExactly("u1@big.example", "@example.org");
    assertThat(routing().users(null, UserState.RECOVERING, null, 10)).hasSize(1);
  }

  private static UserChange line(String address, UserState state, @Nullable String pair) {
    return new UserChange(address, state, pair, null);
  }

  // ---- moving an active user

  @Test
  void putUser_activeToAnotherPair_waitsThenSwitches() throws Exception {
    List<Change> changes = new ArrayList<>();
    Permit permit = permit("alice@example.com");
    CompletableFuture<Void> shut = new CompletableFuture<>();
    routing()
        .onChange(c -> {
          changes.add(c);
          if (!c.open()) {
            shut.complete(null);
          }
        });
    CompletableFuture<Flip> moving =
        inBackground(() -> routing().putUser("alice@example.com", "imap7-8", null, OPS, LONG));
    shut.get(60, TimeUnit.SECONDS);
    assertThat(routing().enter("alice@example.com", "x")).isInstanceOf(Entry.Hold.class);
    permit.close();
    Flip flip = moving.get(60, TimeUnit.SECONDS);
    assertThat(flip.quiesced()).isTrue();
    assertThat(flip.changed()).isTrue();
    try (Permit after = permit("alice@example.com")) {
      assertThat(after.pair()).isEqualTo("imap7-8");
    }
    Target alice = new Target.OfUser("alice@example.com");
    assertThat(changes)
        .containsExactly(new Change(alice, false, "imap5-6"), new Change(alice, true, "imap7-8"));
  }

  @Test
  void putUser_activeThatDoesNotDrain_staysWhereItIs() throws Exception {
    List<Change> changes = new ArrayList<>();
    routing().onChange(changes::add);
    try (Permit _ = permit("alice@example.com")) {
      Flip flip = routing().putUser("alice@example.com", "imap7-8", null, OPS, NOT);
      assertThat(flip.changed()).isFalse();
      assertThat(flip.quiesced()).isFalse();
      assertThat(flip.open()).hasSize(1);
    }
    permit("alice@example.com").close();
    assertThat(routing().user("alice@example.com").orElseThrow().pair()).isEqualTo("imap5-6");
    assertThat(changes).last().extracting(Change::open).isEqualTo(true);
  }

  @Test
  void putUser_changedWhileItWaits_isAConflictAndTheNewestStays() throws Exception {
    Permit permit = permit("alice@example.com");
    CompletableFuture<Void> shut = new CompletableFuture<>();
    routing().onChange(_ -> shut.complete(null));
    CompletableFuture<Flip> moving =
        inBackground(() -> routing().putUser("alice@example.com", "imap7-8", null, OPS, LONG));
    shut.get(60, TimeUnit.SECONDS);
    routing().setUserState("alice@example.com", UserState.MOVING, null, OPS, NOT);
    permit.close();
    assertThatThrownBy(() -> moving.get(60, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(RefusedChangeException.class);
    assertThat(routing().user("alice@example.com").orElseThrow())
        .satisfies(u -> assertThat(u.pair()).isEqualTo("imap5-6"))
        .satisfies(u -> assertThat(u.state()).isEqualTo(UserState.MOVING));
  }

  // ---- wider holds

  @Test
  void hold_ofAll_ofDomain_ofPair_eachHoldsAndWaits() throws Exception {
    for (Target target :
        List.of(
            new Target.Everything(),
            new Target.OfDomain("EXAMPLE.com"),
            new Target.OfPair("imap5-6"))) {
      Permit permit = permit("alice@example.com");
      Flip first = routing().setHold(target, true, OPS, NOT);
      assertThat(first.quiesced()).isFalse();
      assertThat(first.changed()).isTrue();
      Entry.Hold hold = (Entry.Hold) routing().look("alice@example.com");
      assertThat(hold.why()).contains("is on hold since 2026-", "by ops", "raid died");
      permit.close();
      Flip second = routing().setHold(target, true, OPS, NOT);
      assertThat(second).isEqualTo(new Flip(first.epoch(), false, true, List.of()));
      assertThat(routing().setHold(target, false, OPS, NOT).epoch()).isGreaterThan(first.epoch());
      assertThat(routing().look("alice@example.com")).isInstanceOf(Entry.Go.class);
    }
  }

  @Test
  void hold_ofAPair_leavesOthersAlone() throws Exception {
    try (Permit _ = permit("whoever@example.org")) {
      Flip flip = routing().setHold(new Target.OfPair("imap5-6"), true, OPS, NOT);
      assertThat(flip.quiesced()).isTrue();
      permit("someone@example.org").close();
    }
  }

  @Test
  void hold_widestIsNamedAndListed() throws Exception {
    routing().setHold(new Target.OfDomain("example.com"), true, OPS, NOT);
    routing().setHold(new Target.Everything(), true, OPS, NOT);
    routing().setUserState("alice@example.com", UserState.MOVING, null, OPS, NOT);
    assertThat(((Entry.Hold) routing().look("alice@example.com")).why()).startsWith("everything");
    assertThat(routing().holds())
        .extracting(Routing.DomainHold::domain)
        .containsExactlyInAnyOrder("*", "example.com");
  }

  // ---- pairs

  @Test
  void putPair_anotherActiveMember_waitsThenSwitches() throws Exception {
    Permit permit = permit("alice@example.com");
    Flip late = routing().putPair("imap5-6", List.of(IMAP5, IMAP6), "imap6", OPS, NOT);
    assertThat(late.quiesced()).isFalse();
    assertThat(late.changed()).isFalse();
    assertThat(routing().pair("imap5-6").orElseThrow().active()).isEqualTo("imap5");
    permit.close();
    Flip flip = routing().putPair("imap5-6", List.of(IMAP5, IMAP6), "imap6", OPS, NOT);
    assertThat(flip.quiesced()).isTrue();
    try (Permit after = permit("alice@example.com")) {
      assertThat(after.member()).isEqualTo(IMAP6);
    }
  }

  /** The old member is dead and a delivery to it hangs: that must not keep the pair there. */
  @Test
  void forcePair_somethingIsOpen_switchesAndSaysWhat() throws Exception {
    Permit permit = permit("alice@example.com");
    routing().setHold(new Target.OfPair("imap5-6"), true, OPS, NOT);
    Flip flip = routing().forcePair("imap5-6", List.of(IMAP5, IMAP6), "imap6", OPS);
    assertThat(flip.changed()).isTrue();
    assertThat(flip.quiesced()).isFalse();
    assertThat(flip.open()).extracting(Flip.OpenDelivery::member).containsExactly("imap5");
    routing().setHold(new Target.OfPair("imap5-6"), false, OPS, NOT);
    try (Permit after = permit("alice@example.com")) {
      assertThat(after.member()).isEqualTo(IMAP6);
    }
    permit.close();
  }

  @Test
  void putPair_onHold_staysOnHold() throws Exception {
    routing().setHold(new Target.OfPair("imap5-6"), true, OPS, NOT);
    routing().putPair("imap5-6", List.of(IMAP5, IMAP6), "imap6", new Who("x", "y"), NOT);
    assertThat(((Entry.Hold) routing().look("alice@example.com")).why()).contains("by ops");
  }

  @Test
  void nonsense_isRefusedAndNothingIsApplied() throws Exception {
    refused(Kind.INVALID, () -> routing().putUser("a b@example.com", "imap5-6", null, OPS, NOT));
    refused(Kind.NOT_FOUND, () -> routing().putUser("x@example.com", "nix", null, OPS, NOT));
    refused(
        Kind.NOT_FOUND,
        () -> routing().setUserState("x@example.com", UserState.MOVING, null, OPS, NOT));
    refused(Kind.INVALID, () -> routing().putPair("new", List.of(), "m", OPS, NOT));
    refused(Kind.INVALID, () -> routing().putPair("new", List.of(IMAP5, IMAP5), "imap5", OPS, NOT));
    refused(Kind.INVALID, () -> routing().putPair("new", List.of(IMAP5), "imap6", OPS, NOT));
    refused(Kind.INVALID, () -> routing().putPair("../x", List.of(IMAP5), "imap5", OPS, NOT));
    refused(Kind.NOT_FOUND, () -> routing().setHold(new Target.OfPair("nix"), true, OPS, NOT));
    refused(
        Kind.NOT_FOUND,
        () -> routing().setHold(new Target.OfDomain("nix.example"), true, OPS, NOT));
    refused(
        Kind.NOT_FOUND,
        () -> routing().setHold(new Target.OfDomain("example.net"), true, OPS, NOT));
    refused(Kind.INVALID, () -> alias("@a.example", "b@b.example"));
    refused(Kind.INVALID, () -> alias("@example.com", "@example.net"));
    refused(Kind.INVALID, () -> alias("x@example.net", "x@example.net"));
    assertThat(routing().pairs()).extracting(Pair::name).containsExactly("imap5-6", "imap7-8");
    assertThat(routing().user("x@example.com")).isEmpty();
    assertThat(routing().holds()).isEmpty();
    assertThat(routing().aliases(null, 100)).hasSize(5);
  }

  /** Something that throws. */
  interface Act {
    void run() throws Exception;
  }

  private static void refused(Kind kind, Act act) {
    assertThatThrownBy(act::run)
        .isInstanceOfSatisfying(
            RefusedChangeException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  // ---- load and list

  private static Routing.Tally tally(int created, int changed, int unchanged) {
    return new Routing.Tally(created, changed, unchanged);
  }

  @Test
  void load_isIdempotentAndAllOrNothing() throws Exception {
    List<UserChange> users = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      users.add(line("u" + i + "@big.example", UserState.ACTIVE, "imap5-6"));
    }
    Pair pair =
        new Pair(
            "new",
            List.of(IMAP5),
            "imap5",
            false,
            new Standing("", java.time.Instant.EPOCH, "", 0));
    List<Alias> aliases = List.of(new Alias("u@big.example", "u1@big.example"));
    Routing.Loaded first = routing().load(List.of(pair), users, aliases, OPS);
    assertThat(List.of(first.pairs(), first.users(), first.aliases()))
        .containsExactly(tally(1, 0, 0), tally(2500, 0, 0), tally(1, 0, 0));
    Routing.Loaded again = routing().load(List.of(pair), users, aliases, OPS);
    assertThat(List.of(again.pairs(), again.users(), again.aliases()))
        .containsExactly(tally(0, 0, 1), tally(0, 0, 2500), tally(0, 0, 1));
    users.add(0, line("v@big.example", UserState.ACTIVE, "imap5-6"));
    users.add(line("nonsense", UserState.ACTIVE, "imap5-6"));
    refused(Kind.INVALID, () -> routing().load(List.of(), users, List.of(), OPS));
    assertThat(routing().user("v@big.example")).isEmpty();
    assertThat(routing().userCounts())
        .contains(new Routing.UserCount("imap5-6", UserState.ACTIVE, 2505));
  }

  @Test
  void users_arePagedAndFiltered() throws Exception {
    routing().setUserState("bob@example.com", UserState.MOVING, null, OPS, NOT);
    List<String> all = new ArrayList<>();
    String after = null;
    do {
      List<User> page = routing().users(null, null, after, 2);
      page.forEach(u -> all.add(u.address()));
      after = page.size() < 2 ? null : page.getLast().address();
    } while (after != null);
    assertThat(all).hasSize(6).doesNotHaveDuplicates();
    assertThat(routing().users(null, UserState.MOVING, null, 10)).hasSize(1);
    assertThat(routing().users("imap7-8", null, null, 10)).hasSize(1);
    assertThat(routing().users("imap5-6", UserState.ACTIVE, null, 10)).hasSize(4);
    assertThat(routing().users("imap7-8", UserState.MOVING, null, 10)).isEmpty();
    assertThat(routing().isEmpty()).isFalse();
  }

  // ---- told in order

  @Test
  void changes_areToldInOrderAndVisibleThen() throws Exception {
    List<String> told = new ArrayList<>();
    routing()
        .onChange(c -> {
          try {
            boolean go = routing().look("alice@example.com") instanceof Entry.Go;
            told.add(c.open() + " " + go);
          } catch (MapUnavailableException e) {
            throw new IllegalStateException(e);
          }
        });
    routing().setUserState("alice@example.com", UserState.MOVING, null, OPS, NOT);
    routing().setUserState("alice@example.com", UserState.MOVING, null, OPS, NOT);
    routing().setUserState("alice@example.com", UserState.ACTIVE, null, OPS, NOT);
    assertThat(told).containsExactly("false false", "true true");
  }

  static <T> CompletableFuture<T> inBackground(java.util.concurrent.Callable<T> act) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread _ =
        Thread.startVirtualThread(() -> {
          try {
            done.complete(act.call());
          } catch (Exception e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }
}
