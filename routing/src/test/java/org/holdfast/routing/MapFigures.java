package org.holdfast.routing;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Figures of the map, not a test: {@code MapFigures USERS FOLDER [ORDER]}; ORDER is that of the
 * load: {@code mixed} (the domains by turns), {@code sorted} or {@code random}. Loads, looks up,
 * flips, opens again and rebuilds, and prints what it took.
 */
public final class MapFigures {

  private static final Who OPS = new Who("bench", "figures");

  /** Users in one call, as many as {@code map load} sends in one part. */
  private static final int CHUNK = 50_000;

  private static final int FLIPS = 100_000;
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static final int DOMAINS = 1000;

  private static String order = "mixed";
  private static int total;

  private MapFigures() {}

  /** Runs it. */
  public static void main(String[] args) throws Exception {
    int users = Integer.parseInt(args[0]);
    Path folder = Path.of(args[1]);
    order = args.length > 2 ? args[2] : order;
    total = users;
    Files.createDirectories(folder);
    MapSettings settings = new MapSettings(folder.resolve("view"), "+", 200_000);
    try (FileChangeLog log = new FileChangeLog(folder.resolve("log"))) {
      EmbeddedRouting map = EmbeddedRouting.open(settings, log, InstantSource.system());
      measure(map, users);
      timed("close", () -> close(map));
      timed(
          "open again",
          () -> {
            close(EmbeddedRouting.open(settings, log, InstantSource.system()));
            return 1;
          });
      System.out.printf("log %d MB%n", Files.size(folder.resolve("log")) >> 20);
      System.out.printf(
          "view %d MB%n", Files.size(folder.resolve("view").resolve(MapView.FILE)) >> 20);
      MapView.delete(settings.view());
      timed(
          "rebuild",
          () -> {
            // In this thread, where it would otherwise be another.
            close(EmbeddedRouting.open(settings, log, InstantSource.system(), Runnable::run));
            return users;
          });
    }
  }

  private static int close(EmbeddedRouting map) {
    map.close();
    return 1;
  }

  private static void measure(EmbeddedRouting map, int users) throws Exception {
    for (int p = 0; p < 50; p++) {
      Member member = new Member("m" + p, new HostPort("127.0.0.1", 10_000 + p), null);
      Flip _ = map.putPair("pair" + p, List.of(member), member.name(), OPS, Duration.ZERO);
    }
    timed("load", () -> load(map, users));
    timed("load again, nothing new", () -> load(map, users));
    Random random = new Random(1);
    timed("uncached lookups", () -> lookUp(map, random, users, 200_000));
    timed("cached lookups", () -> lookUp(map, random, 1000, 3_000_000));
    timed("permits taken and closed", () -> permits(map, random, 1000, 1_000_000));
    int flips = Math.min(FLIPS, users);
    timed("flip of many to moving", () -> flip(map, flips, users / flips, UserState.MOVING));
    timed("flip of many to active", () -> flip(map, flips, users / flips, UserState.ACTIVE));
    timed("flips one by one", () -> flipOneByOne(map, 2000));
    timed("pages of 100 of one pair", () -> pages(map, "pair7", UserState.ACTIVE));
    timed("pages of 100, moving", () -> pages(map, null, UserState.MOVING));
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    System.out.printf("heap in use %d MB%n", (runtime.totalMemory() - runtime.freeMemory()) >> 20);
  }

  /** Wall time, and the CPU time of the whole process, garbage collector and compiler included. */
  private static void timed(String what, Callable<Integer> act) throws Exception {
    long begin = System.nanoTime();
    long cpuBegin = PROCESS.getProcessCpuTime();
    int count = act.call();
    double seconds = (System.nanoTime() - begin) / 1e9;
    double cpu = (PROCESS.getProcessCpuTime() - cpuBegin) / 1e3;
    System.out.printf(
        "%-28s %9.3f s  %,12.0f/s  %9.3f us CPU each  load %.1f%n",
        what, seconds, count / seconds, cpu / count, PROCESS.getSystemLoadAverage());
  }

  private static String address(int user) {
    return "user" + user + "@domain" + user % 1000 + ".example";
  }

  /** The user at this place of the list that is loaded; each is there once. */
  private static int listed(int place) {
    return switch (order) {
      case "sorted" -> place % (total / DOMAINS) * DOMAINS + place / (total / DOMAINS);
      case "random" -> (int) (place * 7_368_787L % total); // a prime
      default -> place;
    };
  }

  private static int load(EmbeddedRouting map, int users) throws Exception {
    for (int from = 0; from < users; from += CHUNK) {
      List<Routing.UserChange> lines = new ArrayList<>();
      for (int i = from; i < Math.min(users, from + CHUNK); i++) {
        String user = address(listed(i));
        lines.add(new Routing.UserChange(user, UserState.ACTIVE, "pair" + i % 50, null));
      }
      Routing.Loaded _ = map.load(List.of(), lines, List.of(), OPS);
    }
    return users;
  }

  private static int lookUp(EmbeddedRouting map, Random random, int users, int times)
      throws Exception {
    for (int i = 0; i < times; i++) {
      if (!(map.locate(address(random.nextInt(users))) instanceof Location.Mailbox)) {
        throw new IllegalStateException("a user is missing");
      }
    }
    return times;
  }

  private static int permits(EmbeddedRouting map, Random random, int users, int times)
      throws Exception {
    for (int i = 0; i < times; i++) {
      if (map.enter(address(random.nextInt(users)), "x") instanceof Entry.Go go) {
        go.permit().close();
      }
    }
    return times;
  }

  /** One call; users from all over the map. */
  private static int flip(EmbeddedRouting map, int users, int apart, UserState state)
      throws Exception {
    List<Routing.UserChange> lines = new ArrayList<>();
    for (int i = 0; i < users; i++) {
      lines.add(new Routing.UserChange(address(i * apart), state, null, null));
    }
    for (Routing.UserFlip flip : map.setUserStates(lines, OPS, Duration.ofSeconds(30))) {
      if (flip.flip() == null || !flip.flip().quiesced()) {
        throw new IllegalStateException("not quiesced: " + flip);
      }
    }
    return users;
  }

  private static int pages(EmbeddedRouting map, @Nullable String pair, UserState state)
      throws Exception {
    String after = null;
    int pages = 0;
    while (pages < 200) {
      List<User> page = map.users(pair, state, after, 100);
      pages++;
      if (page.isEmpty()) {
        return pages;
      }
      after = page.getLast().address();
    }
    return pages;
  }

  private static int flipOneByOne(EmbeddedRouting map, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      UserState state = i % 2 == 0 ? UserState.MOVING : UserState.ACTIVE;
      Flip _ = map.setUserState(address(i / 2), state, null, OPS, Duration.ofSeconds(30));
    }
    return times;
  }
}
