package org.holdfast.holdqueue;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;

/**
 * What the hold queue alone costs: no network, a next hop that takes everything at once. Prints,
 * for each step, messages a second and microseconds of CPU (the whole process) per message.
 *
 * <p>Not a test: a program, see {@code bench/README.md}. Arguments: folder, messages, lanes,
 * senders.
 */
final class HoldQueueLoad {

  private static final int SIZE = 4096;
  private static final int HOPS = 4;
  private static final long PATIENCE = Duration.ofMinutes(10).toNanos();

  private final PrintStream out;
  private final Path directory;
  private final int messages;
  private final int lanes;
  private final int senders;
  private final World world = new World();
  private long ids;

  private HoldQueueLoad(PrintStream out, Path directory, int messages, int lanes, int senders) {
    this.out = out;
    this.directory = directory;
    this.messages = messages;
    this.lanes = lanes;
    this.senders = senders;
  }

  /** Runs all steps once, in a new folder inside the one given, which is deleted at the end. */
  public static void main(String[] args) throws Exception {
    Path made = Files.createTempDirectory(Path.of(args[0]), "load");
    try {
      new HoldQueueLoad(
              System.out,
              made,
              Integer.parseInt(args[1]),
              Integer.parseInt(args[2]),
              Integer.parseInt(args[3]))
          .run();
    } finally {
      delete(made);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void run() throws Exception {
    EmbeddedHoldQueue queue = open();
    queue.start(world);
    measure("warm-up hold", () -> hold(queue));
    measure("warm-up release", () -> release(queue));
    measure("hold", () -> hold(queue));
    measure("index caught up", () -> queue.summary());
    queue.close();
    measure("restart", () -> open().close());
    delete(directory.resolve("index"));
    EmbeddedHoldQueue[] again = new EmbeddedHoldQueue[1];
    measure("rebuild", () -> again[0] = open());
    again[0].start(world);
    measure("release", () -> release(again[0]));
    measure("pass through", () -> passThrough(again[0]));
    again[0].close();
  }

  private EmbeddedHoldQueue open() throws IOException {
    StoreSettings settings = StoreSettings.in(directory).bounds(50L << 30, 0);
    EmbeddedHoldQueue queue =
        EmbeddedHoldQueue.open(
            settings, DispatchLimits.defaults(), new RealDisk(), InstantSource.system());
    if (!queue.awaitReady(Duration.ofNanos(PATIENCE))) {
      throw new IOException("the queue did not get ready");
    }
    return queue;
  }

  private void hold(EmbeddedHoldQueue queue) throws InterruptedException {
    world.open = false;
    queue.shut(new Lanes.All());
    store(queue);
  }

  private void release(EmbeddedHoldQueue queue) {
    int before = world.delivered.get();
    world.open = true;
    queue.opened(new Lanes.All());
    await(() -> world.delivered.get() - before >= messages);
    awaitEmpty(queue);
  }

  /** Stored for lanes that are open: in and out. */
  private void passThrough(EmbeddedHoldQueue queue) throws InterruptedException {
    int before = world.delivered.get();
    store(queue);
    await(() -> world.delivered.get() - before >= messages);
    awaitEmpty(queue);
  }

  /** The index may say that it is behind: it is asked again. */
  private static void awaitEmpty(EmbeddedHoldQueue queue) {
    await(() -> {
      try {
        return queue.summary().messages() == 0;
      } catch (NotYetKnownException e) {
        return false;
      }
    });
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not in time");
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private void store(EmbeddedHoldQueue queue) throws InterruptedException {
    AtomicInteger left = new AtomicInteger(messages);
    long first = ids;
    ids += messages;
    byte[] octets = "x".repeat(SIZE).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Thread[] threads = new Thread[senders];
    for (int i = 0; i < senders; i++) {
      threads[i] =
          Thread.ofVirtual()
              .start(() -> {
                for (int n = left.decrementAndGet(); n >= 0; n = left.decrementAndGet()) {
                  store(queue, first + n, octets);
                }
              });
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void store(EmbeddedHoldQueue queue, long n, byte[] octets) {
    long number = Math.floorMod(n, (long) lanes);
    String address = "user" + number + "@example.com";
    Held held =
        new Held(Mail.recipient(address), hop(address), Held.Entry.WAITING, "being moved", null);
    Envelope envelope =
        new Envelope(
            Long.toString(n, 36).toUpperCase(Locale.ROOT) + "-load",
            "sender@example.net",
            Instant.now(),
            "mx [192.0.2.1]",
            Map.of("BODY", "8BITMIME"));
    try {
      queue.store(envelope, Mail.content(octets), List.of(held));
    } catch (StoreException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hop(String address) {
    return "pair" + Math.floorMod(address.hashCode(), HOPS);
  }

  /** A step that is measured. */
  private interface Step {
    void run() throws Exception;
  }

  private void measure(String name, Step step) throws Exception {
    long cpu = cpu();
    long began = System.nanoTime();
    step.run();
    double seconds = (System.nanoTime() - began) / 1e9;
    double micros = (cpu() - cpu) / 1e3 / messages;
    out.printf(
        Locale.ROOT,
        "%-16s %8.2f s %10.0f /s %8.1f us CPU each%n",
        name,
        seconds,
        messages / seconds,
        micros);
  }

  private static long cpu() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getProcessCpuTime();
  }

  /** All lanes open or all shut; every attempt succeeds at once. */
  private static final class World implements NextHops {

    private final AtomicInteger delivered = new AtomicInteger();
    private volatile boolean open;

    @Override
    public Way way(String lane) {
      return open ? new Way.Open(hop(lane), "member", 0) : new Way.Shut(hop(lane), "on hold");
    }

    @Override
    public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
      delivered.incrementAndGet();
      done.accept(new Outcome.Delivered("250 2.0.0 ok"));
    }
  }
}
