package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.holdqueue.Eventually.PATIENCE;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.Backlog.Ended;
import org.holdfast.holdqueue.index.Index;
import org.holdfast.holdqueue.index.Listener;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.index.Questions;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dispatcher read a lane's head, and then compaction carried those messages elsewhere. */
class RememberedPlaceTest {

  private static final LogSettings SEGMENTS = new LogSettings(24 << 10, 8 << 10, 1_000_000);
  private static final String STAYS = "stays@example.com";
  private static final String GOES = "goes@example.com";
  private static final int MESSAGES = 60;

  @TempDir Path directory;

  private SegmentLog log;
  private Index index;
  private Questions questions;
  private IndexBacklog backlog;
  private Compactor compactor;

  @BeforeEach
  void open() throws IOException {
    log =
        SegmentLog.open(
            new RealDisk(),
            directory.resolve("log"),
            directory.resolve("quarantine"),
            SEGMENTS,
            new Random(1));
    index = Index.open(log, directory.resolve("index"), (_, _) -> {}, new Deleting());
    questions = new Questions(index);
    SpareLog spare =
        new SpareLog(new RealDisk(), directory.resolve("ends"), directory.resolve("quarantine"), 0);
    Fates fates = new Fates(log, spare);
    backlog =
        new IndexBacklog(
            log,
            fates,
            index,
            questions,
            InstantSource.system(),
            PATIENCE,
            new Repeats(InstantSource.system(), index::revision));
    StoreSettings settings = new StoreSettings(directory, 1L << 30, 0, SEGMENTS, PATIENCE);
    Room room = new Room(new RealDisk(), log, settings, SEGMENTS, () -> 0);
    compactor = new Compactor(log, index, questions, fates, room, SEGMENTS);
    assertThat(index.await(0, PATIENCE)).isTrue();
  }

  @AfterEach
  void close() throws IOException {
    index.close();
    log.close();
  }

  private final class Deleting implements Listener {
    @Override
    public void arriving(Delivery delivery) {}

    @Override
    public void arrived(Delivery delivery, MessageRecord.Part part) {}

    @Override
    public void reappeared(String lane) {}

    @Override
    public void useless(long segment) {
      try {
        log.delete(segment);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void store(String id, String to) throws IOException {
    Content content = Mail.content("mail " + id + " " + "x".repeat(2000));
    MessageRecord.Part part =
        new MessageRecord.Part(0, 0, Mail.recipient(to), "imap5-6", Held.Entry.WAITING, "", 0);
    log.append(
        List.of(
            new MessageRecord(0, Mail.envelope(id), List.of(part), content.size()).entry(content)));
  }

  private void deliverAll(String lane) throws IOException {
    List<Ended> ends = new ArrayList<>();
    for (Delivery delivery : backlog.head(lane, MESSAGES)) {
      ends.add(new Ended(delivery, new Outcome.Delivered("250 ok"), null));
    }
    backlog.record(ends);
    assertThat(index.await(log.sync(), PATIENCE)).isTrue();
  }

  private void compact() throws IOException {
    int idle = 0;
    while (idle < 3) {
      idle = compactor.step() == 0 ? idle + 1 : 0;
    }
    assertThat(index.await(log.end(), PATIENCE)).isTrue();
  }

  @Test
  void head_carriedElsewhereBeforeTheAttempt_isFoundThere() throws IOException {
    for (int i = 0; i < MESSAGES; i++) {
      store("m" + i, i % 10 == 0 ? STAYS : GOES);
    }
    assertThat(index.await(log.end(), PATIENCE)).isTrue();
    deliverAll(GOES);
    List<Delivery> head = backlog.head(STAYS, MESSAGES);
    assertThat(head).hasSize(MESSAGES / 10);
    long first = log.segments().getFirst();
    long revision = index.revision();
    compact();
    assertThat(log.segments().getFirst()).as("the first segments are gone").isGreaterThan(first);
    assertThat(index.revision()).as("nobody acted").isEqualTo(revision);
    for (Delivery delivery : head) {
      assertThat(FakeNextHops.text(backlog.content(delivery).orElseThrow()))
          .startsWith("mail " + delivery.envelope().id() + " ");
    }
    assertThat(backlog.head(STAYS, MESSAGES)).as("nothing parked, same order").isEqualTo(head);
  }
}
