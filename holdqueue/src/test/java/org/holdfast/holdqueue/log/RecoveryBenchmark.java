package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading a log of 256 MiB from end to end, out of the page cache; one operation is one MiB. Not a
 * test: {@code bench/jmh.sh}.
 */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RecoveryBenchmark {

  private static final int MEBIBYTES = 256;
  private static final int RECORD = 4096;
  private static final int TOGETHER = 100;

  private final Path folder = BenchmarkFolder.make();
  private final SegmentLog log = BenchmarkFolder.log(folder);

  /** Writes the log. */
  @Setup
  public void fill() throws IOException {
    Random random = new Random(1);
    while (log.octets() < (long) MEBIBYTES << 20) {
      byte[] octets = new byte[RECORD];
      random.nextBytes(octets);
      log.append(Collections.nCopies(TOGETHER, Entry.of(1, octets)));
    }
  }

  /** As the index is rebuilt: every checksum is looked at. */
  @Benchmark
  @OperationsPerInvocation(MEBIBYTES)
  public long scan() throws IOException {
    return read(true);
  }

  /** As the index catches up: heads only. */
  @Benchmark
  @OperationsPerInvocation(MEBIBYTES)
  public long scanHeads() throws IOException {
    return read(false);
  }

  private long read(boolean bodies) throws IOException {
    long[] octets = {0};
    log.replay(0, Long.MAX_VALUE, bodies, record -> octets[0] += record.length());
    return octets[0];
  }

  /** Leaves nothing behind. */
  @TearDown
  public void delete() throws IOException {
    log.close();
    BenchmarkFolder.delete(folder);
  }
}
