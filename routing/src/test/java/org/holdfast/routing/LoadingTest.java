package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.holdfast.routing.RefusedChangeException.Kind;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.Loaded;
import org.holdfast.routing.Routing.NotQuiesced;
import org.holdfast.routing.Routing.Tally;
import org.holdfast.routing.Routing.UserChange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole map at once: flips where mail goes, refusals, pictures. */
class LoadingTest {

  private static final Who OPS = new Who("ops", "the new map");
  private static final Duration NOT = Duration.ZERO;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Tally NONE = new Tally(0, 0, 0);

  private static final Member ONE = new Member("one", HostPort.parse("127.0.0.1:24"), null);
  private static final Member TWO = new Member("two", HostPort.parse("127.0.0.1:25"), null);
  private static final Member THREE = new Member("three", HostPort.parse("127.0.0.1:26"), null);

  @TempDir private Path folder;

  private final SetClock clock = new SetClock();

  @SuppressWarnings("NullAway.Init") // opened before each test
  private EmbeddedRouting routing;

  @BeforeEach
  void open() throws Exception {
    routing =
        EmbeddedRouting.open(
            new MapSettings(folder.resolve("view"), "+", 100), new MemoryChangeLog(), clock);
    routing.putPair("p", List.of(ONE, TWO), "one", OPS, NOT);
    routing.putPair("q", List.of(THREE), "three", OPS, NOT);
    for (String user : List.of("alice", "bob", "carol")) {
      routing.putUser(user + "@example.com", "p", null, OPS, NOT);
    }
  }

  @AfterEach
  void close() {
    routing.close();
  }

  private static UserChange user(String address, @Nullable UserState state, String pair) {
    return new UserChange(address, state, pair, null);
  }

  private static MapContents users(UserChange... users) {
    return new MapContents(List.of(), List.of(users), List.of());
  }

  private static MapContents aliases(String... fromTo) {
    List<Alias> aliases = new ArrayList<>();
    for (String each : fromTo) {
      String[] ends = each.split(" ", 2);
      aliases.add(new Alias(ends[0], ends[1]));
    }
    return new MapContents(List.of(), List.of(), aliases);
  }

  private static Pair pair(String name, boolean onHold, String active, Member... members) {
    return new Pair(name, List.of(members), active, onHold, standing("fsck"));
  }

  private static Standing standing(String reason) {
    return new Standing(reason, Instant.EPOCH, "", 0);
  }

  private Loaded load(MapContents map) throws Exception {
    return routing.load(map, OPS, NOT);
  }

  private Permit permit(String mailbox) throws Exception {
    return ((Entry.Go) routing.enter(mailbox, "id1 peer")).permit();
  }

  private User alice() throws Exception {
    return routing.user("alice@example.com").orElseThrow();
  }

  // ---- what takes mail away is a flip

  @Test
  void load_movesAnActiveUser_waitsThenSwitches() throws Exception {
    Permit permit = permit("alice@example.com");
    CompletableFuture<Void> shut = new CompletableFuture<>();
    routing.onChange(c -> {
      if (!c.open()) {
        shut.complete(null);
      }
    });
    CompletableFuture<Loaded> loading =
        RoutingContract.inBackground(
            () -> routing.load(users(user("alice@example.com", UserState.ACTIVE, "q")), OPS, LONG));
    shut.get(60, TimeUnit.SECONDS);
    permit.close();
    Loaded loaded = loading.get(60, TimeUnit.SECONDS);
    assertThat(loaded.users()).isEqualTo(new Tally(0, 1, 0));
    assertThat(loaded.notQuiesced()).isZero();
    try (Permit after = permit("alice@example.com")) {
      assertThat(after.pair()).isEqualTo("q");
    }
  }

