package org.holdfast.holdqueue;

import static org.holdfast.holdqueue.Eventually.PATIENCE;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.log.LogSettings;
import org.jspecify.annotations.Nullable;

/**
 * A whole queue on a disk in memory that goes through everything that can become of mail, whatever
 * the disk does meanwhile, and keeps books of what was promised: several recipients, entered as
 * deferred and as parked, streamed, parked, redirected, discarded, retried, tried twice, delivered,
 * refused, compacted, and a restart in between.
 */
final class QueueTrial {

  static final LogSettings SEGMENTS = new LogSettings(2 << 10, 512, 1_000_000);

  static final String ALICE = "alice@example.com";
  static final String BOB = "bob@example.com";
  static final String CAROL = "carol@example.com";
  static final String DAVE = "dave@example.com";
  static final String ERIN = "erin@example.com";

  private static final String PAIR = "imap5-6";

  final FaultyDisk disk;
  final Path folder;
  final QueueBooks books;
  private final Function<Disk, Disk> between;
  private final BackEnd world = new BackEnd();

  /** Whether what failed stays so: then nobody waits for deliveries. */
  private final boolean hopeless;

  private @Nullable EmbeddedHoldQueue open;

  QueueTrial(FaultyDisk disk, Path folder, boolean hopeless) {
    this(disk, folder, hopeless, new QueueBooks(), d -> d);
  }

  QueueTrial(
      FaultyDisk disk,
      Path folder,
      boolean hopeless,
      QueueBooks books,
      Function<Disk, Disk> between) {
    this.disk = disk;
    this.folder = folder;
    this.hopeless = hopeless;
    this.books = books;
    this.between = between;
  }

  /** Retries at once, so that nobody has to wait. */
  static DispatchLimits limits() {
    Duration soon = Duration.ofMillis(5);
    return new DispatchLimits(20, 0, soon, soon, soon, soon, soon, 1, 4_096, 65_536, 512, 64);
  }

  static EmbeddedHoldQueue open(Disk disk, Path folder) throws IOException {
    StoreSettings settings =
        new StoreSettings(folder, 1L << 40, 0, SEGMENTS, Duration.ofSeconds(10));
    return EmbeddedHoldQueue.open(settings, limits(), disk, InstantSource.system());
  }

  /** The next hop: takes what is open, writes down what it took, and has its whims. */
  private final class BackEnd implements NextHops {
    final Set<String> opened = ConcurrentHashMap.newKeySet();
    private final Set<String> tried = ConcurrentHashMap.newKeySet();
    volatile boolean whims = true;

    @Override
    public Way way(String lane) {
      return opened.contains(lane)
          ? new Way.Open(PAIR, "member", 0)
          : new Way.Shut(PAIR, "on hold");
    }

    @Override
    public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
      Thread.ofVirtual().start(() -> done.accept(outcome(delivery, content)));
    }

