package org.holdfast.holdqueue.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that knows what was synced and what was not, octets and directory entries alike.
 * After {@link #crash} it is what a power cut could have left. Everything is guarded by its
 * monitor.
 */
public final class FaultyDisk implements Disk {

  /** What a crash makes of what was not synced. */
  public enum Unsynced {
    KEPT,
    DROPPED,
    /** Each sector of each write is kept or dropped on its own, and so is each change of a name. */
    TORN,
    /** Some of the writes, whole, in another order than they were made in; names likewise. */
    REORDERED
  }

  /** What a disk, or the code above it, may get wrong: kept to show that the tests would notice. */
  public enum Lie {
    NOTHING,
    /** {@code force} does nothing and says that it did. */
    FORCE,
    /** A directory's sync forgets files that were created. */
    CREATED_NAMES,
    /** A directory's sync forgets renames. */
    RENAMED_NAMES
  }

  /** What can be made to fail. */
  public enum Call {
    WRITE,
    FORCE,
    /** A force of a file that fails once; the next one says that all is well. */
    FORCE_ONCE,
    /** A directory's sync; it is a {@link #FORCE} too. */
    DIRECTORY,
    RENAME,
    DELETE,
    TRUNCATE,
    CREATE,
    OPEN,
    /** A preallocation; its zeroes are {@link #WRITE}s too. */
    ZERO,
    READ
  }

  /** Something that a test does before a call. */
  public interface Hook {
    void run() throws IOException;
  }

  /** Which calls of a kind fail: from this one on, so many. */
  private record Failing(int from, int times) {
    boolean hits(int count) {
      return count >= from && count - from < times;
    }
  }

  private static final int SECTOR = 512;

  private final Random random;
  private final Map<Path, Inode> names = new TreeMap<>();
  private final Map<Path, Inode> syncedNames = new TreeMap<>();

  /** Changes of names since their directory was synced, oldest first. */
  private final List<Rename> renames = new ArrayList<>();

  private final Map<Call, Failing> failAt = new HashMap<>();
  private final Map<Call, Integer> calls = new HashMap<>();
  private long capacity = Long.MAX_VALUE;
  private int life;
  private Lie lie = Lie.NOTHING;
  private int operations;
  private int powerCutAt = Integer.MAX_VALUE;
  private boolean off;
  private boolean shortReads;
  private long mostUsed;
  private volatile Hook reading = () -> {};

  /** A name came (from is null), went (to is null) or changed. */
  private static final class Rename {
    final @Nullable Path from;
    final @Nullable Path to;
    final Inode inode;

    Rename(@Nullable Path from, @Nullable Path to, Inode inode) {
      this.from = from;
      this.to = to;
      this.inode = inode;
    }

    boolean in(Path directory) {
      Path either = from == null ? to : from;
      return either != null && directory.equals(either.getParent());
    }

    boolean isLostBy(Lie lie) {
      return (lie == Lie.CREATED_NAMES && from == null)
          || (lie == Lie.RENAMED_NAMES && from != null && to != null);
    }

    void apply(Map<Path, Inode> names) {
      if (from != null) {
        names.remove(from);
      }
      if (to != null) {
        names.put(to, inode);
      }
    }
  }

  /** {@code seed} decides what a crash keeps. */
  public FaultyDisk(long seed) {
    this.random = new Random(seed);
  }

  /** The {@code nth} call from now on fails, and all later ones of its kind when it is a force. */
  public synchronized void fail(Call call, int nth) {
    fail(call, nth, call == Call.FORCE ? Integer.MAX_VALUE : 1);
  }

  /** So many calls from the {@code nth} from now on fail. */
  public synchronized void fail(Call call, int nth, int times) {
    calls.put(call, 0);
    failAt.put(call, new Failing(nth, times));
  }

  /** The most octets that were there at once. */
  public synchronized long mostUsed() {
    return mostUsed;
  }

  /** Whether the power is off. */
  public synchronized boolean isOff() {
    return off;
  }

  /** Another disk with the same files, all synced. */
  public synchronized FaultyDisk copy(long seed) {
    FaultyDisk copy = new FaultyDisk(seed);
    names.forEach((file, inode) -> copy.replace(file, Arrays.copyOf(inode.now, inode.size)));
    return copy;
  }

  /** Every file, for tests that damage them. */
  public synchronized List<Path> files(Path directory) {
    return names.keySet().stream().filter(f -> directory.equals(f.getParent())).toList();
  }

  /** Counts calls from now on. */
  public synchronized void count() {
    calls.clear();
  }

  /** From now on reads return less than was asked for. */
  public synchronized void readShort() {
    shortReads = true;
  }

  /** Runs before every read, in the reader's thread, without the disk's monitor. */
  public void beforeReads(Hook hook) {
    reading = hook;
  }

  /** No write fails any more. */
  public synchronized void heal() {
    failAt.clear();
    capacity = Long.MAX_VALUE;
  }

  /** The disk has room for this many octets. */
  public synchronized void capacity(long octets) {
    capacity = octets;
  }

  /** How often this was called since the last {@link #fail} for it or {@link #count}. */
  public synchronized int calls(Call call) {
    return calls.getOrDefault(call, 0);
  }

  /** From now on the disk lies like this. */
  public synchronized void lie(Lie about) {
    lie = about;
  }

  /** The power goes at the {@code nth} change asked for from now on, before it is made. */
  public synchronized void cutPowerAt(int nth) {
    operations = 0;
    powerCutAt = nth;
  }

  /** Changes asked for since the last {@link #cutPowerAt}, reads aside. */
  public synchronized int operations() {
    return operations;
  }

  /** The power goes and comes back: open files are dead, what is there is what survived. */
  public synchronized void crash(Unsynced unsynced) {
    life++;
    off = false;
    powerCutAt = Integer.MAX_VALUE;
    failAt.clear();
    for (Rename change : chosen(unsynced, renames)) {
      change.apply(syncedNames);
    }
    renames.clear();
    names.clear();
    names.putAll(syncedNames);
    names.values().forEach(inode -> inode.crash(unsynced, random));
  }

  private <T> List<T> chosen(Unsynced unsynced, List<T> changes) {
    return switch (unsynced) {
      case KEPT -> List.copyOf(changes);
      case DROPPED -> List.of();
      case TORN, REORDERED -> changes.stream().filter(change -> random.nextBoolean()).toList();
    };
  }

  /** The file's octets as they are now, for tests that damage them. */
  public synchronized byte[] octets(Path file) {
    Inode inode = inode(file);
    return Arrays.copyOf(inode.now, inode.size);
  }

  /** Puts these octets in place, synced. */
  public synchronized void replace(Path file, byte[] octets) {
    Inode inode = names.computeIfAbsent(file, f -> new Inode());
    inode.now = octets.clone();
    inode.size = octets.length;
    inode.sync();
    syncedNames.put(file, inode);
  }

  private Inode inode(Path file) {
    return Objects.requireNonNull(names.get(file), () -> "no file " + file);
  }

  private void changing() throws IOException {
    operations++;
    off |= operations >= powerCutAt;
    powered();
  }

  private void powered() throws IOException {
    if (off) {
      throw new IOException("the power is off");
    }
  }

  private void rename(Rename change) {
    change.apply(names);
    renames.add(change);
  }

  private void called(Call call) throws IOException {
    int count = calls.merge(call, 1, Integer::sum);
    Failing failing = failAt.get(call);
    if (failing != null && failing.hits(count)) {
      throw new IOException("injected failure of " + call + " " + count);
    }
  }

  private void forced(Inode inode) throws IOException {
    try {
      called(Call.FORCE_ONCE);
      called(Call.FORCE);
    } catch (IOException e) {
      inode.forceFailed();
      throw e;
    }
    if (lie != Lie.FORCE) {
      inode.force();
    }
  }

  @Override
  public synchronized DiskFile create(Path file) throws IOException {
    changing();
    called(Call.CREATE);
    if (names.containsKey(file)) {
      throw new IOException("exists: " + file);
    }
    Inode inode = new Inode();
    rename(new Rename(null, file, inode));
    return new Open(inode, life);
  }

  @Override
  public synchronized DiskFile open(Path file) throws IOException {
    powered();
    called(Call.OPEN);
    Inode inode = names.get(file);
    if (inode == null) {
      throw new IOException("no file " + file);
    }
    return new Open(inode, life);
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    changing();
    called(Call.RENAME);
    rename(new Rename(from, to, inode(from)));
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    changing();
    called(Call.DELETE);
    Inode inode = names.get(file);
    if (inode == null) {
      throw new IOException("no file " + file);
    }
    rename(new Rename(file, null, inode));
  }

  @Override
  public synchronized List<String> list(Path directory) {
    return names.keySet().stream()
        .filter(f -> directory.equals(f.getParent()))
        .map(f -> String.valueOf(f.getFileName()))
        .toList();
  }

  @Override
  public void createDirectories(Path directory) {}

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    changing();
    called(Call.DIRECTORY);
    called(Call.FORCE);
    for (Rename change : List.copyOf(renames)) {
      if (change.in(directory) && !change.isLostBy(lie)) {
        change.apply(syncedNames);
        renames.remove(change);
      }
    }
  }

  @Override
  public synchronized long freeSpace(Path directory) {
    return capacity - used();
  }

  /** Octets of all files. */
  public synchronized long used() {
    return names.values().stream().mapToLong(i -> i.size).sum();
  }

  /** A change that was not synced; a null for the octets is a truncation to {@code at}. */
  private static final class Change {
    final int at;
    final byte @Nullable [] octets;

    Change(int at, byte @Nullable [] octets) {
      this.at = at;
      this.octets = octets;
    }
  }

  /** A file whatever its names. */
  private static final class Inode {
    byte[] now = new byte[0];
    int size;
    byte[] synced = new byte[0];
    final List<Change> changes = new ArrayList<>();

    void apply(Change change) {
      byte[] octets = change.octets;
      if (octets == null) {
        if (change.at > now.length) { // the writes before it were lost, its length was not
          now = Arrays.copyOf(now, change.at);
        }
        Arrays.fill(now, Math.min(change.at, now.length), now.length, (byte) 0);
        size = change.at;
        return;
      }
      int end = change.at + octets.length;
      if (end > now.length) {
        now = Arrays.copyOf(now, Math.max(end, now.length * 2));
      }
      System.arraycopy(octets, 0, now, change.at, octets.length);
      size = Math.max(size, end);
    }

    /** Everything, known to be there. */
    void sync() {
      synced = Arrays.copyOf(now, size);
      changes.clear();
    }

    /** What is dirty gets there; what an earlier force failed for is not dirty any more. */
    void force() {
      Inode stored = stored();
      changes.forEach(stored::apply);
      synced = Arrays.copyOf(stored.now, stored.size);
      changes.clear();
    }

    /** As after a failed fsync on Linux: readable still, never written, and nobody knows. */
    void forceFailed() {
      changes.clear();
    }

    private Inode stored() {
      Inode stored = new Inode();
      stored.now = synced.clone();
      stored.size = synced.length;
      return stored;
    }

    void crash(Unsynced unsynced, Random random) {
      List<Change> lost = new ArrayList<>(changes);
      now = synced.clone();
      size = synced.length;
      switch (unsynced) {
        case KEPT -> lost.forEach(this::apply);
        case DROPPED -> {}
        case TORN -> lost.forEach(change -> applyTorn(change, random));
        case REORDERED -> {
          Collections.shuffle(lost, random);
          lost.stream().filter(change -> random.nextBoolean()).forEach(this::apply);
        }
      }
      sync();
    }

    private void applyTorn(Change change, Random random) {
      byte[] octets = change.octets;
      if (octets == null) {
        if (random.nextBoolean()) {
          apply(change);
        }
        return;
      }
      for (int from = 0; from < octets.length; from += SECTOR) {
        if (random.nextBoolean()) {
          int to = Math.min(octets.length, from + SECTOR);
          apply(new Change(change.at + from, Arrays.copyOfRange(octets, from, to)));
        }
      }
    }
  }

  /** An open file; dead after a crash. */
  private final class Open implements DiskFile {
    private final Inode inode;
    private final int born;
    private boolean closed;

    Open(Inode inode, int born) {
      this.inode = inode;
      this.born = born;
    }

    private void alive() throws IOException {
      if (born != life) {
        throw new IOException("the power is off");
      }
      if (closed) {
        throw new IOException("the file is closed");
      }
    }

    @Override
    public int read(ByteBuffer to, long at) throws IOException {
      reading.run();
      synchronized (FaultyDisk.this) {
        alive();
        called(Call.READ);
        if (at >= inode.size) {
          return -1;
        }
        int count = (int) Math.min(to.remaining(), inode.size - at);
        count = shortReads ? Math.min(count, 1 + random.nextInt(SECTOR)) : count;
        to.put(inode.now, (int) at, count);
        return count;
      }
    }

    @Override
    public void write(ByteBuffer from, long at) throws IOException {
      synchronized (FaultyDisk.this) {
        alive();
        changing();
        called(Call.WRITE);
        byte[] octets = new byte[from.remaining()];
        from.get(octets);
        long room = capacity - used() + Math.max(0, inode.size - at);
        boolean fits = octets.length <= room;
        byte[] written = fits ? octets : Arrays.copyOf(octets, (int) Math.max(0, room));
        Change change = new Change((int) at, written);
        inode.changes.add(change);
        inode.apply(change);
        mostUsed = Math.max(mostUsed, used());
        if (!fits) {
          throw new IOException("no space left on device");
        }
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (FaultyDisk.this) {
        alive();
        changing();
        forced(inode);
      }
    }

    @Override
    public void zero(long from, long to) throws IOException {
      synchronized (FaultyDisk.this) {
        alive();
        called(Call.ZERO);
      }
      DiskFile.super.zero(from, to);
    }

    @Override
    public long size() throws IOException {
      synchronized (FaultyDisk.this) {
        alive();
        return inode.size;
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (FaultyDisk.this) {
        alive();
        changing();
        called(Call.TRUNCATE);
        if (size < inode.size) {
          Change change = new Change((int) size, null);
          inode.changes.add(change);
          inode.apply(change);
        }
      }
    }

    @Override
    public void close() {
      synchronized (FaultyDisk.this) {
        closed = true;
      }
    }
  }
}
