package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.holdfast.routing.Alias;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.MapContents;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Standing;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MapFileTest {

  private static final String PAIRS =
      "pairs: [{ name: p, members: { a: { lmtp: 'h:24' } }, active: a }]\n";
  private static final Standing NONE = new Standing("", Instant.EPOCH, "", 0);

  @Test
  void shippedMap_read_hasTwoPairs() throws Exception {
    MapContents map = MapFile.read(Path.of("..", "conf", "map.yaml"));

    assertThat(map.pairs()).extracting(Pair::name).containsExactly("imap5-6", "imap7-8");
    assertThat(map.pairs().getFirst().activeMember())
        .isEqualTo(
            new Member(
                "imap5", HostPort.parse("127.0.0.1:10024"), HostPort.parse("127.0.0.1:10143")));
    assertThat(map.users()).contains(new UserChange("@example.org", null, "imap5-6", null));
    assertThat(map.aliases()).contains(new Alias("@example.net", "@example.com"));
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        arguments("people: []", "1: people: unknown key"),
        arguments("pairs:\n  - { members: {} }", "2: pairs[1]: has no name"),
        arguments("pairs:\n  - { name: p, members: {}, active: a }", "pair p has no members"),
        arguments(
            "pairs:\n  - { name: p, active: b,\n  members: { a: { lmtp: 'h:24' } } }",
            "2: pairs[1].active: pair p has no member b"),
        arguments(
            "pairs:\n  - { name: p, members: { a: { lmtp: 'h:24' }, b: { lmtp: 'h:25' } } }",
            "2: pairs[1]: has no active"),
        arguments(
            "pairs:\n- { name: p, members: { a: { lmtp: h } }, active: a }",
            "2: pairs[1].members.a.lmtp: not a HOST:PORT: h"),
        arguments(
            "pairs:\n- { name: p, members: { a: { imap: 'h:1' } }, active: a }", "has no lmtp"),
        arguments(
            PAIRS.strip() + "\n" + PAIRS.replace("pairs", "users"), "2: users[1]: has no address"),
        arguments(
            """
            pairs:
            - { name: p, members: { a: { lmtp: 'h:24' } } }
            - { name: p, members: { a: { lmtp: 'h:24' } } }
            """,
            "3: pairs[2].name: pair p stands here twice"),
        arguments(
            PAIRS + "users:\n- { address: a@x.org, pair: q }", "3: users[1].pair: there is no"),
        arguments(PAIRS + "users:\n- { address: a@x.org }", "3: users[1]: has no pair"),
        arguments(PAIRS + "users:\n- { address: a, pair: p }", "users[1].address: not an address"),
        arguments(PAIRS + "users:\n- { address: 'a b@x.org', pair: p }", "address: not an address"),
        arguments(PAIRS + "users:\n- { address: a@, pair: p }", "address: not an address"),
        arguments(
            PAIRS + "users:\n- { address: a@x.org, pair: p, state: gone }",
            "3: users[1].state: not a state (active, moving, recovering, closed): gone"),
        arguments(
            PAIRS + "users:\n- { address: a@x.org, pair: p }\n- { address: A@X.org, pair: p }",
            "4: users[2].address: A@X.org stands here twice"),
        arguments("aliases:\n- { from: a@x.org, to: '@y.org' }", "2: aliases[1].to: a whole"),
        arguments(
            "aliases:\n- { from: a@x.org, to: b@x.org }\n- { from: b@x.org, to: A@x.org }",
            "2: aliases[1].from: the alias a@x.org leads in a circle"),
        arguments("aliases:\n- { from: a@x.org, to: a@x.org }", "leads in a circle"),
        arguments("- a", "1: keys with values are expected here"),
        arguments("users: [\n", "not YAML"),
        arguments("users: []\nusers: []", "2: users: stands here twice"),
        arguments("users: []\n---\nusers: []", "2: a second document"),
        arguments("domains: [x_y]", "1: domains[1]: not an address: x_y: the domain may have"),
        arguments("domains: [[a]]", "1: domains[1]: a domain is expected here"),
        arguments("holds: [{ domain: x.org }, { domain: X.org }]", "holds[2].domain: the hold of"),
        arguments("holds: [{ reason: x }]", "holds[1]: has no domain"),
        arguments(
            "pairs: [{ name: p, members: { a: { lmtp: 'h:24' } }, state: moving }]",
            "pairs[1].state: not a state of a pair (active, hold): moving"),
        arguments(
            "pairs:\n- { name: p, active: a,\n"
                + "  members: { a: { lmtp: 'h:24' }, b: { lmtp: 'h:24' } } }",
            "two members of pair p have the same lmtp"),
        arguments(
            PAIRS + "users:\n- { address: a@x.org, pair: p, to: p }", "to is said with moving"),
        arguments(
            PAIRS + "users:\n- { address: a@x.org, pair: p, state: moving, to: q }",
            "3: users[1].to: there is no pair q"),
        arguments(
            PAIRS
                + "users:\n- { address: b\u00fccher@x.org, pair: p }\n"
                + "- { address: \"bu\u0308cher@X.ORG\", pair: p }",
            "4: users[2].address: "),
        arguments(
            PAIRS + "users:\n- { address: " + "l".repeat(65) + "@x.org, pair: p }",
            "longer than 64 octets"),
        arguments(
            PAIRS + "users:\n- { address: \"a\\u0007@x.org\", pair: p }", "not an address: a?@"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void badMap_named_byLine(String text, String complaint) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("map.yaml:")
        .hasMessageContaining(complaint);
  }

  @Test
  void environment_inAMap_isNotRead() throws Exception {
    assertThatThrownBy(() -> read("pairs: [{ name: '${HOME}' }]"))
        .hasMessageContaining("not a name")
        .hasMessageContaining("${HOME}");
  }

  @Test
  void knownPair_ofTheMap_mayBeNamed() throws Exception {
    MapContents map =
        MapFile.read("m", new StringReader("users: [{ address: a@x.org, pair: q }]"), "q"::equals);

    assertThat(map.users()).containsExactly(new UserChange("a@x.org", null, "q", null));
  }

  @Test
  void dump_readBack_isTheSame() throws Exception {
    Standing fsck = because("fsck \"now\"");
    Member imap5 = new Member("imap5", new HostPort("::1", 24), new HostPort("h", 143));
    List<Pair> pairs =
        List.of(
            new Pair("p", List.of(imap5), "imap5", true, fsck),
            new Pair("q", List.of(imap5), "imap5", false, NONE));
    List<User> users =
        List.of(
            new User("@x.org", "p", UserState.ACTIVE, because("never written")),
            new User(
                "j\u00fcrgen@x.org", "p", UserState.MOVING, "q", because("a\u2028\uD83D\uDE00")),
            new User("\"a \\\\, b\"@x.org", "p", UserState.CLOSED, NONE));
    Alias alias = new Alias("a@x.org", "b@x.org");
    List<DomainHold> holds =
        List.of(new DomainHold("*", because("fire")), new DomainHold("x.org", NONE));
    StringBuilder text = new StringBuilder();

    MapDump dump = new MapDump(text);
    dump.pairs(pairs);
    dump.domains(List.of("d.example"));
    dump.holds(holds);
    dump.users(users);
    dump.aliases(List.of(alias));
    dump.end();
    MapContents map = read(text.toString());

    assertThat(text).endsWith("\n# end: 3 users\n");
    assertThat(map.pairs()).isEqualTo(pairs);
    assertThat(map.domains()).containsExactly("d.example");
    assertThat(map.holds()).isEqualTo(holds);
    assertThat(map.users())
        .containsExactly(
            new UserChange("@x.org", UserState.ACTIVE, "p", null),
            new UserChange(
                "j\u00fcrgen@x.org", UserState.MOVING, "p", "q", "a\u2028\uD83D\uDE00", null),
            new UserChange("\"a \\\\, b\"@x.org", UserState.CLOSED, "p", null));
    assertThat(map.aliases()).containsExactly(alias);
  }

  @Test
  void reasonOfControls_dumped_staysOnItsLine() throws Exception {
    StringBuilder text = new StringBuilder();
    new MapDump(text).holds(List.of(new DomainHold("*", because("a\nb\u0007\u009b\uD800"))));
    assertThat(text.toString().lines()).hasSize(2);
    assertThat(read(text.toString()).holds().getFirst().standing().reason()).isEqualTo("a b ?");
  }

  @Test
  void users_beforeTheirPair_areFine() throws Exception {
    assertThat(read("users:\n- { address: a@x.org, pair: p }\n" + PAIRS).users()).hasSize(1);
  }

  @Test
  void anchors_areFollowed() throws Exception {
    assertThat(
            read("users:\n- { address: a@x.org, pair: &p p }\n"
                    + "- { address: b@x.org, pair: *p }\n"
                    + PAIRS)
                .users())
        .extracting(UserChange::pair)
        .containsExactly("p", "p");
  }

  @Test
  void manyUsers_areReadOneByOne() throws Exception {
    long[] users = {0};
    MapFile.each(
        "m",
        new ManyUsers(300_000),
        _ -> true,
        new NoEntries() {
          @Override
          public void user(UserChange user) {
            users[0]++;
          }
        });
    assertThat(users[0]).isEqualTo(300_000);
  }

  /** Wants nothing. */
  private static class NoEntries implements MapEntries {

    @Override
    public void pair(Pair pair) {}

    @Override
    public void domain(String domain) {}

    @Override
    public void hold(DomainHold hold) {}

    @Override
    public void user(UserChange user) {}

    @Override
    public void alias(Alias alias) {}
  }

  /** A dump of this many users that is nowhere as a whole. */
  private static final class ManyUsers extends Reader {
    private final int users;
    private int user;
    private String rest = "users:\n";

    ManyUsers(int users) {
      this.users = users;
    }

    @Override
    public int read(char[] buffer, int offset, int length) {
      if (rest.isEmpty()) {
        if (user == users) {
          return -1;
        }
        rest = "  - { address: \"user" + user++ + "@example.com\", pair: \"imap5-6\" }\n";
      }
      int n = Math.min(length, rest.length());
      rest.getChars(0, n, buffer, offset);
      rest = rest.substring(n);
      return n;
    }

    @Override
    public void close() {}
  }

  private static Standing because(String reason) {
    return new Standing(reason, Instant.EPOCH, "", 0);
  }

  private static MapContents read(String text) throws ConfigurationException, IOException {
    return MapFile.read("map.yaml", new StringReader(text), pair -> false);
  }
}
