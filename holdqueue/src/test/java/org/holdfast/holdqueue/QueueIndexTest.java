package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.holdqueue.Eventually.PATIENCE;
import static org.holdfast.holdqueue.Eventually.await;
import static org.holdfast.holdqueue.Eventually.eventually;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.disk.FaultyDisk.Call;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever becomes of the index's files, what is held is found in the log, in order, and mail is
 * taken meanwhile. The files are opaque here.
 */
class QueueIndexTest {

  private static final String ALICE = "alice@example.com";
  private static final String BOB = "bob@example.com";
  private static final int HELD = 12;

  /** Of 4 KiB; the index leaves fewer than these unused. */
  private static final int BALLAST_PAGES = 8_000;

  @TempDir Path directory;

  private final FakeNextHops world = new FakeNextHops();
  private FaultyDisk disk = new FaultyDisk(1);
  private EmbeddedHoldQueue queue;
  private int next;

  private void open() throws IOException {
    queue = QueueTrial.open(disk, directory);
  }

  @BeforeEach
  void openReady() throws IOException {
    open();
    assertThat(queue.awaitReady(PATIENCE)).isTrue();
  }

  @AfterEach
  void close() {
    disk.beforeReads(() -> {});
    queue.close();
  }

  private void store(String lane) throws IOException {
    String id = "m" + next++;
    queue.store(
        Mail.envelope(id),
        Mail.content("mail " + id + " " + "x".repeat(300)),
        List.of(Mail.waiting(lane)));
  }

  /** Some mail for two lanes, some of it ended, over several segments. */
  private void fill() throws IOException {
    for (int i = 0; i < HELD; i++) {
      store(ALICE);
      store(BOB);
    }
    queue.discard(QueueFilter.message("m4"), "ann", "no");
    queue.park(QueueFilter.message("m6"), "ann", "look");
  }

