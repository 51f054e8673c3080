package org.holdfast.holdqueue.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The limit against modelled servers: so many workers, a time for each message, a queue before. */
class ConcurrencyLimitTest {

  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final int MOST = 20;
  private static final long SEED = 5;

  private ConcurrencyLimit limit = new ConcurrencyLimit(MOST);

  private record Message(long begun, long ends) {}

  /** Always asked for as much as the limit allows. */
  private final class Server {
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Queue<Long> queue = new ArrayDeque<>();
    private final PriorityQueue<Message> working =
        new PriorityQueue<>(Comparator.comparingLong(Message::ends));
    private int workers;
    private long service;
    private int served;
    private long now;
    private double sum;
    private int peak;
    private int looks;

    Server(int workers, long service) {
      this.workers = workers;
      this.service = service;
    }

    void runFor(long time) {
      long end = now + time;
      sum = 0;
      looks = 0;
      served = 0;
      while (now < end) {
        while (queue.size() + working.size() < limit.allowed()) {
          queue.add(now);
          limit.begins(queue.size() + working.size());
        }
        while (!queue.isEmpty() && working.size() < workers) {
          // A message in ten is large: it takes five times as long.
          long takes = (long) (service * (0.8 + 0.4 * random.nextDouble()));
          working.add(new Message(queue.remove(), now + takes * (random.nextInt(10) == 0 ? 5 : 1)));
        }
        Message done = working.remove();
        now = done.ends();
        served++;
        limit.answered(now - done.begun(), now);
        sum += limit.allowed();
        peak = Math.max(peak, limit.allowed());
        looks++;
      }
    }

    double usualLimit() {
      return sum / looks;
    }
  }

  /** For minutes on end: what it learned must not drift away. */
  @ParameterizedTest
  @CsvSource({"1", "2", "4", "8"})
  void weakServer_isKeptBusyAndNotDrowned(int workers) {
    Server server = new Server(workers, 100 * MILLI);
    for (int minute = 0; minute < 10; minute++) {
      server.runFor(60 * SECOND);
      assertThat(server.usualLimit()).isBetween(workers * 0.9, workers + 6.0);
      assertThat(server.served).isGreaterThan((int) (0.85 * 600 * workers / 1.4));
    }
  }

  /** The first it hears of the gateway must not be everybody at once, however many might come. */
  @ParameterizedTest
  @CsvSource({"1", "2", "4", "8"})
  void weakServer_manyConnectionsAllowed_isNotDrownedAtFirst(int workers) {
    limit = new ConcurrencyLimit(200);
    Server server = new Server(workers, 200 * MILLI);
    server.runFor(60 * SECOND);
    assertThat(server.peak).isLessThanOrEqualTo(3 * workers + 6);
  }

  @Test
  void strongServer_isFilled() {
    Server server = new Server(100, 100 * MILLI);
    server.runFor(10 * SECOND);
    assertThat(limit.allowed()).isEqualTo(MOST);
    server.runFor(600 * SECOND);
    assertThat(server.usualLimit()).isGreaterThan(0.9 * MOST);
  }

  /** Nothing is gained by fewer where the wait is not worth speaking of. */
  @Test
  void quickServerWithOneWorker_isFilled() {
    Server server = new Server(1, MILLI);
    server.runFor(10 * SECOND);
    assertThat(limit.allowed()).isEqualTo(MOST);
  }

  @Test
  void serverThatBecomesStronger_isGivenMore() {
    Server server = new Server(2, 200 * MILLI);
    server.runFor(60 * SECOND);
    assertThat(server.usualLimit()).isLessThan(8);
    server.workers = 100;
    server.runFor(60 * SECOND);
    assertThat(limit.allowed()).isGreaterThan(15);
  }

  @Test
  void serverThatBecomesWeaker_isGivenLess() {
    Server server = new Server(100, 100 * MILLI);
    server.runFor(60 * SECOND);
    server.workers = 1;
    server.runFor(60 * SECOND);
    server.runFor(60 * SECOND);
    assertThat(server.usualLimit()).isLessThan(8);
  }

  /** Every message takes longer for good, however few there are: that is what is usual now. */
  @Test
  void serverThatBecomesSlower_isNotTakenForFull() {
    Server server = new Server(100, 100 * MILLI);
    server.runFor(60 * SECOND);
    server.service = 300 * MILLI;
    server.runFor(120 * SECOND);
    server.runFor(60 * SECOND);
    assertThat(server.usualLimit()).isGreaterThan(0.8 * MOST);
  }

  @Test
  void away_comesBackFromOne() {
    Server server = new Server(100, 10 * MILLI);
    server.runFor(10 * SECOND);
    limit.restart();
    assertThat(limit.allowed()).isEqualTo(1);
    server.runFor(10 * SECOND);
    assertThat(limit.allowed()).isEqualTo(MOST);
  }

  @Test
  void oneAtATime_isNoReasonForMore() {
    for (int i = 0; i < 1_000; i++) {
      limit.begins(1);
      limit.answered(MILLI, i * MILLI);
    }
    assertThat(limit.allowed()).isLessThanOrEqualTo(3);
  }
}
