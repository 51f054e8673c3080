package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A view that must be made from a large log is made in the background. */
class BackgroundOpeningTest {

  private static final Who OPS = new Who("ops", "why");

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private final AtomicReference<@Nullable Runnable> task = new AtomicReference<>();

  private void makeLargeLog(MemoryChangeLog log) throws Exception {
    try (EmbeddedRouting map =
        EmbeddedRouting.open(new MapSettings(folder, "+", 100), log, clock, Runnable::run)) {
      Member member = new Member("m", HostPort.parse("127.0.0.1:10024"), null);
      map.putPair("pair", List.of(member), "m", OPS, Duration.ZERO);
      map.putUser("alice@example.com", "pair", null, OPS, Duration.ZERO);
    }
    MapView.delete(folder);
    log.claimedOctets = DurableMap.AT_ONCE + 1;
  }

  @Test
  void largeLogAndNoView_unavailableWithProgressThenThere() throws Exception {
    MemoryChangeLog log = new MemoryChangeLog();
    makeLargeLog(log);
    List<Routing.Change> told = new ArrayList<>();
    try (EmbeddedRouting map =
        EmbeddedRouting.open(new MapSettings(folder, "+", 100), log, clock, task::set)) {
      map.onChange(told::add);
      assertThat(map.trouble())
          .hasValueSatisfying(why -> assertThat(why).contains("being made from the log"));
      assertThatThrownBy(() -> map.locate("alice@example.com"))
          .isInstanceOf(MapUnavailableException.class)
          .hasMessageContaining("being made from the log");
      assertThat(map.locateAtOnce("alice@example.com")).isEmpty();
      assertThatThrownBy(() -> map.putUser("b@example.com", "pair", null, OPS, Duration.ZERO))
          .isInstanceOf(MapUnavailableException.class);
      Runnable begun = task.get();
      assertThat(begun).isNotNull();
      begun.run();
      assertThat(map.trouble()).isEmpty();
      assertThat(map.locate("alice@example.com")).isInstanceOf(Location.Mailbox.class);
      assertThat(told).contains(new Routing.Change(new Target.Everything(), true, ""));
    }
  }

  @Test
  void closedBeforeItIsMade_ends() throws Exception {
    MemoryChangeLog log = new MemoryChangeLog();
    makeLargeLog(log);
    EmbeddedRouting map =
        EmbeddedRouting.open(new MapSettings(folder, "+", 100), log, clock, task::set);
    map.close();
    Runnable begun = task.get();
    assertThat(begun).isNotNull();
    begun.run();
    assertThatThrownBy(() -> map.locate("alice@example.com"))
        .isInstanceOf(MapUnavailableException.class);
  }
}
