package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits flip in the view's file. An answer is right or "unavailable", and then the view is made anew
 * and it is right.
 */
class ViewDamageTest {

  private static final long SEED = Long.getLong("holdfast.mapdamage.seed", 20261122);
  private static final int FLIPS = Integer.getInteger("holdfast.mapdamage.flips", 20);
  private static final int USERS = 300;
  private static final Who OPS = new Who("ops", "why");

  @TempDir Path folder;
  private final MemoryChangeLog log = new MemoryChangeLog();
  private final SetClock clock = new SetClock();
  private byte[] intact = new byte[0];

  @BeforeEach
  void fill() throws Exception {
    try (EmbeddedRouting map = open()) {
      for (String pair : List.of("pair0", "pair1")) {
        Member member = new Member("m", HostPort.parse("127.0.0.1:10024"), null);
        map.putPair(pair, List.of(member), "m", OPS, Duration.ZERO);
      }
      List<Routing.UserChange> users = new ArrayList<>();
      for (int i = 0; i < USERS; i++) {
        users.add(new Routing.UserChange(address(i), state(i), "pair" + i % 2, "reason " + i));
      }
      List<Alias> aliases = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        aliases.add(new Alias("alias" + i + "@domain0.example", address(i)));
      }
      map.load(List.of(), users, aliases, OPS);
    }
    intact = Files.readAllBytes(file());
  }

  private Path file() {
    return folder.resolve("view").resolve(MapView.FILE);
  }

  private EmbeddedRouting open() throws IOException {
    return EmbeddedRouting.open(new MapSettings(folder.resolve("view"), "+", 10_000), log, clock);
  }

  private static String address(int user) {
    return "user" + user + "@domain" + user % 3 + ".example";
  }

  private static UserState state(int user) {
    return user % 7 == 0 ? UserState.MOVING : UserState.ACTIVE;
  }

  /** Where each user's row begins in the file, key first. */
  private List<Integer> rows() {
    String octets = new String(intact, StandardCharsets.ISO_8859_1);
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      String row = MapSql.key(address(i));
      int at = octets.indexOf(row);
      while (at >= 0) {
        if (octets.startsWith("reason " + i, octets.indexOf("reason", at))) {
          places.add(at);
        }
        at = octets.indexOf(row, at + 1);
      }
    }
    return places;
  }

  @Test
  void bitFlippedInARow_noAnswerIsWrongAndTheViewIsMadeAnew() throws Exception {
    Random random = new Random(SEED);
    List<Integer> rows = rows();
    assertThat(rows).hasSizeGreaterThanOrEqualTo(USERS);
    int noticed = 0;
    for (int i = 0; i < FLIPS; i++) {
      int row = rows.get(random.nextInt(rows.size()));
      byte[] damaged = intact.clone();
      // A row has about 50 octets: its key, its values, its checksum.
      damaged[row + random.nextInt(40)] ^= (byte) (1 << random.nextInt(8));
      noticed += askEverything(damaged, "seed " + SEED + " flip " + i);
    }
    // The rest hit copies that the database has left behind when it split pages.
    assertThat(noticed).as("seed " + SEED).isGreaterThan(FLIPS / 2);
    System.out.println("map damage: seed " + SEED + ", " + noticed + " of " + FLIPS + " noticed");
  }

  /** Returns 1 when the damage was noticed. */
  private int askEverything(byte[] view, String flip) throws Exception {
    Files.write(file(), view);
    boolean[] noticed = {false};
    try (EmbeddedRouting map = open()) {
      for (int i = 0; i < USERS; i++) {
        Location.Mailbox mailbox = (Location.Mailbox) asked(map, address(i), noticed);
        assertThat(mailbox.mailbox()).as(flip).isEqualTo(address(i));
        User user = map.user(address(i)).orElseThrow();
        assertThat(user.pair()).as(flip).isEqualTo("pair" + i % 2);
        assertThat(user.state()).as(flip).isEqualTo(state(i));
        assertThat(user.standing().reason()).as(flip).isEqualTo("reason " + i);
        assertThat(asked(map, "nobody" + i + "@domain0.example", noticed))
            .as(flip)
            .isInstanceOf(Location.UnknownUser.class);
      }
    }
    return noticed[0] || !java.util.Arrays.equals(Files.readAllBytes(file()), view) ? 1 : 0;
  }

  /** The answer, at the second time of asking when the first was "unavailable". */
  private Location asked(EmbeddedRouting map, String address, boolean[] noticed) throws Exception {
    try {
      return map.locate(address);
    } catch (MapUnavailableException _) {
      noticed[0] = true;
      clock.pass(Duration.ofSeconds(2));
      return map.locate(address);
    }
  }
}
