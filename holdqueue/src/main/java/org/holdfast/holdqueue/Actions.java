package org.holdfast.holdqueue;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.Index;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.Questions;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.SegmentLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a person does to deliveries: written to the log with who and why, then told onward. */
final class Actions {

  /**
   * Deliveries of one round: one append to the log, some 0.4 MB that mail coming in may have to
   * wait for, and one transaction of the tables. A filter that means more takes several rounds.
   */
  static final int ROUND = 2_000;

  private static final Logger DELIVERIES = LoggerFactory.getLogger("org.holdfast.delivery");

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

  /**
   * Does it to all that the filter means.
   *
   * @param changed takes each lane that is another now, after each round
   * @param soFar takes how many deliveries were written, after each round
   */
  long run(QueueFilter filter, QueueAction action, Consumer<String> changed, LongConsumer soFar)
      throws IOException {
    QueueFilter concerned = action.concerned(filter);
    catchUp(log.sync());
    long until = log.end();
    long count = 0;
    long after = -1;
    while (true) {
      List<Questions.Row> rows = questions.rows(concerned, after, ROUND);
      // What is redirected has a place behind all that was there, and must not be met again.
      List<Questions.Row> these =
          rows.stream().filter(row -> Key.order(row.key()) < until).toList();
      if (these.isEmpty()) {
        return count;
      }
      write(these, action, changed);
      count += these.size();
      soFar.accept(count);
      after = these.getLast().key();
    }
  }

  private void catchUp(long end) throws IOException {
    if (!index.await(end, exact)) {
      throw new NotYetKnownException(exact);
    }
  }

  private void write(List<Questions.Row> rows, QueueAction action, Consumer<String> changed)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    Set<String> lanes = new HashSet<>();
    for (Questions.Row row : rows) {
      entries.add(fate(row, action).entry());
      lanes.add(row.lane());
    }
    if (action instanceof QueueAction.Redirect redirect) {
      lanes.add(redirect.to().lane());
    }
    fates.append(entries);
    rows.forEach(row -> log(row, action));
    catchUp(log.end());
    lanes.forEach(changed);
  }

  /** In the words of the gateway's lines about deliveries. */
  private static void log(Questions.Row row, QueueAction action) {
    switch (action) {
      case QueueAction.Retry(String who) -> log(row, "retried", who, "to be tried now");
      case QueueAction.Park(String who, String why) -> log(row, "parked", who, why);
      case QueueAction.Discard(String who, String why) -> log(row, "discarded", who, why);
      case QueueAction.Redirect(String who, Recipient to, String _) ->
          log(row, "redirected", who, "to <" + to.address() + ">");
    }
  }

  private static void log(Questions.Row row, String status, String who, String why) {
    DELIVERIES
        .atInfo()
        .setMessage("delivery")
        .addKeyValue("id", row.id())
        .addKeyValue("to", row.recipient())
        .addKeyValue("orig_to", row.original())
        .addKeyValue("by", who)
        .addKeyValue("status", status)
        .addKeyValue("reply", why)
        .log();
  }

  private FateRecord fate(Questions.Row row, QueueAction action) {
    return switch (action) {
      case QueueAction.Retry(String who) -> fate(FateRecord.Kind.RETRIED, row, who, "");
      case QueueAction.Park(String who, String why) -> fate(FateRecord.Kind.PARKED, row, who, why);
      case QueueAction.Discard(String who, String why) ->
          fate(FateRecord.Kind.DISCARDED, row, who, why);
      case QueueAction.Redirect(String who, Recipient to, String nextHop) ->
          new FateRecord(
              FateRecord.Kind.REDIRECTED,
              row.key(),
              row.id(),
              clock.instant(),
              who,
              row.lane() + " -> " + to.address(),
              0,
              to,
              nextHop);
    };
  }

  private FateRecord fate(FateRecord.Kind kind, Questions.Row row, String who, String reason) {
    return FateRecord.of(kind, row.key(), row.id(), clock.instant(), who, reason);
  }
}