    private Outcome outcome(Delivery delivery, Content content) {
      String id = delivery.envelope().id();
      String address = delivery.recipient().address();
      if (whims && id.equals("s4") && tried.add(id)) {
        return new Outcome.Deferred(Outcome.Scope.LANE, "451 4.2.1 not now");
      }
      if (whims && id.equals("s8")) {
        books.askedToPark(id, address);
        return new Outcome.Refused("550 5.6.0 no");
      }
      String text;
      try (InputStream in = content.open()) {
        text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        return new Outcome.Deferred(Outcome.Scope.LANE, "the content broke off: " + e);
      }
      books.delivered(id, address, text);
      return new Outcome.Delivered("250 2.0.0 ok");
    }
  }

  /** Everything, as far as it goes; an exception ends one step and not the others. */
  void run() {
    if (!start()) {
      return;
    }
    firstLife();
    stop();
    if (!start()) {
      return;
    }
    secondLife();
    stop();
  }

  private boolean start() {
    try {
      open = open(between.apply(disk), folder);
      books.begins();
      return queue().awaitReady(hopeless || disk.isOff() ? Duration.ofSeconds(2) : PATIENCE);
    } catch (IOException e) {
      return false; // fails clearly
    }
  }

  void stop() {
    EmbeddedHoldQueue running = open;
    if (running != null) {
      running.stop(Duration.ofSeconds(5)); // what came out is written down before it is recorded
      running.close();
    }
  }

  private EmbeddedHoldQueue queue() {
    return Objects.requireNonNull(open);
  }

  private void firstLife() {
    store("s0", Held.Entry.WAITING, ALICE, BOB);
    store("s1", Held.Entry.DEFERRED, DAVE);
    store("s2", Held.Entry.PARKED, CAROL);
    store("s3", Held.Entry.WAITING, BOB);
    store("s4", Held.Entry.WAITING, ALICE);
    store("s5", Held.Entry.WAITING, ALICE, CAROL);
    store("s6", Held.Entry.WAITING, ERIN);
    park("s3", BOB);
    redirect("s6", ERIN, ALICE);
    discard("s5", CAROL);
    retry("s2", CAROL);
    queue().start(world);
    release(ALICE);
    compact();
  }

  private void secondLife() {
    store("s7", Held.Entry.WAITING, ALICE, BOB);
    store("s8", Held.Entry.WAITING, BOB);
    store("s9", Held.Entry.WAITING, ERIN);
    queue().start(world);
    release(BOB);
    discard("s2", CAROL);
    compact();
  }

  private void store(String id, Held.Entry entry, String... to) {
    List<Held> held = new ArrayList<>();
    for (String address : to) {
      held.add(Mail.held(address, entry));
    }
    books.asked(id, entry, to);
    byte[] octets = QueueBooks.text(id).getBytes(StandardCharsets.UTF_8);
    try {
      queue()
          .store(
              Mail.envelope(id),
              id.equals("s4") ? Mail.streamed(octets) : Mail.content(octets),
              held);
      books.stored(id);
    } catch (StoreException e) {
      books.refused();
    }
  }

  /** Something a person does: done, or in doubt. */
  private static boolean done(Runnable act) {
    try {
      act.run();
      return true;
    } catch (UncheckedIOException | NotYetKnownException e) {
      return false;
    }
  }

  private void park(String id, String address) {
    books.askedToPark(id, address);
    if (done(() -> queue().park(QueueFilter.delivery(id, address), "ann", "look at " + id))) {
      books.parked(id, address);
    }
  }

  private void retry(String id, String address) {
    books.askedToRetry(id, address);
    done(() -> queue().retry(QueueFilter.delivery(id, address), "ann"));
  }

  private void discard(String id, String address) {
    books.askedToDiscard(id, address);
    if (done(() -> queue().discard(QueueFilter.delivery(id, address), "ann", "spam"))) {
      books.discarded(id, address);
    }
  }

  private void redirect(String id, String from, String to) {
    books.askedToRedirect(id, from, to);
    Recipient other = Mail.recipient(to);
    if (done(() -> queue().redirect(QueueFilter.delivery(id, from), other, PAIR, "ann"))) {
      books.redirected(id, from);
    }
  }

  /** Opens a lane and waits for what is surely in it. */
  private void release(String lane) {
    world.opened.add(lane);
    queue().opened(new Lanes.One(lane));
    await(() -> disk.isOff() || (hopeless && troubled()) || books.missingAt(lane).isEmpty());
  }

  boolean troubled() {
    return queue().trouble().isPresent();
  }

  private void compact() {
    for (int i = 0; i < 4 && !disk.isOff(); i++) {
      try {
        queue().compactor().step();
      } catch (IOException | RuntimeException e) {
        return; // put off
      }
    }
  }

  private void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not in time; " + books + "; trouble: " + queue().trouble());
      }
      Thread.onSpinWait();
    }
  }

  /**
   * A restart with a healthy disk: is everything there, is it delivered, once and in order? What is
   * wrong is in the answer.
   */
  List<String> complaints(boolean duplicatesAllowed) throws IOException {
    world.whims = false;
    try (EmbeddedHoldQueue queue = open(disk, folder)) {
      open = queue;
      if (!queue.awaitReady(PATIENCE)) {
        return List.of("the queue did not get ready");
      }
      List<String> complaints = books.compare(queue, duplicatesAllowed);
      books.begins();
      books.askedToRetryAll();
      queue.retry(QueueFilter.any(), "the test");
      queue.start(world);
      world.opened.addAll(List.of(ALICE, BOB, CAROL, DAVE, ERIN));
      queue.opened(new Lanes.All());
      await(
          () -> queue.list(QueueFilter.any(), null, 100).stream().allMatch(QueueBooks::isPhantom));
      complaints.addAll(books.atTheEnd(duplicatesAllowed));
      return complaints;
    }
  }

  /** The index is made from the log, and loses nothing by being gone. */
  static void deleteIndex(Path folder) throws IOException {
    Path index = folder.resolve("index");
    if (!Files.isDirectory(index)) {
      return;
    }
    try (Stream<Path> files = Files.walk(index)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
