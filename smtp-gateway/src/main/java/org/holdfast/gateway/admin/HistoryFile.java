package org.holdfast.gateway.admin;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.holdfast.gateway.admin.History.Sample;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code DATA/history}: the samples behind the plots, for the next life of the gateway. Written
 * whole beside the old one and put in its place, so it is the old or the new, never half. Not
 * fsynced: plots are not worth a flush of the disk that mail waits for, and gzip's checksum finds
 * out. Nothing that is wrong with it stops anybody: it is one line in the log, and the plots begin
 * anew.
 *
 * <pre>
 * gzip (RFC 1952) of: magic, then twice (fine, coarse) the count and so many samples
 *
 *  0      4      8        8 + 96 n
 * +------+------+--------+------+-----
 * | HFH1 | n    | sample | m    | ...      a sample: 12 numbers of 64 bits: at and life in
 * +------+------+--------+------+-----     milliseconds, then the others as the record has them
 * </pre>
 *
 * <p>Used by one thread at a time.
 */
final class HistoryFile {

  /** More than {@link History} ever keeps of one kind; a file that claims more is damaged. */
  static final int MOST_SAMPLES = 5_000;

  /** Of the compressed file: not even read when it is larger. */
  static final long MOST_OCTETS = 2L * MOST_SAMPLES * 12 * Long.BYTES;

  private static final int MAGIC = 0x48464831; // HFH1

  /** A call of zlib for each number would cost more than all the rest. */
  private static final int BUFFER = 64 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(HistoryFile.class);

  private final Path file;

  /** Whether the last write failed: a full disk is told once, not every minute. */
  private boolean failing;

  HistoryFile(Path file) {
    this.file = file;
  }

  /** Both oldest first. */
  record Kept(List<Sample> fine, List<Sample> coarse) {

    static final Kept NOTHING = new Kept(List.of(), List.of());
  }

  /** What it has; nothing when there is none or it can not be read. */
  Kept read() {
    try {
      if (Files.size(file) > MOST_OCTETS) {
        throw new IOException("it has more than " + MOST_OCTETS + " octets");
      }
      try (InputStream raw = Files.newInputStream(file);
          DataInputStream in =
              new DataInputStream(new BufferedInputStream(new GZIPInputStream(raw), BUFFER))) {
        return whole(in);
      }
    } catch (NoSuchFileException _) {
      return Kept.NOTHING; // the first start, or somebody deleted it
    } catch (IOException | RuntimeException e) {
      LOG.warn("history: {} cannot be used, the plots begin anew: {}", file, e.toString());
      return Kept.NOTHING;
    }
  }

  private static Kept whole(DataInputStream in) throws IOException {
    if (in.readInt() != MAGIC) {
      throw new IOException("not a history");
    }
    Kept kept = new Kept(samples(in), samples(in));
    if (in.read() != -1) { // also reads gzip's checksum
      throw new IOException("more than a history");
    }
    return kept;
  }

  private static List<Sample> samples(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MOST_SAMPLES) {
      throw new IOException(count + " samples");
    }
    List<Sample> samples = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      samples.add(
          new Sample(
              Instant.ofEpochMilli(in.readLong()),
              Instant.ofEpochMilli(in.readLong()),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong()));
    }
    return samples;
  }

  /** Replaces the file. What goes wrong is told once, until it goes well again. */
  void write(Kept kept) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      try (OutputStream raw = Files.newOutputStream(fresh);
          DataOutputStream out =
              new DataOutputStream(new BufferedOutputStream(new GZIPOutputStream(raw), BUFFER))) {
        out.writeInt(MAGIC);
        write(out, kept.fine());
        write(out, kept.coarse());
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOG.warn("history: not kept for the next start: {}", e.toString());
      }
      failing = true;
    }
  }

  private static void write(DataOutputStream out, List<Sample> samples) throws IOException {
    out.writeInt(samples.size());
    for (Sample sample : samples) {
      out.writeLong(sample.at().toEpochMilli());
      out.writeLong(sample.life().toEpochMilli());
      out.writeLong(sample.accepted());
      out.writeLong(sample.delivered());
      out.writeLong(sample.held());
      out.writeLong(sample.ready());
      out.writeLong(sample.deferred());
      out.writeLong(sample.parked());
      out.writeLong(sample.bytes());
      out.writeLong(sample.used());
      out.writeLong(sample.free());
      out.writeLong(sample.room());
    }
  }
}
