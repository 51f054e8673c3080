package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.StringReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.holdfast.routing.Alias;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
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
    MapFile.Contents map = MapFile.read(Path.of("..", "conf", "map.yaml"));

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
        arguments("aliases:\n- { from: a@x.org, to: a@x.org }", "leads in a circle"));
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
    MapFile.Contents map =
        MapFile.read("m", new StringReader("users: [{ address: a@x.org, pair: q }]"), "q"::equals);

    assertThat(map.users()).containsExactly(new UserChange("a@x.org", null, "q", null));
  }

  @Test
  void dump_readBack_isTheSame() throws Exception {
    Member imap5 = new Member("imap5", new HostPort("::1", 24), new HostPort("h", 143));
    Pair pair = new Pair("p", List.of(imap5), "imap5", false, NONE);
    List<User> users =
        List.of(
            new User("@x.org", "p", UserState.ACTIVE, NONE),
            new User("\"a \\\\, b\"@x.org", "p", UserState.CLOSED, NONE));
    Alias alias = new Alias("a@x.org", "b@x.org");
    StringBuilder text = new StringBuilder();

    MapDump.yaml(text, List.of(pair), users, List.of(alias));
    MapFile.Contents map = read(text.toString());

    assertThat(map.pairs()).containsExactly(pair);
    assertThat(map.users())
        .containsExactly(
            new UserChange("@x.org", null, "p", null),
            new UserChange("\"a \\\\, b\"@x.org", UserState.CLOSED, "p", null));
    assertThat(map.aliases()).containsExactly(alias);
  }

  private static MapFile.Contents read(String text) throws ConfigurationException {
    return MapFile.read("map.yaml", new StringReader(text), pair -> false);
  }
}
