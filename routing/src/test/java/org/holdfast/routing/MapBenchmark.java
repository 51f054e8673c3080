package org.holdfast.routing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One thread asks the map, takes permits, flips. The cache holds a fiftieth of the users: what is
 * asked of all of them is mostly not in it. Not a test: {@code bench/jmh.sh Map}.
 */
@State(Scope.Benchmark)
@Fork(value = 1, jvmArgsAppend = "-Xmx512m")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class MapBenchmark {

  private static final Who OPS = new Who("bench", "figures");
  private static final int CHUNK = 50_000;
  private static final int FEW = 1000;

  /** Users in the map. */
  @Param("1000000")
  public int users;

  private final SplittableRandom random = new SplittableRandom(1);

  @SuppressWarnings("NullAway.Init") // in @Setup
  private Path folder;

  @SuppressWarnings("NullAway.Init") // in @Setup
  private FileChangeLog log;

  @SuppressWarnings("NullAway.Init") // in @Setup
  private EmbeddedRouting map;

  private int flips;

  /** Loads the map. */
  @Setup(Level.Trial)
  public void load() throws Exception {
    folder = Files.createTempDirectory(Path.of(System.getProperty("bench.folder", "/tmp")), "map-");
    log = new FileChangeLog(folder.resolve("log"));
    MapSettings settings = new MapSettings(folder.resolve("view"), "+", users / 50);
    map = EmbeddedRouting.open(settings, log, InstantSource.system());
    Member member = new Member("m", new HostPort("127.0.0.1", 10_000), null);
    Flip _ = map.putPair("pair", List.of(member), "m", OPS, Duration.ZERO);
    for (int from = 0; from < users; from += CHUNK) {
      List<Routing.UserChange> lines = new ArrayList<>();
      for (int i = from; i < Math.min(users, from + CHUNK); i++) {
        lines.add(new Routing.UserChange(address(i), UserState.ACTIVE, "pair", null));
      }
      Routing.Loaded _ = map.load(List.of(), lines, List.of(), OPS);
    }
  }

  private static String address(int user) {
    return "user" + user + "@domain" + user % 1000 + ".example";
  }

  /** Deletes it. */
  @TearDown(Level.Trial)
  public void delete() throws IOException {
    map.close();
    log.close();
    MapView.delete(folder.resolve("view"));
    Files.delete(folder.resolve("view"));
    Files.delete(folder.resolve("log"));
    Files.delete(folder);
  }

  /** Addresses that are in memory. */
  @Benchmark
  public Location lookupCached() throws Exception {
    return map.locate(address(random.nextInt(FEW)));
  }

  /** Addresses from all over the map: 1 in 50 is in memory. */
  @Benchmark
  public Location lookupUncached() throws Exception {
    return map.locate(address(random.nextInt(users)));
  }

  /** Addresses that nobody has, each asked for the first time. */
  @Benchmark
  public Location lookupUnknown() throws Exception {
    int user = random.nextInt(Integer.MAX_VALUE);
    return map.locate("nobody" + user + "@domain" + user % 1000 + ".example");
  }

  /** A permit is taken and given back. */
  @Benchmark
  public Entry permit() throws Exception {
    Entry entry = map.enter(address(random.nextInt(FEW)), "bench");
    if (entry instanceof Entry.Go go) {
      go.permit().close();
    }
    return entry;
  }

  /** A flip of one user; the log is synced each time. */
  @Benchmark
  public Flip flip() throws Exception {
    UserState state = flips++ % 2 == 0 ? UserState.MOVING : UserState.ACTIVE;
    return map.setUserState(address(random.nextInt(FEW)), state, null, OPS, Duration.ZERO);
  }
}
