package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.routing.RoutingContract.NOT;
import static org.holdfast.routing.RoutingContract.OPS;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.routing.Routing.UserChange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes from the map, domains that are declared, and holds that somebody may have forgotten.
 */
class RemovalsTest {

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

  @Test
  void removeUser_deliveryOpen_isNotQuiescedUntilItEnds() throws Exception {
    Permit permit = permit("alice@example.com");
    Flip flip = routing.removeUser("alice@example.com", OPS, NOT);
    assertThat(flip.quiesced()).isFalse();
    assertThat(flip.open()).hasSize(1);
    permit.close();
  }

  @Test
  void removePair_whileSomebodyNeedsIt_isRefused() throws Exception {
    assertThatThrownBy(() -> routing.removePair("imap7-8", OPS, NOT))
        .hasMessageContaining("users live on the pair imap7-8");
    Member only = new Member("m", new HostPort("127.0.0.1", 2), null);
    Flip _ = routing.putPair("spare", List.of(only), "m", OPS, NOT);
    Flip _ = routing.setUserState(to(UserState.MOVING, null, "spare"), OPS, NOT);
    assertThatThrownBy(() -> routing.removePair("spare", OPS, NOT))
        .hasMessageContaining("being moved to the pair spare");
    Flip _ = routing.setUserState(to(UserState.ACTIVE, "imap5-6", null), OPS, NOT);
    assertThat(routing.removePair("spare", OPS, NOT).quiesced()).isTrue();
    assertThat(routing.pair("spare")).isEmpty();
    assertThatThrownBy(() -> routing.removePair("spare", OPS, NOT))
        .hasMessageContaining("no pair spare");
  }

  @Test
  void domain_declared_isServedThoughNobodyLivesThere() throws Exception {
    assertThat(routing.locate("a@empty.example")).isInstanceOf(Location.ForeignDomain.class);
    routing.putDomain("Empty.EXAMPLE", OPS);
    routing.putDomain("empty.example", OPS);
    assertThat(routing.domains(null, 10)).containsExactly("empty.example");
    assertThat(routing.locate("a@empty.example")).isInstanceOf(Location.UnknownUser.class);
    routing.removeDomain("empty.example", OPS);
    assertThat(routing.locate("a@empty.example")).isInstanceOf(Location.ForeignDomain.class);
    assertThatThrownBy(() -> routing.removeDomain("empty.example", OPS))
        .isInstanceOf(RefusedChangeException.class);
  }

  @Test
  void inhabitedDomains_areListedPageByPage() throws Exception {
    for (String user : List.of("@example.com", "x@a.example", "y@a.example", "z@example.com.br")) {
      Flip _ = routing.putUser(user, "imap7-8", null, OPS, NOT);
    }
    List<String> seen = new ArrayList<>();
    String after = null;
    List<Routing.InhabitedDomain> page = routing.inhabitedDomains(after, 2);
    while (!page.isEmpty()) {
      page.forEach(domain -> seen.add(domain.domain() + " " + domain.catchAll()));
      after = page.getLast().domain();
      page = routing.inhabitedDomains(after, 2);
    }
    assertThat(seen)
        .containsExactlyInAnyOrder(
            "a.example null", "example.com imap7-8", "example.com.br null", "example.org imap7-8");
  }

  @Test
  void alias_removed_leadsNowhere() throws Exception {
    routing.putAlias(new Alias("sales@example.com", "alice@example.com"), OPS);
    routing.removeAlias("Sales@example.com", OPS);
    assertThat(routing.locate("sales@example.com")).isInstanceOf(Location.UnknownUser.class);
    assertThatThrownBy(() -> routing.removeAlias("sales@example.com", OPS))
        .isInstanceOf(RefusedChangeException.class);
  }

  @Test
  void setAside_beforeATime_isListedLongestFirstAndCounted() throws Exception {
    Flip _ = routing.setUserState("bob@example.com", UserState.RECOVERING, null, OPS, NOT);
    Flip _ = routing.setUserState("alice@example.com", UserState.MOVING, null, OPS, NOT);
    Flip _ = routing.setUserState("carol@example.com", UserState.CLOSED, null, OPS, NOT);
    Instant later = alice().standing().since().plusSeconds(1);
    List<User> all = routing.setAside(Instant.EPOCH, later, "", 10);
    assertThat(all)
        .extracting(User::address)
        .containsExactlyInAnyOrder("alice@example.com", "bob@example.com");
    User first = all.getFirst();
    assertThat(routing.setAside(first.standing().since(), later, first.address(), 10))
        .containsExactly(all.getLast());
    assertThat(routing.setAside(Instant.EPOCH, first.standing().since(), "", 10)).isEmpty();
    assertThat(routing.countSetAsideBefore(later).stream().mapToLong(Routing.SetAside::users).sum())
        .isEqualTo(2);
  }
}
