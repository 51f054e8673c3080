package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.util.List;

/** Replaces all of a log by these records. */
final class Replacing {

  private Replacing() {}

  static long all(SegmentLog log, List<Entry> by) throws IOException {
    try (Replacement replacement = log.replacement()) {
      replacement.append(by);
      return replacement.replace(log.last());
    }
  }
}
