package org.holdfast.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRoutingTest extends RoutingContract {

  @TempDir Path folder;
  private final MemoryChangeLog log = new MemoryChangeLog();
  private final SetClock clock = new SetClock();

  @SuppressWarnings("NullAway.Init") // opened by the first use, in @BeforeEach
  private EmbeddedRouting routing;

  @Override
  Routing routing() {
    if (routing == null) {
      open(log);
    }
    return routing;
  }

  private void open(ChangeLog changes) {
    try {
      routing =
          EmbeddedRouting.open(new MapSettings(folder.resolve("view"), "+", 100), changes, clock);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void close() {
    routing.close();
  }

  private String picture() throws Exception {
    return routing.users(null, null, null, 1000)
        + "\n"
        + routing.pairs()
        + "\n"
        + routing.aliases(null, 1000)
        + "\n"
        + routing.holds()
        + "\n"
        + routing.userCounts().stream().map(Object::toString).sorted().toList();
  }

  private void someChanges() throws Exception {
    routing.setUserState("alice@example.com", UserState.MOVING, "imap7-8", OPS, NOT);
    routing.removeUser("bob@example.com", OPS);
    routing.setHold(new Target.OfDomain("example.org"), true, OPS, NOT);
    routing.setHold(new Target.OfPair("imap5-6"), true, OPS, NOT);
  }

  private void deleteView() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("view"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  /** Another connection of this process takes a table away under the map's feet. */
  private void shutViewDown() throws SQLException {
    String url = MapSql.url(folder.resolve("view").resolve(MapView.FILE));
    try (Connection c = DriverManager.getConnection(url);
        Statement s = c.createStatement()) {
      s.execute("drop table users");
    }
  }

  private void overwriteView(int from, String with) throws IOException {
    Path file = folder.resolve("view").resolve(MapView.FILE);
    byte[] bytes = Files.readAllBytes(file);
    byte[] damage = with.repeat(bytes.length).substring(0, bytes.length - from).getBytes(UTF_8);
    System.arraycopy(damage, 0, bytes, from, damage.length);
    Files.write(file, bytes);
  }

  // ---- the view is a view

  @Test
  void reopened_everythingIsThere() throws Exception {
    someChanges();
    String before = picture();
    routing.close();
    open(log);
    assertThat(picture()).isEqualTo(before);
  }

  @Test
  void viewDeletedOrDamaged_isMadeAnew() throws Exception {
    someChanges();
    String before = picture();
    routing.close();
    deleteView();
    open(log);
    assertThat(picture()).isEqualTo(before);
    routing.close();
    overwriteView(0, "nonsense");
    open(log);
    assertThat(picture()).isEqualTo(before);
    long epoch =
        routing.setUserState("carol@example.com", UserState.MOVING, null, OPS, NOT).epoch();
    assertThat(routing.users(null, null, null, 100))
        .allSatisfy(u -> assertThat(u.standing().epoch()).isLessThanOrEqualTo(epoch));
  }

  @Test
  void viewOlderThanLog_catchesUp() throws Exception {
    routing.close();
    Path view = folder.resolve("view").resolve(MapView.FILE);
    byte[] old = Files.readAllBytes(view);
    open(log);
    someChanges();
    String before = picture();
    routing.close();
    Files.write(view, old);
    open(log);
    assertThat(picture()).isEqualTo(before);
  }

  @Test
  void viewAheadOfLog_isMadeAnew() throws Exception {
    routing.close();
    open(new MemoryChangeLog());
    assertThat(routing.isEmpty()).isTrue();
    assertThat(routing.locate("alice@example.com")).isInstanceOf(Location.ForeignDomain.class);
  }

  @Test
  void fileLog_reopened_everythingIsThere() throws Exception {
    routing.close();
    deleteView();
    Path file = folder.resolve("log");
    try (FileChangeLog first = new FileChangeLog(file)) {
      open(first);
      fill();
      someChanges();
      routing.close();
    }
    try (FileChangeLog second = new FileChangeLog(file)) {
      open(second);
      assertThat(routing.users(null, null, null, 100)).hasSize(5);
      routing.close();
    }
  }

  // ---- trouble

  @Test
  void logFails_nothingIsAppliedOrVisible() throws Exception {
    List<Routing.Change> told = new ArrayList<>();
    routing.onChange(told::add);
    log.failsBeforeKeeping = true;
    String before = picture();
    assertThatThrownBy(this::someChanges).isInstanceOf(MapUnavailableException.class);
    assertThatThrownBy(() -> routing.putPair("imap5-6", List.of(IMAP6), "imap6", OPS, NOT))
        .isInstanceOf(MapUnavailableException.class);
    assertThatThrownBy(() -> routing.putUser("alice@example.com", "imap7-8", null, OPS, NOT))
        .isInstanceOf(MapUnavailableException.class);
    assertThat(picture()).isEqualTo(before);
    assertThat(routing.look("alice@example.com")).isInstanceOf(Entry.Go.class);
    assertThat(routing.trouble()).hasValueSatisfying(t -> assertThat(t).contains("disk is gone"));
    log.failsBeforeKeeping = false;
    someChanges();
    assertThat(routing.trouble()).isEmpty();
    assertThat(routing.open()).isEmpty();
  }

  @Test
  void logFailsButKept_nextChangeFindsOut() throws Exception {
    List<Routing.Change> told = new ArrayList<>();
    routing.onChange(told::add);
    log.failsAfterKeeping = true;
    assertThatThrownBy(this::someChanges).isInstanceOf(MapUnavailableException.class);
    log.failsAfterKeeping = false;
    routing.setUserState("carol@example.com", UserState.MOVING, null, OPS, NOT);
    assertThat(routing.look("alice@example.com")).isInstanceOf(Entry.Hold.class);
    assertThat(told).contains(new Routing.Change(new Target.Everything(), true, ""));
    String before = picture();
    routing.close();
    deleteView();
    open(log);
    assertThat(picture()).isEqualTo(before);
  }

  @Test
  void viewFails_isUnavailableThenMendsItself() throws Exception {
    String before = picture();
    List<Routing.Change> told = new ArrayList<>();
    routing.onChange(told::add);
    shutViewDown();
    assertThatThrownBy(() -> routing.locate("never-asked@example.com"))
        .isInstanceOf(MapUnavailableException.class);
    assertThat(routing.trouble()).isPresent();
    clock.pass(Duration.ofSeconds(2));
    assertThat(routing.locate("never-asked@example.com")).isInstanceOf(Location.UnknownUser.class);
    assertThat(routing.trouble()).isEmpty();
    assertThat(told).containsExactly(new Routing.Change(new Target.Everything(), true, ""));
    assertThat(picture()).isEqualTo(before);
  }

  @Test
  void interruptedReader_doesNoHarmToOthers() throws Exception {
    Thread.currentThread().interrupt();
    try {
      Location _ = routing.locate("not-cached@example.com");
    } catch (MapUnavailableException _) {
      // Fine for the one who was interrupted.
    } finally {
      boolean _ = Thread.interrupted();
    }
    assertThat(routing.locate("alice+x@example.com")).isInstanceOf(Location.Mailbox.class);
    assertThat(routing.trouble()).isEmpty();
  }

  // ---- the log stays in proportion

  @Test
  void log_manyMoreChangesThanThings_isRewrittenAndStillTheTruth() throws Exception {
    someChanges();
    List<Routing.UserChange> there = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      there.add(new Routing.UserChange("carol@example.com", UserState.MOVING, null, null));
      there.add(new Routing.UserChange("carol@example.com", UserState.RECOVERING, null, null));
    }
    while (log.rewrites == 0) {
      List<Routing.UserFlip> _ = routing.setUserStates(there, OPS, NOT);
    }
    assertThat(log.size()).isLessThan(20);
    String before = picture();
    routing.close();
    open(log);
    assertThat(picture()).isEqualTo(before);
    routing.close();
    deleteView();
    open(log);
    assertThat(picture()).isEqualTo(before);
  }
}
