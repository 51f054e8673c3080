package org.holdfast.holdqueue.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
    /** Each write is kept or dropped on its own; one of those kept may be cut short. */
    TORN
  }

  /** What can be made to fail. */
  public enum Call {
    WRITE,
    FORCE,
    RENAME
  }

  private static final int SECTOR = 512;

  private final Random random;
  private final Map<Path, Inode> names = new TreeMap<>();
  private final Map<Path, Inode> syncedNames = new TreeMap<>();
  private final Map<Call, Integer> failAt = new HashMap<>();
  private final Map<Call, Integer> calls = new HashMap<>();
  private long capacity = Long.MAX_VALUE;
  private int life;

  /** {@code seed} decides what a crash keeps. */
  public FaultyDisk(long seed) {
    this.random = new Random(seed);
  }

  /** The {@code nth} call from now on fails, and all later ones of its kind when it is a force. */
  public synchronized void fail(Call call, int nth) {
    calls.put(call, 0);
    failAt.put(call, nth);
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

  /** How often this was called since the last {@link #fail} for it. */
  public synchronized int calls(Call call) {
    return calls.getOrDefault(call, 0);
  }

  /** The power goes: open files are dead, and what is there is what survived. */
  public synchronized void crash(Unsynced unsynced) {
    life++;
    failAt.clear();
    boolean namesSurvive =
        unsynced == Unsynced.KEPT || (unsynced == Unsynced.TORN && random.nextBoolean());
    if (!namesSurvive) {
      names.clear();
      names.putAll(syncedNames);
    }
    syncedNames.clear();
    syncedNames.putAll(names);
    names.values().forEach(inode -> inode.crash(unsynced, random));
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

  private void called(Call call) throws IOException {
    int count = calls.merge(call, 1, Integer::sum);
    Integer fails = failAt.get(call);
    if (fails != null && (count == fails || (call == Call.FORCE && count > fails))) {
      throw new IOException("injected failure of " + call + " " + count);
    }
  }

  @Override
  public synchronized DiskFile create(Path file) throws IOException {
    if (names.containsKey(file)) {
      throw new IOException("exists: " + file);
    }
    Inode inode = new Inode();
    names.put(file, inode);
    return new Open(inode, life);
  }

  @Override
  public synchronized DiskFile open(Path file) throws IOException {
    Inode inode = names.get(file);
    if (inode == null) {
      throw new IOException("no file " + file);
    }
    return new Open(inode, life);
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    called(Call.RENAME);
    names.put(to, inode(from));
    names.remove(from);
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    if (names.remove(file) == null) {
      throw new IOException("no file " + file);
    }
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
    called(Call.FORCE);
    syncedNames.keySet().removeIf(f -> directory.equals(f.getParent()));
    names.forEach((file, inode) -> {
      if (directory.equals(file.getParent())) {
        syncedNames.put(file, inode);
      }
    });
  }

  @Override
  public synchronized long freeSpace(Path directory) {
    return capacity - used();
  }

  private long used() {
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

    void sync() {
      synced = Arrays.copyOf(now, size);
      changes.clear();
    }

    void crash(Unsynced unsynced, Random random) {
      if (unsynced != Unsynced.KEPT) {
        List<Change> lost = List.copyOf(changes);
        now = synced.clone();
        size = synced.length;
        if (unsynced == Unsynced.TORN) {
          lost.forEach(change -> applyTorn(change, random));
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

    Open(Inode inode, int born) {
      this.inode = inode;
      this.born = born;
    }

    private void alive() throws IOException {
      if (born != life) {
        throw new IOException("the power is off");
      }
    }

    @Override
    public int read(ByteBuffer to, long at) throws IOException {
      synchronized (FaultyDisk.this) {
        alive();
        if (at >= inode.size) {
          return -1;
        }
        int count = (int) Math.min(to.remaining(), inode.size - at);
        to.put(inode.now, (int) at, count);
        return count;
      }
    }

    @Override
    public void write(ByteBuffer from, long at) throws IOException {
      synchronized (FaultyDisk.this) {
        alive();
        called(Call.WRITE);
        byte[] octets = new byte[from.remaining()];
        from.get(octets);
        if (used() + Math.max(0, at + octets.length - inode.size) > capacity) {
          throw new IOException("no space left on device");
        }
        Change change = new Change((int) at, octets);
        inode.changes.add(change);
        inode.apply(change);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (FaultyDisk.this) {
        alive();
        called(Call.FORCE);
        inode.sync();
      }
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
        if (size < inode.size) {
          Change change = new Change((int) size, null);
          inode.changes.add(change);
          inode.apply(change);
        }
      }
    }

    @Override
    public void close() {}
  }
}
