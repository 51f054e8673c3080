package org.holdfast.gateway.wiring;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * How the process's file descriptors are shared out: each connection is one, each body in a
 * temporary file up to two (being written, or read by those it is handed to). Where they do not
 * suffice, fewer connections and files are let in, and nothing runs out in the middle. Immutable.
 *
 * @param most that the process may have ({@code ulimit -n}; the JVM raises the soft limit to the
 *     hard one by itself)
 * @param connections that all doors together may have open
 * @param files of bodies at once
 */
public record Descriptors(long most, int connections, int files) {

  /** For the store, the map, the API, connections to backends, and Java itself. */
  static final int KEPT = 400;

  /** Bodies in files at once, if there are descriptors for so many. */
  static final int MOST_FILES = 4000;

  private static final int FOR_A_FILE = 2;
  private static final int PART_FOR_FILES = 4;

  /** Shares out what this process may have. */
  public static Descriptors ofProcess(int wanted) {
    long most =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Long.MAX_VALUE;
    return of(most, wanted);
  }

  /**
   * @param most descriptors
   * @param wanted connections of all doors, as they are set
   */
  static Descriptors of(long most, int wanted) {
    long shared = Math.max(FOR_A_FILE * PART_FOR_FILES, most - KEPT);
    long left = shared - wanted;
    long files = Math.max(left, shared / PART_FOR_FILES) / FOR_A_FILE;
    int granted = (int) Math.min(files, MOST_FILES);
    return new Descriptors(
        most, (int) Math.min(wanted, shared - (long) granted * FOR_A_FILE), granted);
  }

  /** What one door of this many may have, of all the {@code wanted} ones. */
  int part(int ofDoor, int wanted) {
    return Math.max(1, (int) ((long) ofDoor * connections / wanted));
  }

  /** What to tell the operator; empty when they suffice. */
  public Optional<String> warning(int wanted) {
    return connections >= wanted
        ? Optional.empty()
        : Optional.of(
            "only "
                + connections
                + " of the "
                + wanted
                + " connections of max-connections can be open at once: ulimit -n is "
                + most
                + ", and "
                + (KEPT + (long) wanted + (long) wanted / (PART_FOR_FILES - 1) + 1)
                + " are needed");
  }
}
