package org.holdfast.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
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

  /** Octets of a page of the view's file. */
  private static final int PAGE = 4096;

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
    routing.removeUser("bob@example.com", OPS, NOT);
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
    String url = MapSql.url(viewFile());
    try (Connection c = DriverManager.getConnection(url);
        Statement s = c.createStatement()) {
      s.execute("drop table users");
    }
  }

  private Path viewFile() {
    return folder.resolve("view").resolve(MapView.FILE);
  }

  private void overwriteView(int from, int octets) throws IOException {
    byte[] bytes = Files.readAllBytes(viewFile());
    byte[] damage = "nonsense".repeat(octets / 8).getBytes(UTF_8);
    System.arraycopy(damage, 0, bytes, from, damage.length);
    Files.write(viewFile(), bytes);
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
    overwriteView(0, PAGE);
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
    byte[] old = Files.readAllBytes(viewFile());
    open(log);
    someChanges();
    String before = picture();
    routing.close();
    Files.write(viewFile(), old);
    open(log);
    assertThat(picture()).isEqualTo(before);
  }

  @Test
  void viewOfBeforeTheLogWasRewritten_isMadeAnew() throws Exception {
    routing.close();
    byte[] old = Files.readAllBytes(viewFile());
    open(log);
    someChanges();
    changeUntilTheLogIsRewritten();
    String before = picture();
    routing.close();
    Files.write(viewFile(), old);
    open(log);
    assertThat(picture()).isEqualTo(before);
  }

  @Test
  void leftOversOfACutOffRebuild_areThrownAway() throws Exception {
    String before = picture();
    routing.close();
    deleteView();
    for (String name : List.of("map.db.new", "map.db-wal", "map.db-shm", "map.mv.db")) {
      Files.writeString(folder.resolve("view").resolve(name), "nonsense");
    }
    open(log);
    assertThat(picture()).isEqualTo(before);
    assertThat(folder.resolve("view").resolve("map.db.new")).doesNotExist();
    assertThat(folder.resolve("view").resolve("map.mv.db")).doesNotExist();
  }

  @Test
  void viewDamagedInOnePlace_isMadeAnewWhenThatIsRead() throws Exception {
    String before = picture();
    routing.close();
    overwriteView(rootOf("users"), PAGE);
    open(log);
    assertThat(routing.pairs()).hasSize(2);
    assertThatThrownBy(() -> routing.locate("alice@example.com"))
        .isInstanceOf(MapUnavailableException.class);
    clock.pass(Duration.ofSeconds(2));
    assertThat(routing.locate("alice@example.com")).isInstanceOf(Location.Mailbox.class);
    assertThat(picture()).isEqualTo(before);
  }

  /** Where a table's tree begins in the view's file. */
  private int rootOf(String table) throws SQLException {
    try (Connection c = DriverManager.getConnection(MapSql.url(viewFile()));
        Statement s = c.createStatement();
        ResultSet root =
            s.executeQuery("select rootpage from sqlite_schema where name = '" + table + "'")) {
      return (root.getInt(1) - 1) * PAGE;
    }
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

  private void changeUntilTheLogIsRewritten() throws Exception {
    List<Routing.UserChange> there = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      there.add(new Routing.UserChange("carol@example.com", UserState.MOVING, null, null));
      there.add(new Routing.UserChange("carol@example.com", UserState.RECOVERING, null, null));
    }
    while (log.rewrites == 0) {
      List<Routing.UserFlip> _ = routing.setUserStates(there, OPS, NOT);
    }
  }

  @Test
  void log_manyMoreChangesThanThings_isRewrittenAndStillTheTruth() throws Exception {
    someChanges();
    changeUntilTheLogIsRewritten();
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
