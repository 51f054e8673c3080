package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.holdfast.holdqueue.disk.DiskFile;
import org.holdfast.holdqueue.disk.RealDisk;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Records that are on stable storage when the call returns, and beside them what the disk itself
 * takes for it. Not a test: {@code bench/jmh.sh}.
 */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@OutputTimeUnit(TimeUnit.SECONDS)
public class AppendBenchmark {

  /** Octets of a record. */
  @Param({"4096", "65536"})
  public int size;

  private final Path folder = BenchmarkFolder.make();
  private final RealDisk disk = new RealDisk();
  private byte[] octets = {};
  private SegmentLog log = BenchmarkFolder.log(folder);
  private DiskFile bare = create();

  private DiskFile create() {
    try {
      DiskFile made = disk.create(folder.resolve("bare"));
      made.zero(0, 1 << 20);
      made.force();
      return made;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The record's octets. */
  @Setup
  public void fill() {
    octets = new byte[size];
    new Random(1).nextBytes(octets);
  }

  /** One sender. */
  @Benchmark
  @Threads(1)
  @BenchmarkMode(Mode.SampleTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public long alone() throws IOException {
    return log.append(List.of(Entry.of(1, octets)));
  }

  /** Group commit. */
  @Benchmark
  @Threads(50)
  @BenchmarkMode(Mode.Throughput)
  public long fifty() throws IOException {
    return log.append(List.of(Entry.of(1, octets)));
  }

  /** The disk's own part of {@link #alone}: the same octets over and over, in place, synced. */
  @Benchmark
  @Threads(1)
  @BenchmarkMode(Mode.SampleTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public void writeAndForce() throws IOException {
    bare.write(ByteBuffer.wrap(octets), 0);
    bare.force();
  }

  /** What was written is not wanted. */
  @TearDown(Level.Iteration)
  public void drop() throws IOException {
    for (long base : log.segments()) {
      log.delete(base);
    }
  }

  /** Leaves nothing behind. */
  @TearDown
  public void delete() throws IOException {
    log.close();
    bare.close();
    BenchmarkFolder.delete(folder);
  }
}
