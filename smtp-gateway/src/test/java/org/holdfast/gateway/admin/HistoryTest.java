package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.gateway.admin.HistoryFile.Kept.NOTHING;

import com.codahale.metrics.MetricFilter;
import com.codahale.metrics.MetricRegistry;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.holdfast.gateway.metrics.Traffic;
import org.holdfast.holdqueue.DeliveryState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {

  private static final long USED = 4096; // by FakeQueue

  private Instant now = Instant.parse("2026-11-22T03:00:00Z");
  private final FakeQueue queue = new FakeQueue();
  private final MetricRegistry counted = new MetricRegistry();

  @TempDir Path data;

  private Path file;
  private History history;

  @BeforeEach
  void begin() {
    file = data.resolve("history");
    history = begun();
  }

  private History begun() {
    return new History(queue, counted, () -> now, file);
  }

  /** As a restart does it: the counters begin anew. */
  private void restart(Duration away) {
    history.close();
    counted.removeMatching(MetricFilter.ALL);
    now = now.plus(away);
    history = begun();
  }

  @AfterEach
  void close() {
    history.close();
  }

  private List<History.Sample> lately() {
    return history.since(now.minusSeconds(3600));
  }

  private void look(Duration later) {
    now = now.plus(later);
    history.look();
  }

  @Test
  void flow_beforeTheFirstSample_isNotKnown() {
    assertThat(history.flow().accepted()).isNull();
    history.look();
    assertThat(history.flow().accepted()).isNull();
  }

  @Test
  void flow_isWhatWasCountedSinceTheYoungestSampleThatIsOldEnough() {
    history.look();
    counted.counter(Traffic.ACCEPTED).inc(1000);
    look(History.EVERY);
    counted.counter(Traffic.ACCEPTED).inc(40);
    counted.counter(Traffic.DELIVERED).inc(10);
    now = now.plus(History.RATE_OVER);
    assertThat(history.flow().accepted()).isEqualTo(2.0);
    assertThat(history.flow().delivered()).isEqualTo(0.5);
  }

  @Test
  void samples_areKeptFineForHoursAndCoarseForADay() {
    history.close();
    file = data.resolve("nowhere/history"); // a thousand files are not what this is about
    history = begun();
    long looks = Duration.ofHours(25).dividedBy(History.EVERY);
    for (long i = 0; i <= looks; i++) {
      look(History.EVERY);
    }
    long fine = History.FINE_KEPT.dividedBy(History.EVERY);
    long coarse = History.COARSE_KEPT.dividedBy(History.COARSE_EVERY);
    assertThat(history.since(now.minus(History.FINE_KEPT))).hasSize((int) fine + 1);
    assertThat(history.since(now.minus(Duration.ofHours(24))))
        .hasSizeBetween((int) coarse, (int) coarse + 1);
    assertThat(history.since(now.minus(Duration.ofHours(1)))).hasSize(361);
  }

  @Test
  void sample_thatFails_isLeftOutAndTheNextOneTaken() {
    queue.broken = true;
    history.look();
    queue.broken = false;
    queue.add("Q1", "a@b.example", "bob@example.com", "p", DeliveryState.PARKED);
    look(History.EVERY);
    assertThat(history.since(Instant.EPOCH))
        .singleElement()
        .satisfies(s -> assertThat(s.parked()).isEqualTo(1));
  }

  @Test
  void disk_isJudgedByHowFastItFills() {
    history.look();
    now = now.plus(History.GROWTH_LEAST).minusMillis(1);
    assertThat(history.disk().growth()).isNull();
    now = now.plusMillis(1);
    assertThat(history.disk().growth()).isZero();
    assertThat(history.disk().hoursLeft()).isNull();
    queue.used = USED + 10_000;
    now = now.plusSeconds(3600).minus(History.GROWTH_LEAST);
    History.Disk disk = history.disk();
    assertThat(disk.room()).isEqualTo((1 << 20) - USED - 10_000);
    assertThat(disk.growth()).isEqualTo(10_000);
    assertThat(disk.hoursLeft()).isEqualTo(103.4);
  }

  @Test
  void samples_areThereAfterARestart_withAGapWhereTheGatewayWasAway() {
    counted.counter(Traffic.ACCEPTED).inc(700);
    history.look();
    look(History.EVERY);
    List<History.Sample> before = lately();
    restart(Duration.ofMinutes(5));
    history.look();
    look(History.EVERY);
    List<History.Sample> after = lately();
    assertThat(after).hasSize(4).startsWith(before.toArray(History.Sample[]::new));
    assertThat(after.get(0).leadsTo(after.get(1))).isTrue();
    assertThat(after.get(1).leadsTo(after.get(2))).isFalse();
    assertThat(after.get(2).leadsTo(after.get(3))).isTrue();
  }

  @Test
  void flowAndDisk_afterARestart_areJudgedByThisLifeAlone() {
    counted.counter(Traffic.ACCEPTED).inc(1_000_000);
    history.look();
    look(Duration.ofMinutes(2));
    restart(Duration.ofSeconds(30));
    assertThat(history.flow().accepted()).isNull();
    assertThat(history.disk().growth()).isNull();
    history.look();
    counted.counter(Traffic.ACCEPTED).inc(40);
    now = now.plus(History.RATE_OVER);
    assertThat(history.flow().accepted()).isEqualTo(2.0);
  }

  @Test
  void file_isWrittenEveryMinute_soThatACrashCostsNoMore() {
    history.look();
    now = now.plus(History.SAVED_EVERY).minusMillis(1);
    history.look();
    assertThat(file).doesNotExist();
    look(Duration.ofMillis(1));
    assertThat(file).isNotEmptyFile();
    try (History other = begun()) {
      now = now.plusSeconds(1);
      assertThat(other.since(now.minusSeconds(3600))).hasSize(2); // not that of this very moment
    }
  }

  @Test
  void samples_thatAreTooOld_areForgottenAtTheStart() {
    for (int hour = 0; hour < 30; hour++) {
      look(Duration.ofHours(1));
    }
    restart(Duration.ofHours(20).minusMinutes(1));
    assertThat(history.since(now.minus(History.FINE_KEPT))).isEmpty();
    assertThat(history.since(Instant.EPOCH)).hasSize(5);
  }

  @Test
  void file_ofAWholeDay_isSmallAndReadBack() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    HistoryFile.Kept day = new HistoryFile.Kept(samples(2161, random), samples(1441, random));
    new HistoryFile(file).write(day);
    assertThat(new HistoryFile(file).read()).as("seed %d", seed).isEqualTo(day);
    assertThat(Files.size(file)).isLessThan(HistoryFile.MOST_OCTETS / 2);
  }

  private List<History.Sample> samples(int count, Random random) {
    return Stream.generate(
            () -> {
              long n = random.nextLong(1 << 30);
              return new History.Sample(now.plusMillis(n), now, n, n, n, n, n, n, n, n, n, n);
            })
        .limit(count)
        .toList();
  }

  @Test
  void file_damagedAnywhere_isAnEmptyHistoryAndNothingWorse() throws IOException {
    look(History.EVERY);
    look(History.EVERY);
    history.close();
    byte[] whole = Files.readAllBytes(file);
    HistoryFile.Kept all = new HistoryFile(file).read();
    assertThat(all.fine()).hasSize(2);
    for (int at = 0; at < whole.length; at++) {
      Files.write(file, Arrays.copyOf(whole, at));
      assertThat(new HistoryFile(file).read()).as("cut at %d", at).isEqualTo(NOTHING);
      byte[] flipped = whole.clone();
      flipped[at] ^= 0x10;
      Files.write(file, flipped);
      // Octets 3 to 9 of gzip's header say nothing about the content.
      assertThat(new HistoryFile(file).read()).as("octet %d", at).isIn(NOTHING, all);
    }
  }

  @Test
  void file_thatClaimsTooMuchOrIsTooLarge_isNotReadIntoMemory() throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(0x48464831);
      out.writeInt(HistoryFile.MOST_SAMPLES + 1);
    }
    assertThat(new HistoryFile(file).read()).isEqualTo(NOTHING);
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(HistoryFile.MOST_OCTETS + 1);
    }
    assertThat(new HistoryFile(file).read()).isEqualTo(NOTHING);
  }

  @Test
  void file_thatCannotBeWritten_stopsNobody() throws IOException {
    Files.createDirectory(file);
    Files.createFile(file.resolve("in the way"));
    history.look();
    look(History.SAVED_EVERY);
    assertThat(lately()).hasSize(2);
  }

  @Test
  void file_bound_isMoreThanIsEverKept() {
    assertThat(History.FINE_KEPT.dividedBy(History.EVERY)).isLessThan(HistoryFile.MOST_SAMPLES);
    assertThat(History.COARSE_KEPT.dividedBy(History.COARSE_EVERY))
        .isLessThan(HistoryFile.MOST_SAMPLES);
  }

  @Test
  void totals_areAskedForOnceInTwoSeconds() {
    history.totals();
    queue.add("Q1", "a@b.example", "bob@example.com", "p", DeliveryState.PARKED);
    now = now.plus(LatestTotals.FRESH).minusMillis(1);
    assertThat(history.totals().messages()).isZero();
    now = now.plusMillis(1);
    assertThat(history.totals().messages()).isEqualTo(1);
  }
}
