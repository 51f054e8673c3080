package org.holdfast.holdqueue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.DiskAround;
import org.holdfast.holdqueue.disk.DiskFile;

/**
 * Code that forgets to write records of some types: what begins with one is not written. The first
 * octets of a record are "HFR1", its version and its type.
 */
record ForgetfulDisk(Disk disk, Set<Integer> types) implements DiskAround {

  private static final int MAGIC = 0x48465231;
  private static final int TYPE = 5;

  @Override
  public DiskFile around(DiskFile file) {
    return new ForgetfulFile(file, types);
  }

  private record ForgetfulFile(DiskFile file, Set<Integer> types) implements FileAround {

    @Override
    public void write(ByteBuffer from, long at) throws IOException {
      int start = from.position();
      boolean record = from.remaining() > TYPE && from.getInt(start) == MAGIC;
      if (!record || !types.contains(from.get(start + TYPE) & 0xFF)) {
        file.write(from, at);
      }
    }
  }
}
