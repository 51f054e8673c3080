package org.holdfast.gateway.flips;

import java.util.ArrayList;
import java.util.List;
import org.holdfast.routing.Flip;
import org.jspecify.annotations.Nullable;

/**
 * What happened, with one running number over all of it: transactions as the backends saw them,
 * messages as their senders saw them, flips as whoever made them saw them. Thread-safe.
 */
final class Ledger {

  static final long NEVER = Long.MAX_VALUE;

  private long number;
  private final List<Deal> deals = new ArrayList<>();
  private final List<Letter> letters = new ArrayList<>();
  private final List<Done> flips = new ArrayList<>();

  /** One transaction with a backend. Its fields are guarded by the ledger. */
  static final class Deal {
    final String id;
    final List<String> mailboxes;
    final String pair;
    final String member;
    final long begun;
    long ended = NEVER;
    long stored = NEVER;
    boolean replyLost;

    Deal(String id, List<String> mailboxes, String pair, String member, long begun) {
      this.id = id;
      this.mailboxes = List.copyOf(mailboxes);
      this.pair = pair;
      this.member = member;
      this.begun = begun;
    }

    boolean isStored() {
      return stored != NEVER;
    }

    @Override
    public String toString() {
      String end = ended == NEVER ? "open" : "" + ended;
      return "%s for %s to %s, %d to %s".formatted(id, mailboxes, member, begun, end);
    }
  }

  /** One message for one recipient; {@code answered} with 250, or NEVER. */
  static final class Letter {
    final String id;
    final String mailbox;
    final long sent;
    long answered = NEVER;

    Letter(String id, String mailbox, long sent) {
      this.id = id;
      this.mailbox = mailbox;
      this.sent = sent;
    }

    @Override
    public String toString() {
      return id + " for " + mailbox;
    }
  }

  /** One flip; {@code flip} is null when it was refused. */
  record Done(Order order, long called, long returned, @Nullable Flip flip) {

    boolean quiesced() {
      return flip != null && flip.quiesced();
    }

    boolean changed() {
      return flip != null && flip.changed();
    }

    long epoch() {
      return flip == null ? -1 : flip.epoch();
    }
  }

  synchronized long next() {
    return ++number;
  }

  synchronized Deal begin(String id, List<String> mailboxes, String pair, String member) {
    Deal deal = new Deal(id, mailboxes, pair, member, next());
    deals.add(deal);
    return deal;
  }

  synchronized void stored(Deal deal) {
    deal.stored = next();
  }

  synchronized void end(Deal deal, boolean replyLost) {
    deal.replyLost = replyLost && deal.isStored();
    deal.ended = next();
  }

  synchronized Letter sent(String id, String mailbox) {
    Letter letter = new Letter(id, mailbox, next());
    letters.add(letter);
    return letter;
  }

  synchronized void accepted(Letter letter) {
    letter.answered = next();
  }

  synchronized Done returned(Order order, long called, @Nullable Flip flip) {
    Done done = new Done(order, called, next(), flip);
    flips.add(done);
    return done;
  }

  synchronized List<Deal> deals() {
    return List.copyOf(deals);
  }

  /** What was answered with 250. */
  synchronized List<Letter> accepted() {
    return letters.stream().filter(l -> l.answered != NEVER).toList();
  }

  synchronized List<Done> flips() {
    return List.copyOf(flips);
  }
}
