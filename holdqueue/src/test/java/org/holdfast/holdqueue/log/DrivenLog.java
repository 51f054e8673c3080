package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.holdfast.holdqueue.disk.Disk;

/** The real log without a thread of its own: for a simulation, which says when it syncs. */
public final class DrivenLog {

  private DrivenLog() {}

  /** Opens and recovers it; what is written lazily waits for {@link SegmentLog#sync}. */
  public static SegmentLog open(Disk disk, Path directory, Path quarantine, LogSettings settings)
      throws IOException {
    return SegmentLog.open(
        disk, directory, quarantine, settings, new Random(1), LogWriter.Writers.CALLER);
  }
}
