package org.holdfast.gateway.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a few files mean, read anew when one of them has changed. Thread-safe; {@link #look} blocks
 * on files, {@link #current} never does.
 *
 * <p>Files that belong together are seldom replaced at the same moment: a certificate may be there
 * before its key. So what cannot be used is tried again at every look, the old stays in use
 * meanwhile, and only a second look at the same trouble says so, once for each change.
 *
 * @param <T> what they mean; immutable
 */
public final class WatchedFiles<T> {

  /** Reads the files; may block. */
  public interface Reader<T> {

    /** Throws with a message that names the file and what is wrong with it. */
    T read() throws IOException;
  }

  /** Hears what a look came to; called by the thread that looks. */
  public interface Listener {

    /** The new content is in use. */
    void changed();

    /** The new content cannot be used, as a second look has shown; the old stays in use. */
    void unusable(String why);
  }

  /** What tells one content of a file from the next without reading it. */
  private record Stamp(long modified, long size, @Nullable Object inode) {

    static Stamp of(Path file) {
      try {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(
            found.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
            found.size(),
            found.fileKey());
      } catch (IOException e) {
        return new Stamp(-1, -1, null);
      }
    }
  }

  private static final Logger log = LoggerFactory.getLogger(WatchedFiles.class);

  private final String what;
  private final List<Path> files;
  private final Reader<T> reader;
  private volatile T current;

  /** Why the new content cannot be used; empty while it can. */
  private volatile Optional<String> trouble = Optional.empty();

  private volatile @Nullable Listener listener;

  /** Held while one thread looks; protects everything below. */
  private final ReentrantLock looking = new ReentrantLock();

  private List<Stamp> used;
  private List<Stamp> troubled = List.of();
  private boolean told;

  /**
   * Reads the files for the first time.
   *
   * @param what names them in the log
   * @throws IOException as the reader says
   */
  public WatchedFiles(String what, List<Path> files, Reader<T> reader) throws IOException {
    this.what = what;
    this.files = List.copyOf(files);
    this.reader = reader;
    this.used = stamps();
    this.current = reader.read();
  }

  /** What the files meant when they could last be read. */
  public T current() {
    return current;
  }

  /** Why what the files say now is not in use; empty while it is. */
  public Optional<String> trouble() {
    return trouble;
  }

  /** One listener; set before anybody looks. */
  public void onChange(Listener told) {
    listener = told;
  }

  /** Reads them again if one has changed; returns at once when another thread looks already. */
  public void look() {
    if (!looking.tryLock()) {
      return;
    }
    try {
      List<Stamp> now = stamps();
      if (!now.equals(used)) {
        changed(now);
      } else {
        good(); // also when a mistake was taken back
      }
    } finally {
      looking.unlock();
    }
  }

  private void changed(List<Stamp> now) {
    try {
      T read = reader.read();
      if (now.equals(stamps())) { // else it changed while it was read: the next look decides
        current = read;
        used = now;
        good();
        log.info("{}: changed, the new one is in use", what);
        tell(Listener::changed);
      }
    } catch (IOException | RuntimeException e) {
      trouble(now, e);
    }
  }

  private void good() {
    troubled = List.of();
    told = false;
    trouble = Optional.empty();
  }

  private void tell(Consumer<Listener> what) {
    Listener listening = listener;
    if (listening != null) {
      what.accept(listening);
    }
  }

  private void trouble(List<Stamp> now, Exception e) {
    if (!now.equals(troubled)) {
      troubled = now;
      told = false;
    } else if (!told) {
      told = true;
      String why = Objects.requireNonNullElse(e.getMessage(), e.toString());
      trouble = Optional.of(what + " changed, but cannot be used; the old one stays: " + why);
      log.error("{}: changed, but cannot be used; the old one stays in use: {}", what, why);
      tell(listening -> listening.unusable(why));
    }
  }

  private List<Stamp> stamps() {
    List<Stamp> stamps = new ArrayList<>(files.size());
    files.forEach(file -> stamps.add(Stamp.of(file)));
    return stamps;
  }
}
