package org.holdfast.gateway.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;
import org.holdfast.routing.EmbeddedRouting;
import org.holdfast.routing.MapSettings;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.Routing;

/**
 * A map whose log is on a faulty disk (its view is on the real one) goes through a sequence of
 * changes, as far as the disk lets it. Whatever happens, what is found afterwards is the map as it
 * was after the last change acknowledged, or after the next one whose outcome nobody was told:
 * users, epochs, reasons, everything.
 */
final class MapTrial {

  private static final Path LOG = Path.of("/map/log");
  private static final Path QUARANTINE = Path.of("/map/quarantine");

  /** So small that there are several, and that the log is written anew more than once. */
  private static final LogSettings SEGMENTS = new LogSettings(4096, 0, 1_000_000);

  private static final long COMPACT_AFTER = 10;

  private final List<MapOperations.Operation> operations;

  /** What the map is after so many changes. */
  private final List<String> pictures;

  final FaultyDisk disk;
  private final Path view;

  /** So many changes are acknowledged. */
  private int done;

  /** The outcome of the next one is unknown. */
  private boolean inDoubt;

  private MapTrial(
      List<MapOperations.Operation> operations, List<String> pictures, FaultyDisk disk, Path view) {
    this.operations = operations;
    this.pictures = pictures;
    this.disk = disk;
    this.view = view;
  }

  /** A trial where nothing fails, which learns what each change comes to. */
  static MapTrial learn(long seed, int count, Path view) throws Exception {
    FaultyDisk disk = new FaultyDisk(seed);
    disk.count();
    MapTrial trial = new MapTrial(MapOperations.some(seed, count), new ArrayList<>(), disk, view);
    try (SegmentLog log = trial.log()) {
      EmbeddedRouting map = trial.map(log);
      trial.pictures.add(picture(map));
      for (MapOperations.Operation operation : trial.operations) {
        apply(operation, map);
        trial.pictures.add(picture(map));
      }
      map.close();
    }
    return trial;
  }

  /** The same changes on another disk. */
  MapTrial on(FaultyDisk other, Path otherView) {
    return new MapTrial(operations, pictures, other, otherView);
  }

  private SegmentLog log() throws IOException {
    return SegmentLog.open(disk, LOG, QUARANTINE, SEGMENTS, new Random(1));
  }

  private EmbeddedRouting map(SegmentLog log) throws IOException {
    return EmbeddedRouting.open(
        new MapSettings(view, "+", 100, COMPACT_AFTER),
        new MapLog(log),
        () -> Instant.EPOCH,
        Runnable::run);
  }

  /** Opens the map and goes on with the changes until one fails; a start may fail too. */
  void run() {
    SegmentLog log;
    try {
      log = log();
    } catch (IOException _) {
      return;
    }
    try {
      EmbeddedRouting map = map(log);
      try {
        find(map);
        goOn(map);
      } finally {
        map.close();
      }
    } catch (IOException | MapUnavailableException _) {
      return; // the disk failed
    } finally {
      close(log);
    }
  }

  /** What a test does with the map when all changes are made. */
  interface Afterwards {
    void on(Routing map) throws Exception;
  }

  /** Makes all changes, then this; a repair of the view would be told. */
  void whenTheLogFails(Afterwards then) throws Exception {
    SegmentLog log = log();
    try {
      EmbeddedRouting map = map(log);
      goOn(map);
      List<Routing.Change> told = new ArrayList<>();
      map.onChange(told::add);
      then.on(map);
      assertThat(told).isEmpty();
      map.close();
    } finally {
      close(log);
    }
  }

  private static void close(SegmentLog log) {
    try {
      log.close();
    } catch (IOException _) {
      return; // it failed before
    }
  }

  /** It must stand where it was left. */
  private void find(Routing map) throws MapUnavailableException {
    String found = picture(map);
    if (inDoubt && found.equals(pictures.get(done + 1))) {
      done++;
    } else {
      assertThat(found).isEqualTo(pictures.get(done));
    }
    inDoubt = false;
  }

  private void goOn(Routing map) throws MapUnavailableException {
    while (done < operations.size()) {
      inDoubt = true;
      apply(operations.get(done), map);
      inDoubt = false;
      done++;
    }
  }

  /** Runs what is left on a disk that is well; in the end everything must be as it was learnt. */
  void complete() throws Exception {
    disk.heal();
    try (SegmentLog log = log()) {
      EmbeddedRouting map = map(log);
      find(map);
      goOn(map);
      assertThat(picture(map)).isEqualTo(pictures.getLast());
      map.close();
    }
    deleteView();
    try (SegmentLog log = log()) {
      EmbeddedRouting map = map(log);
      assertThat(picture(map)).isEqualTo(pictures.getLast());
      map.close();
    }
  }

  void deleteView() throws IOException {
    if (!Files.exists(view)) {
      return;
    }
    try (Stream<Path> files = Files.list(view)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  boolean wasCutShort() {
    return done < operations.size();
  }

  private static void apply(MapOperations.Operation operation, Routing map)
      throws MapUnavailableException {
    try {
      operation.on(map);
    } catch (RefusedChangeException _) {
      return; // as it will be each time
    }
  }

  private static String picture(Routing map) throws MapUnavailableException {
    return map.users(null, null, null, 1000)
        + "\n"
        + map.pairs()
        + "\n"
        + map.aliases(null, 1000)
        + "\n"
        + map.domains(null, 1000)
        + "\n"
        + map.holds().stream().map(Object::toString).sorted().toList()
        + "\n"
        + map.userCounts().stream().map(Object::toString).sorted().toList();
  }
}