  @Test
  void load_movesAnActiveUserThatDoesNotDrain_isToldAndTheUserStays() throws Exception {
    MapContents map =
        users(
            user("alice@example.com", UserState.ACTIVE, "q"),
            user("bob@example.com", UserState.ACTIVE, "q"),
            user("new@example.com", UserState.ACTIVE, "q"));
    try (Permit _ = permit("alice@example.com")) {
      Loaded loaded = load(map);
      assertThat(loaded.users()).isEqualTo(new Tally(1, 1, 0));
      assertThat(loaded.notQuiesced()).isEqualTo(1);
      NotQuiesced open = loaded.open().getFirst();
      assertThat(open.name()).isEqualTo("user alice@example.com");
      assertThat(open.applied()).isFalse();
      assertThat(open.why()).contains("1 deliveries are open", "id1 peer");
    }
    assertThat(alice().pair()).isEqualTo("p");
    permit("alice@example.com").close();
    Loaded again = load(map);
    assertThat(again.users()).isEqualTo(new Tally(0, 1, 2));
    assertThat(again.notQuiesced()).isZero();
    assertThat(alice().pair()).isEqualTo("q");
  }

  @Test
  void load_setsAUserAside_drainsAndTellsUntilItIsQuiesced() throws Exception {
    MapContents map = users(user("alice@example.com", UserState.MOVING, "p"));
    try (Permit _ = permit("alice@example.com")) {
      Loaded loaded = load(map);
      assertThat(loaded.users()).isEqualTo(new Tally(0, 1, 0));
      assertThat(loaded.open()).singleElement().matches(NotQuiesced::applied);
      assertThat(alice().state()).isEqualTo(UserState.MOVING);
      assertThat(load(map).notQuiesced()).as("the truth, the second time too").isEqualTo(1);
    }
    assertThat(load(map).notQuiesced()).isZero();
  }

  @Test
  void load_opensAUserOnAnotherPair_tellsWhatIsOpenToTheOldOne() throws Exception {
    Permit permit = permit("alice@example.com");
    routing.setUserState("alice@example.com", UserState.MOVING, null, OPS, NOT);
    Loaded loaded = load(users(user("alice@example.com", UserState.ACTIVE, "q")));
    assertThat(alice().pair()).isEqualTo("q");
    assertThat(loaded.open()).singleElement().matches(NotQuiesced::applied);
    permit.close();
  }

  @Test
  void load_movesThePairsActiveMember_isASwitch() throws Exception {
    MapContents map =
        new MapContents(List.of(pair("p", false, "two", ONE, TWO)), List.of(), List.of());
    try (Permit _ = permit("alice@example.com")) {
      Loaded late = load(map);
      assertThat(late.notQuiesced()).isEqualTo(1);
      assertThat(late.open().getFirst().name()).isEqualTo("pair p");
      assertThat(late.open().getFirst().applied()).isFalse();
      assertThat(routing.pair("p").orElseThrow().active()).isEqualTo("one");
    }
    assertThat(load(map).pairs()).isEqualTo(new Tally(0, 1, 0));
    assertThat(routing.pair("p").orElseThrow().active()).isEqualTo("two");
    assertThat(load(map).pairs()).isEqualTo(new Tally(0, 0, 1));
  }

