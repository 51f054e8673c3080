package org.holdfast.gateway.path;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.path.Inbound.Answering;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;
import org.jspecify.annotations.Nullable;

/**
 * From the fates of a message's recipients: what must be stored, and what the sender is told once
 * that is done. An LMTP sender hears each mailbox's trouble; an SMTP sender hears it only when it
 * is all there is to say, because one 250 covers everybody: the troubled recipients of a mixed
 * message are then ours to keep, or to return.
 *
 * @param replies what to say when everything in {@code kept} has been stored
 */
record Telling(List<Reply> replies, List<Kept> kept) {

  /**
   * A recipient that is to be stored.
   *
   * @param owner which of the replies stands behind it
   * @param tried who was asked at the door; null: nobody
   * @param words for the log: why it is stored
   */
  record Kept(Held held, int owner, @Nullable Member tried, String words) {}

  /** What the queue takes. */
  List<Held> stored() {
    return kept.stream().map(Kept::held).toList();
  }

  /**
   * What is said and stored.
   *
   * @param owned what the queue is to hear of attempts that began at the door
   */
  static Telling of(
      Fate[] fates, List<Recipient> recipients, String id, Answering answering, Ownership owned) {
    return switch (answering) {
      case EACH -> each(fates, recipients, id, owned);
      case ONCE -> once(fates, recipients, id, owned);
    };
  }

  /** The same words for everybody. */
  static List<Reply> same(Reply reply, int recipients, Answering answering) {
    return answering == Answering.ONCE ? List.of(reply) : Collections.nCopies(recipients, reply);
  }

  /** What to say when storing failed. */
  List<Reply> withoutStore(Reply refusal) {
    List<Reply> told = new ArrayList<>(replies);
    kept.forEach(one -> told.set(one.owner(), refusal));
    return told;
  }

  private static Telling each(
      Fate[] fates, List<Recipient> recipients, String id, Ownership owned) {
    List<Reply> replies = new ArrayList<>();
    List<Kept> kept = new ArrayList<>();
    for (int i = 0; i < fates.length; i++) {
      Optional<Reply> refused = refused(fates[i]);
      replies.add(refused.orElse(Replies.accepted(id)));
      if (refused.isEmpty() && !delivered(fates[i])) {
        kept.add(kept(fates[i], recipients.get(i), i, owned));
      }
    }
    return new Telling(replies, kept);
  }

  private static Telling once(
      Fate[] fates, List<Recipient> recipients, String id, Ownership owned) {
    if (fates.length == 1 && delivered(fates[0])) {
      return new Telling(List.of(Replies.accepted(id)), List.of());
    }
    List<Reply> refusals =
        Arrays.stream(fates).map(Telling::refused).flatMap(Optional::stream).toList();
    if (refusals.size() == fates.length) {
      return new Telling(List.of(mildest(refusals)), List.of());
    }
    List<Kept> kept = new ArrayList<>();
    for (int i = 0; i < fates.length; i++) {
      if (!delivered(fates[i])) {
        kept.add(kept(fates[i], recipients.get(i), 0, owned));
      }
    }
    return new Telling(List.of(Replies.accepted(id)), kept);
  }

  /** A temporary one when there is one: then the sender tries again, and hears of the others. */
  private static Reply mildest(List<Reply> refusals) {
    return refusals.stream().filter(Reply::temporary).findFirst().orElse(refusals.getFirst());
  }

  private static boolean delivered(Fate fate) {
    return fate instanceof Fate.Answered a && a.answer() instanceof Answer.Delivered;
  }

  /** What the sender may hear instead of a 250. */
  private static Optional<Reply> refused(Fate fate) {
    return switch (fate) {
      case Fate.Answered a when a.answer() instanceof Answer.MailboxTrouble trouble ->
          Optional.of(trouble.reply());
      case Fate.Gone gone -> Optional.of(Replies.gone(gone.location()));
      case Fate.Answered a -> Optional.empty();
      case Fate.OnHold h -> Optional.empty();
      case Fate.StillOpen s -> Optional.empty();
      case Fate.Pending p -> Optional.empty();
    };
  }

  private static Kept kept(Fate fate, Recipient recipient, int owner, Ownership owned) {
    Held held = held(fate, recipient, owned);
    return switch (fate) {
      case Fate.Answered(String _, Member tried, Answer answer) ->
          new Kept(held, owner, tried, owned.words(recipient, answer));
      case Fate.StillOpen open -> new Kept(held, owner, open.member(), held.reason());
      case Fate.OnHold _, Fate.Gone _, Fate.Pending _ -> new Kept(held, owner, null, held.reason());
    };
  }

  private static Held held(Fate fate, Recipient recipient, Ownership owned) {
    return switch (fate) {
      case Fate.OnHold hold ->
          new Held(recipient, hold.pair(), Held.Entry.WAITING, hold.why(), null);
      case Fate.StillOpen open ->
          new Held(
              recipient,
              open.pair(),
              Held.Entry.WAITING,
              "the backend has not answered yet",
              owned.outcome(recipient, open.pair(), open.member(), open.answer()),
              new Held.Tried(where(open.pair(), open.member()), null));
      case Fate.Answered a when owned.wouldReturn(recipient, a.answer()) ->
          new Held(
              recipient,
              a.pair(),
              Held.Entry.WAITING,
              a.answer().reply().line(),
              owned.outcome(
                  recipient, a.pair(), a.member(), CompletableFuture.completedStage(a.answer())),
              new Held.Tried(where(a.pair(), a.member()), null));
      case Fate.Answered a ->
          new Held(
              recipient,
              a.pair(),
              Answers.entry(a.answer()),
              a.answer().reply().line(),
              null,
              new Held.Tried(where(a.pair(), a.member()), Answers.outcome(a.answer())));
      case Fate.Gone gone ->
          new Held(recipient, "", Held.Entry.PARKED, Replies.gone(gone.location()).line(), null);
      case Fate.Pending p -> throw new IllegalStateException("an attempt was lost sight of");
    };
  }

  private static Outcome.Where where(String pair, Member member) {
    return new Outcome.Where(pair, member.name());
  }
}
