package org.holdfast.gateway.conf;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds an address that comes twice, however many there are, in bounded memory. Addresses are told
 * apart by a 64-bit hash each; two different ones are mistaken for one about once in 300 000 files
 * of 10 million lines. Used by one thread.
 *
 * <p>The first {@code limit} are remembered (16 bytes apiece at most) and a repetition is known at
 * once. The hashes of further ones go to {@value #PARTS} temporary files by their first bits, and
 * {@link #repeated()} looks through one file after the other.
 */
final class SeenAddresses implements AutoCloseable {

  private static final int SMALLEST = 1024;
  private static final int PARTS = 64;
  private static final int RECORD = Long.BYTES + Integer.BYTES;

  private final int limit;
  private long[] table = new long[SMALLEST];
  private int size;
  private @Nullable Path folder;
  private final @Nullable DataOutputStream[] parts = new DataOutputStream[PARTS];

  SeenAddresses(int limit) {
    this.limit = limit;
  }

  /** An address that stands in two places. */
  record Repeated(int first, int second) {}

  /**
   * False when it is certain to have been here; true for a new one, or when it is not known yet.
   *
   * @param place such as its line
   */
  boolean add(String address, int place) throws IOException {
    long hash = hash(address);
    int slot = slot(table, hash);
    if (table[slot] == hash) {
      return false;
    }
    if (size < limit) {
      table[slot] = hash;
      size++;
      growWhenHalfFull();
    } else {
      DataOutputStream part = part((int) (hash >>> 58));
      part.writeLong(hash);
      part.writeInt(place);
    }
    return true;
  }

  private DataOutputStream part(int number) throws IOException {
    DataOutputStream part = parts[number];
    if (part == null) {
      Path in = folder == null ? Files.createTempDirectory("holdfast-seen") : folder;
      folder = in;
      part =
          new DataOutputStream(
              new BufferedOutputStream(
                  Files.newOutputStream(file(in, number), StandardOpenOption.CREATE_NEW)));
      parts[number] = part;
    }
    return part;
  }

  private static Path file(Path folder, int number) {
    return folder.resolve(Integer.toString(number));
  }

  /** The first repetition found among those that were not known at once. */
  Optional<Repeated> repeated() throws IOException {
    for (int number = 0; number < PARTS; number++) {
      DataOutputStream part = parts[number];
      if (part != null && folder != null) {
        part.close();
        Optional<Repeated> found = repeated(file(folder, number));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Repeated> repeated(Path file) throws IOException {
    int count = (int) (Files.size(file) / RECORD);
    long[] hashes = new long[Math.max(SMALLEST, Integer.highestOneBit(count) * 4)];
    int[] places = new int[hashes.length];
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (int i = 0; i < count; i++) {
        long hash = in.readLong();
        int place = in.readInt();
        int slot = slot(hashes, hash);
        if (hashes[slot] == hash) {
          return Optional.of(new Repeated(places[slot], place));
        }
        hashes[slot] = hash;
        places[slot] = place;
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    Path in = folder;
    for (int number = 0; number < PARTS && in != null; number++) {
      DataOutputStream part = parts[number];
      if (part != null) {
        part.close();
        Files.deleteIfExists(file(in, number));
      }
    }
    if (in != null) {
      Files.deleteIfExists(in);
    }
  }

  private void growWhenHalfFull() {
    if (size * 2 < table.length) {
      return;
    }
    long[] larger = new long[table.length * 2];
    Arrays.stream(table)
        .filter(hash -> hash != 0)
        .forEach(hash -> larger[slot(larger, hash)] = hash);
    table = larger;
  }

  private static int slot(long[] table, long hash) {
    int slot = (int) (hash >>> 24) & (table.length - 1);
    while (table[slot] != 0 && table[slot] != hash) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }

  /** FNV-1a over the characters, then mixed (the finisher of SplitMix64); never 0. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return (hash ^ (hash >>> 31)) | 1;
  }
}