  @Test
  void load_manyInSeveralChunks_everyOneMovesAndOneIsLeft() throws Exception {
    int many = 2 * Loading.CHUNK + 1;
    List<UserChange> lines = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      lines.add(user("u" + i + "@big.example", UserState.ACTIVE, "p"));
    }
    assertThat(load(new MapContents(List.of(), lines, List.of())).users())
        .isEqualTo(new Tally(many, 0, 0));
    lines.replaceAll(line -> user(line.address(), UserState.ACTIVE, "q"));
    try (Permit _ = permit("u7@big.example")) {
      Loaded loaded = load(new MapContents(List.of(), lines, List.of()));
      assertThat(loaded.users()).isEqualTo(new Tally(0, many - 1, 0));
      assertThat(loaded.notQuiesced()).isEqualTo(1);
    }
    assertThat(load(new MapContents(List.of(), lines, List.of())).users())
        .isEqualTo(new Tally(0, 1, many - 1));
  }

  // ---- holds and domains

  @Test
  void load_setsHoldsThatTheFileNames_liftsNone() throws Exception {
    routing.setHold(new Target.OfPair("q"), true, new Who("x", "raid"), NOT);
    MapContents map =
        new MapContents(
            List.of(pair("p", true, "one", ONE, TWO), pair("q", false, "three", THREE)),
            List.of("Declared.example"),
            List.of(
                new DomainHold("example.com", standing("virus")),
                new DomainHold("later.example", standing("")),
                new DomainHold("*", standing("fire"))),
            List.of(),
            List.of());
    Loaded loaded = load(map);
    assertThat(loaded.holds()).isEqualTo(new Tally(3, 0, 0));
    assertThat(loaded.domains()).isEqualTo(new Tally(1, 0, 0));
    assertThat(loaded.pairs()).isEqualTo(new Tally(0, 1, 1));
    assertThat(routing.pair("p").orElseThrow())
        .matches(Pair::onHold)
        .satisfies(p -> assertThat(p.standing().reason()).isEqualTo("fsck"));
    assertThat(routing.pair("q").orElseThrow())
        .matches(Pair::onHold)
        .satisfies(p -> assertThat(p.standing().reason()).isEqualTo("raid"));
    assertThat(routing.holds())
        .extracting(DomainHold::domain)
        .containsExactlyInAnyOrder("example.com", "later.example", "*");
    assertThat(routing.domains(null, 10)).containsExactly("declared.example");
    assertThat(loaded.warnings()).anyMatch(w -> w.contains("later.example"));
    Loaded again = load(map);
    assertThat(again.holds()).isEqualTo(new Tally(0, 0, 3));
    assertThat(again.pairs()).isEqualTo(new Tally(0, 0, 2));
  }

  // ---- preview

  @Test
  void preview_saysWhatALoadWouldDo_andDoesNothing() throws Exception {
    routing.setUserState(
        new UserChange("bob@example.com", UserState.MOVING, null, "q", null, null), OPS, NOT);
    MapContents map =
        new MapContents(
            List.of(pair("p", true, "two", ONE, TWO), pair("r", false, "one", ONE)),
            List.of("d.example"),
            List.of(new DomainHold("*", standing(""))),
            List.of(
                user("ALICE@example.com", UserState.ACTIVE, "q"),
                user("bob@example.com", null, "p"),
                user("new@example.com", UserState.CLOSED, "r")),
            List.of(new Alias("a@example.com", "alice@example.com")));
    Loaded would = routing.previewLoad(map);
    assertThat(would.changes())
        .containsExactly(
            "~ pair p: active one -> two, on hold",
            "+ pair r: active " + ONE,
            "+ domain d.example: declared",
            "+ everything: on hold",
            "~ user alice@example.com: pair p -> q",
            "+ user new@example.com: closed on r",
            "+ alias a@example.com: alice@example.com");
    assertThat(routing.pairs()).hasSize(2);
    assertThat(alice().pair()).isEqualTo("p");
    assertThat(routing.aliases(null, 10)).isEmpty();
    assertThat(routing.holds()).isEmpty();
    Loaded did = load(map);
    assertThat(List.of(did.pairs(), did.domains(), did.holds(), did.users(), did.aliases()))
        .containsExactly(
            would.pairs(), would.domains(), would.holds(), would.users(), would.aliases());
    Loaded nothing = routing.previewLoad(map);
    assertThat(nothing.changes()).isEmpty();
    assertThat(nothing.users()).isEqualTo(new Tally(0, 0, 3));
  }

  // ---- nonsense

  private void refused(Kind kind, String words, MapContents map) throws Exception {
    for (boolean preview : new boolean[] {true, false}) {
      assertThatThrownBy(
              () -> {
                Loaded _ = preview ? routing.previewLoad(map) : load(map);
              })
          .hasMessageContaining(words)
          .isInstanceOfSatisfying(
              RefusedChangeException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
    assertThat(routing.users(null, null, null, 100)).hasSize(3);
    assertThat(routing.pairs()).extracting(Pair::name).containsExactly("p", "q");
  }

  @Test
  void load_nonsense_isRefusedAsAWhole() throws Exception {
    UserChange fine = user("fine@example.com", null, "p");
    refused(Kind.INVALID, "no @", users(fine, user("nonsense", null, "p")));
    refused(Kind.INVALID, "64", users(fine, user("x".repeat(65) + "@example.com", null, "p")));
    refused(Kind.INVALID, "twice", users(fine, user("FINE@Example.com", null, "p")));
    refused(Kind.NOT_FOUND, "no pair nix", users(fine, user("x@example.com", null, "nix")));
    refused(
        Kind.NOT_FOUND,
        "no pair nix",
        users(new UserChange("x@example.com", UserState.MOVING, "p", "nix", null, null)));
    refused(
        Kind.INVALID,
        "moving or recovering",
        users(new UserChange("x@example.com", UserState.ACTIVE, "p", "q", null, null)));
    refused(Kind.INVALID, "needs a pair", users(new UserChange("x@example.com", null, null, null)));
    refused(
        Kind.INVALID,
        "1 to 16 members",
        new MapContents(List.of(pair("r", false, "one")), List.of(fine), List.of()));
    refused(
        Kind.INVALID,
        "twice",
        new MapContents(List.of(pair("r", false, "one", ONE, ONE)), List.of(fine), List.of()));
    refused(
        Kind.INVALID,
        "twice",
        new MapContents(
            List.of(pair("r", false, "one", ONE, new Member("other", ONE.lmtp(), null))),
            List.of(fine),
            List.of()));
    refused(
        Kind.INVALID,
        "pair r stands here twice",
        new MapContents(
            List.of(pair("r", false, "one", ONE), pair("r", false, "one", ONE)),
            List.of(),
            List.of()));
    refused(
        Kind.INVALID,
        "domain",
        new MapContents(List.of(), List.of("no_domain"), List.of(), List.of(fine), List.of()));
    refused(
        Kind.INVALID,
        "hold of",
        new MapContents(
            List.of(),
            List.of(),
            List.of(
                new DomainHold("a.example", standing("")),
                new DomainHold("A.example", standing(""))),
            List.of(fine),
            List.of()));
  }

  /** {@code before} is there already; {@code together} is refused. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, a@x.org a@x.org",
        "-, a@x.org A@X.ORG",
        "-, @x.org @X.org",
        "-, a@x.org b@x.org; b@x.org a@x.org",
        "a@x.org b@x.org, b@x.org a@x.org",
        "a@x.org b@x.org; b@x.org c@x.org, c@x.org a@x.org",
        "-, @x.org @y.org; @y.org @x.org",
        "@x.org @y.org, @y.org @z.org; @z.org @x.org",
        // through the alias of a domain
        "@y.org @x.org, a@x.org a@y.org",
        "a@x.org a@y.org, @y.org @x.org",
        "b@x.org c@z.org; c@z.org b@y.org, @y.org @x.org",
        "@x.org @w.org; a@w.org a@y.org, @y.org @x.org",
        // through a subaddress
        "-, a@x.org b+s@x.org; b@x.org a@x.org",
        "b+s@x.org a+s@x.org, a@x.org b@x.org",
        "a@x.org b@y.org; b+s@y.org a+s@z.org, @z.org @x.org",
      })
  void alias_circle_isRefusedWhateverTheOrder(@Nullable String before, String together)
      throws Exception {
    int there = 0;
    if (before != null) {
      String[] first = before.split("; ", -1);
      load(aliases(first));
      there = first.length;
    }
    MapContents circle = aliases(together.split("; ", -1));
    assertThatThrownBy(() -> load(circle))
        .isInstanceOfSatisfying(
            RefusedChangeException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    assertThat(routing.aliases(null, 100)).hasSize(there);
  }

  @ParameterizedTest
  @CsvSource({
    // a user ends every chain
    "alice@example.com x@example.com; x@example.com alice@example.com",
    "a@x.org b@x.org; b@x.org alice@example.com",
    "a@x.org alice+s@example.com",
    "@x.org @example.com; @y.org @x.org",
    "a+s@x.org a@x.org; a@x.org alice@example.com",
  })
  void alias_noCircle_isTaken(String list) throws Exception {
    String[] aliases = list.split("; ", -1);
    assertThat(load(aliases(aliases)).aliases()).isEqualTo(new Tally(aliases.length, 0, 0));
  }

  @Test
  void alias_notMeantSo_isWarnedOf() throws Exception {
    assertThat(
            load(aliases(
                    "alice@example.com bob@example.com",
                    "a@example.com nobody@example.com",
                    "b@example.com who@foreign.example",
                    "@mine.example @foreign.example",
                    "c@example.com bob@example.com"))
                .warnings())
        .containsExactly(
            "alias alice@example.com is never used: that is a user",
            "alias a@example.com leads to nobody: nobody@example.com (550)",
            "alias b@example.com leads to nobody: who@foreign.example (550)",
            "alias @mine.example: nobody lives in foreign.example (550)");
  }

  @Test
  void alias_targetComesInTheSameLoad_isNotWarnedOf() throws Exception {
    MapContents map =
        new MapContents(
            List.of(),
            List.of(user("new@example.com", null, "p"), user("@all.example", null, "p")),
            List.of(
                new Alias("a@example.com", "new@example.com"),
                new Alias("b@example.com", "whoever@all.example"),
                new Alias("@x.example", "@all.example")));
    assertThat(load(map).warnings()).isEmpty();
  }

  @Test
  void putAlias_ofAUser_isAConflict() throws Exception {
    assertThatThrownBy(
            () -> routing.putAlias(new Alias("Alice@example.com", "bob@example.com"), OPS))
        .isInstanceOfSatisfying(
            RefusedChangeException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
    assertThat(routing.aliases(null, 10)).isEmpty();
  }

  // ---- pictures

  /** Writes down what it gets. */
  private static class Notes implements MapSink {

    final List<String> lines = new ArrayList<>();

    @Override
    public void pairs(List<Pair> pairs) {
      pairs.forEach(pair -> lines.add(pair.name()));
    }

    @Override
    public void domains(List<String> page) {
      lines.addAll(page);
    }

    @Override
    public void holds(List<DomainHold> holds) {
      holds.forEach(hold -> lines.add(hold.domain()));
    }

    @Override
    public void users(List<User> page) {
      page.forEach(user -> lines.add(user.address() + " " + user.pair()));
    }

    @Override
    public void aliases(List<Alias> page) {
      page.forEach(alias -> lines.add(alias.from()));
    }
  }

  @Test
  void picture_whileEverythingChanges_isOfOneMoment() throws Exception {
    load(aliases("z@example.com alice@example.com", "@x.org @example.com"));
    routing.putDomain("d.example", OPS);
    routing.setHold(new Target.OfDomain("example.com"), true, OPS, NOT);
    Notes notes =
        new Notes() {
          @Override
          public void pairs(List<Pair> pairs) {
            super.pairs(pairs);
            try {
              for (User user : routing.users(null, null, null, 10)) {
                routing.removeUser(user.address(), OPS, NOT);
              }
              routing.removePair("p", OPS, NOT);
              routing.removeAlias("z@example.com", OPS);
              routing.removeDomain("d.example", OPS);
              routing.putUser("late@example.com", "q", null, OPS, NOT);
            } catch (MapUnavailableException | RefusedChangeException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    routing.copyTo(notes);
    assertThat(notes.lines)
        .containsExactly(
            "p",
            "q",
            "d.example",
            "example.com",
            "alice@example.com p",
            "bob@example.com p",
            "carol@example.com p",
            "z@example.com",
            "@x.org");
    Notes after = new Notes();
    routing.copyTo(after);
    assertThat(after.lines).containsExactly("q", "example.com", "late@example.com q", "@x.org");
  }

  @Test
  void picture_tooSlow_isGivenUp_andTheMapGoesOn() throws Exception {
    Notes slow =
        new Notes() {
          @Override
          public void pairs(List<Pair> pairs) {
            clock.pass(Routing.COPY_LIMIT.plusMillis(1));
          }
        };
    assertThatThrownBy(() -> routing.copyTo(slow)).isInstanceOf(MapUnavailableException.class);
    assertThat(slow.lines).isEmpty();
    assertThat(routing.trouble()).isEmpty();
    routing.copyTo(new Notes());
  }

  @Test
  void pictures_moreThanAllowed_areRefused() throws Exception {
    Notes inner = new Notes();
    Notes second =
        new Notes() {
          @Override
          public void pairs(List<Pair> pairs) {
            assertThatThrownBy(() -> routing.copyTo(inner))
                .isInstanceOf(MapUnavailableException.class);
          }
        };
    routing.copyTo(
        new Notes() {
          @Override
          public void pairs(List<Pair> pairs) {
            try {
              routing.copyTo(second);
            } catch (MapUnavailableException | java.io.IOException e) {
              throw new IllegalStateException(e);
            }
          }
        });
    assertThat(inner.lines).isEmpty();
    assertThat(routing.trouble()).isEmpty();
  }

  @Test
  void load_withNothing_doesNothing() throws Exception {
    Loaded loaded = load(users());
    assertThat(List.of(loaded.pairs(), loaded.users(), loaded.aliases()))
        .containsExactly(NONE, NONE, NONE);
  }
}
