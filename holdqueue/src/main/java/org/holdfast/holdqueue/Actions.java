package org.holdfast.holdqueue;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.Index;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.Questions;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.SegmentLog;

/** What a person does to deliveries: written to the log with who and why, then told onward. */
final class Actions {

  /** Deliveries of one round; a filter that means more takes several. */
  private static final int ROUND = 1_000;

  private final SegmentLog log;
  private final Fates fates;
  private final Index index;
  private final Questions questions;
  private final InstantSource clock;
  private final Duration exact;

  Actions(
      SegmentLog log,
      Fates fates,
      Index index,
      Questions questions,
      InstantSource clock,
      Duration exact) {
    this.log = log;
    this.fates = fates;
    this.index = index;
    this.questions = questions;
    this.clock = clock;
    this.exact = exact;
  }

  /** What becomes of each. */
  interface Verdict {
    FateRecord of(Questions.Row row, String id);
  }

  FateRecord fate(FateRecord.Kind kind, Questions.Row row, String id, String who, String reason) {
    return FateRecord.of(kind, row.key(), id, clock.instant(), who, reason);
  }

  FateRecord redirect(Questions.Row row, String id, Recipient to, String nextHop, String who) {
    return new FateRecord(
        FateRecord.Kind.REDIRECTED,
        row.key(),
        id,
        clock.instant(),
        who,
        row.lane() + " -> " + to.address(),
        0,
        to,
        nextHop);
  }

  /** Acts on all that the filter means; {@code changed} takes each lane afterwards. */
  int run(QueueFilter filter, Verdict verdict, Consumer<String> changed) throws IOException {
    catchUp(log.sync());
    long until = log.end();
    int count = 0;
    long after = -1;
    while (true) {
      List<Questions.Row> rows = questions.rows(filter, after, ROUND);
      rows = rows.stream().filter(row -> Key.order(row.key()) < until).toList();
      if (rows.isEmpty()) {
        return count;
      }
      count += write(rows, verdict, changed);
      after = rows.getLast().key();
    }
  }

  private void catchUp(long end) throws IOException {
    if (!index.await(end, exact)) {
      throw new NotYetKnownException(exact);
    }
  }

  private int write(List<Questions.Row> rows, Verdict verdict, Consumer<String> changed)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    Set<String> lanes = new HashSet<>();
    for (Questions.Row row : rows) {
      String id = questions.shown(row).envelope().id();
      FateRecord fate = verdict.of(row, id);
      entries.add(fate.entry());
      lanes.add(row.lane());
      Recipient to = fate.to();
      if (to != null) {
        lanes.add(to.lane());
      }
    }
    fates.append(entries);
    catchUp(log.end());
    lanes.forEach(changed);
    return entries.size();
  }
}