  private List<String> expectedAt(String lane) {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < next; i++) {
      if ((i % 2 == 0) == lane.equals(ALICE) && i != 4 && i != 6) {
        expected.add(lane + " mail m" + i);
      }
    }
    return expected;
  }

  private List<String> deliveredTo(String lane) {
    return world.delivered.stream()
        .filter(d -> d.startsWith(lane))
        .map(d -> d.substring(0, d.indexOf(" x")))
        .toList();
  }

  private void assertAllCome() {
    queue.start(world);
    world.open(ALICE, "imap5-6");
    world.open(BOB, "imap5-6");
    queue.opened(new Lanes.All());
    assertAllHaveCome();
  }

  private void assertAllHaveCome() {
    int most = expectedAt(ALICE).size() + expectedAt(BOB).size();
    eventually(() -> world.delivered.size() >= most);
    assertThat(deliveredTo(ALICE)).isEqualTo(expectedAt(ALICE));
    assertThat(deliveredTo(BOB)).isEqualTo(expectedAt(BOB));
    eventually(() -> queue.list(QueueFilter.any(), null, 100).size() == 1); // m6 is parked
    eventually(() -> !queue.hasBacklog(ALICE) && !queue.hasBacklog(BOB));
  }

  /** Fills a queue, has something done to the index's files of the closed queue, and reopens. */
  private void afterwards(Damage damage) throws IOException {
    fill();
    queue.close();
    damage.to(directory.resolve("index"));
    openReady();
    assertAllCome();
  }

  private interface Damage {
    void to(Path index) throws IOException;
  }

  private static Path file(Path index) throws IOException {
    try (var files = Files.list(index)) {
      return files.filter(f -> f.toString().endsWith("index.db")).findFirst().orElseThrow();
    }
  }

  @Test
  void files_deleted_allComeInOrder() throws IOException {
    afterwards(index -> QueueTrial.deleteIndex(directory));
  }

  @Test
  void files_garbage_allComeInOrder() throws IOException {
    byte[] garbage = new byte[20_000];
    new Random(5).nextBytes(garbage);
    afterwards(index -> Files.write(file(index), garbage));
  }

  @Test
  void files_empty_allComeInOrder() throws IOException {
    afterwards(index -> Files.write(file(index), new byte[0]));
  }

  @Test
  void files_truncated_allComeInOrder() throws IOException {
    for (int eighths = 1; eighths < 8; eighths += 3) {
      int part = eighths;
      afterwards(index -> {
        byte[] octets = Files.readAllBytes(file(index));
        Files.write(file(index), Arrays.copyOf(octets, octets.length * part / 8));
      });
      queue.close();
      world.delivered.clear();
      next = 0;
      disk = new FaultyDisk(part);
      QueueTrial.deleteIndex(directory);
      openReady();
    }
  }

  /** A database that opens well and is none of ours. */
  @Test
  void files_ofAnotherVersion_allComeInOrder() throws IOException {
    afterwards(index -> {
      Path file = file(index);
      QueueTrial.deleteIndex(directory);
      Files.createDirectories(index);
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = connection.createStatement()) {
        statement.execute("create table meta (k varchar primary key, v bigint not null)");
        statement.execute("insert into meta values ('version', -1), ('position', 0)");
      } catch (SQLException e) {
        throw new IOException(e);
      }
    });
  }

  /** The log is an older copy than the index. */
  @Test
  void index_aheadOfTheLog_isRebuilt() throws IOException {
    fill();
    queue.close();
    FaultyDisk older = disk.copy(2);
    int held = next;
    openReady();
    fill();
    queue.close();
    disk = older;
    next = held;
    openReady();
    assertAllCome();
  }

  /** There is never a second without work, in which all of it would be given back. */
  @Test
  void file_muchOfItUnusedWhileMailComesAndGoes_becomesSmaller() throws Exception {
    queue.close();
    ballast(file(directory.resolve("index")));
    long unused = unused();
    openReady();
    queue.start(world);
    world.open(ALICE, "imap5-6");
    long end = System.nanoTime() + PATIENCE.toNanos();
    do {
      store(ALICE);
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
    } while (unused() > unused - 1_000);
  }

  /** Makes a table in the index's file, and drops it. */
  private static void ballast(Path index) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + index);
        Statement statement = connection.createStatement()) {
      statement.execute("create table ballast as select zeroblob(" + (BALLAST_PAGES << 12) + ")");
      statement.execute("drop table ballast");
    }
  }

  private long unused() throws SQLException, IOException {
    String index = "jdbc:sqlite:" + file(directory.resolve("index"));
    try (Connection connection = DriverManager.getConnection(index);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("pragma freelist_count")) {
      return row.getLong(1);
    }
  }

  @Test
  void files_deletedWhileRunning_allComeInOrder() throws IOException {
    fill();
    QueueTrial.deleteIndex(directory);
    store(ALICE);
    store(BOB);
    queue.close();
    openReady();
    assertAllCome();
  }

  @Test
  void files_overwrittenWhileRunning_allComeInOrder() throws IOException {
    fill();
    assertThat(queue.summary().messages()).isEqualTo(2 * HELD - 1);
    byte[] garbage = new byte[4_096];
    new Random(6).nextBytes(garbage);
    try (RandomAccessFile file =
        new RandomAccessFile(file(directory.resolve("index")).toFile(), "rw")) {
      for (long at = 0; at < file.length(); at += garbage.length) {
        file.seek(at);
        file.write(garbage);
      }
    }
    store(ALICE);
    store(BOB);
    queue.close();
    openReady();
    assertAllCome();
  }

  /** The index's thread waits in a read, so all this surely comes in before it is rebuilt. */
  @Test
  void rebuilt_mailAcceptedMeanwhile_isHeldAndComesInOrder() throws IOException {
    fill();
    queue.close();
    QueueTrial.deleteIndex(directory);
    CountDownLatch gate = gateForTheIndex();
    open();
    queue.start(world);
    world.open(ALICE, "imap5-6");
    world.open(BOB, "imap5-6");
    assertThat(queue.hasBacklog("somebody@example.com")).as("nobody overtakes").isTrue();
    for (int i = 0; i < HELD; i++) {
      store(ALICE); // over several segments
      store(BOB);
    }
    assertThat(world.delivered).isEmpty();
    gate.countDown();
    assertThat(queue.awaitReady(PATIENCE)).isTrue();
    assertAllHaveCome();
  }

  private CountDownLatch gateForTheIndex() {
    CountDownLatch gate = new CountDownLatch(1);
    disk.beforeReads(() -> {
      if (Thread.currentThread().getName().equals("index")) {
        await(gate);
      }
    });
    return gate;
  }

  /** The index fails in the middle of it all, and mail goes on coming in while it is mended. */
  @Test
  void mended_whileMailComesInAndGoes_allComeInOrder() throws IOException {
    queue.start(world);
    fill();
    world.open(ALICE, "imap5-6");
    AtomicBoolean failed = new AtomicBoolean();
    disk.beforeReads(() -> {
      if (Thread.currentThread().getName().equals("index") && failed.compareAndSet(false, true)) {
        disk.fail(Call.READ, 1);
      }
    });
    queue.opened(new Lanes.One(ALICE));
    for (int i = 0; i < HELD; i++) {
      store(ALICE);
      store(BOB);
    }
    eventually(failed::get);
    world.open(BOB, "imap5-6");
    queue.opened(new Lanes.One(BOB));
    assertAllHaveCome();
  }

  /** Those who ask meet it before the one who writes does. */
  @Test
  void pages_zeroed_allComeInOrder() throws IOException {
    for (int page = 1; page < 12; page += 2) {
      int zeroed = page;
      afterwards(index -> {
        byte[] octets = Files.readAllBytes(file(index));
        int from = Math.min(zeroed << 12, octets.length);
        Arrays.fill(octets, from, Math.min(from + (1 << 12), octets.length), (byte) 0);
        Files.write(file(index), octets);
      });
      queue.close();
      world.delivered.clear();
      next = 0;
      disk = new FaultyDisk(page);
      QueueTrial.deleteIndex(directory);
      openReady();
    }
  }
}
